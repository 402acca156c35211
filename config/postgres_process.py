"""What the launcher asks the operating system: of a process by its number, of its lock files, of a folder's rename."""

import fcntl
import os
import subprocess
from pathlib import Path

NO_SUCH_PROCESS = 2**31 - 1  # above the highest process number of any kernel


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
    """The data folder a PostgreSQL process works in; None if it ended or is another program; '' if it cannot be seen.

    Linux adds ' (deleted)' to a folder that is gone.
    """
    if not alive(pid):
        return None
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


def forget(lock: Path) -> None:
    """Put a number nobody has into a lock file of PostgreSQL whose process has ended or is another program by now.

    PostgreSQL believes any living process of that number, and even one that ended and waits for its parent to notice
    (in some containers for ever). The line is changed, not the file removed: it then still looks for forgotten
    processes of the old server by their shared memory, and waits for them.
    """
    rest = lock.read_text("utf-8", "replace").partition("\n")[2]
    lock.write_text(f"{NO_SUCH_PROCESS}\n{rest}", "utf-8")


def lock_now(descriptor: int) -> bool:
    """Lock an open file for ourselves alone; False when somebody else holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sync(folder: Path) -> None:
    """Bring the names in a folder to the disk, so that a rename outlives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
