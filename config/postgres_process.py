"""What the launcher asks of a process by its number: is it alive, is it a PostgreSQL server, and of which folder."""

import os
import subprocess
from pathlib import Path


def pid_in(path: Path) -> int | None:
    """The process number in the first line of a lock file of PostgreSQL; None without a file or a number."""
    try:
        return abs(int(path.read_text("utf-8", "replace").partition("\n")[0]))
    except (OSError, ValueError):
        return None


def alive(pid: int) -> bool:
    """Whether this process runs; one that has ended and waits for its parent to notice does not."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()  # no /proc at all (macOS): believe the signal; else it has just gone


def home_of_server(pid: int) -> str | None:
    """The data folder a PostgreSQL process works in; None for another program; '' where it cannot be seen.

    Linux adds ' (deleted)' to a folder that is gone.
    """
    if not Path("/proc/self").exists():
        name = subprocess.run(["ps", "-p", str(pid), "-o", "comm="], capture_output=True, text=True, check=False).stdout
        return "" if "postgres" in name else None
    try:
        if Path(f"/proc/{pid}/comm").read_text("utf-8").strip() != "postgres":
            return None
        return os.readlink(f"/proc/{pid}/cwd")
    except PermissionError:
        return ""
    except OSError:
        return None


def same_folder(home: str, folder: Path) -> bool:
    """Whether the answer of `home_of_server` is this folder; what cannot be seen is believed to be."""
    try:
        return not home or os.path.samefile(home, folder)
    except OSError:
        return False
