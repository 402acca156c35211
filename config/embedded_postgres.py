"""The embedded PostgreSQL server of the demo and the tests: made, started, shared and stopped without an administrator.

One `Cluster` is one folder, closed to everybody else (0700), with everything of it inside:

    cluster/     PostgreSQL's data. It appears by a rename when initdb has finished, so it is never half made
    making/      where initdb works; what an interrupted one left there is removed
    lock         held while somebody starts or stops the server: two at once make one server
    users        held, shared, by every process that uses it: the last one out stops it, and a killed one lets go
    server.log   what the server says (unless the caller names another file)

The socket is in a folder of its own under the system's temporary folder, because a socket's path may have 107 bytes
only. There is no password (`trust`): that folder is closed too, and no network address is listened on.
A real server needs none of this; it gets its roles and database from the same `roles.sql`.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import re
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from config import postgres_binaries
from config import postgres_process as process
from config.postgres_binaries import PostgresRefused, ServerAccount, call

__all__ = ["KHMER_SURVIVES", "Cluster", "PostgresRefused", "refuse_production", "temporary_cluster"]

ROLES = Path(__file__).with_name("roles.sql")
PORT = 5432  # only a part of the socket's name; every cluster has its own socket folder
SUPERUSER = "postgres"
TEMPORARY = "onestop-temporary-"
ROOM_TO_MAKE = 150 * 1024 * 1024  # bytes a new data folder and its first write-ahead log take, with some to spare
ROOM_TO_START = 32 * 1024 * 1024  # bytes below which recovery or the first checkpoint would fail half-way
PATIENCE = 30.0  # seconds in which the rest of a killed server must have gone (measured: 2–4)
LOCK_PATIENCE = 180.0  # seconds to wait for another process that starts or stops the same cluster

# One row, true when Khmer text comes back whole and can be searched. Needs the extension pg_trgm. Not only for the
# embedded server: a real one with the C library's locale "C" answers false here and finds no Khmer name ever.
KHMER_SURVIVES = """
SELECT cardinality(show_trgm('កំពង់')) > 0
   AND similarity('កំពង់ចាម', 'កំពង់ឆ្នាំង') > 0.2
   AND convert_from(convert_to('ស្រីស្នំ', 'UTF8'), 'UTF8') = 'ស្រីស្នំ'
   AND encode(convert_to('ខ្ញុំ', 'UTF8'), 'hex') = 'e19e81e19f92e19e89e19ebbe19f86'
   AND char_length('ខ្ញុំ') = 5
   AND (SELECT pg_encoding_to_char(encoding) = 'UTF8' FROM pg_database WHERE datname = current_database())
"""
BUILTIN_LOCALE = """
SELECT datlocprovider = 'b' AND datlocale = 'C.UTF-8' FROM pg_database WHERE datname = current_database()
"""

# Each start writes this anew, so that a newer OneStop brings newer settings; ALTER SYSTEM still has the last word.
SETTINGS = Path(__file__).with_name("embedded_postgres.conf")
NOT_DURABLE = """
# Test cluster: what a power cut loses is made again.
fsync = off
full_page_writes = off
synchronous_commit = off
"""
ACCESS = """\
# Written by OneStop. The socket's folder lets only the owner of the server in; no network line, ever.
local all all trust
"""

# What the server's log or initdb says → how to put it right. The first that fits is told.
CURES = (
    (r"No space left on device|Disk quota exceeded", "The disk is full: free some 200 MB and start again."),
    (r"invalid (data in|permissions)|wrong ownership|Permission denied", "Give the folder back to its owner (chown)."),
    (r"could not (bind|create lock file|create any Unix-domain)", "Nothing can be made in the socket folder {socket}."),
    (r"Cannot allocate memory|could not create shared memory", "The machine has no memory left: close something."),
    (r"could not locate a valid checkpoint|invalid checkpoint|could not read .*pg_control|checksum", "The data is "
     "damaged: restore a backup (`./run onestop restore FILE`) after moving the folder away; nothing was deleted."),
)  # fmt: skip
# Only these pass by themselves: the last processes of a killed server are still going down.
PASSING = r'lock file ".*" already exists|pre-existing shared memory block|the database system is (starting|shutting)'


def refuse_production(environ: Mapping[str, str]) -> None:
    """Raise PostgresRefused where the settings name a real office, which has a real server. PGBIN is no such sign."""
    signs = {"ONESTOP_MODE=production": environ.get("ONESTOP_MODE") == "production",
             "DATABASE_URL": bool(environ.get("DATABASE_URL"))}  # fmt: skip
    for sign in (sign for sign, found in signs.items() if found):
        raise PostgresRefused(
            f"{sign} is set: this is a production installation, and the embedded PostgreSQL, which asks for no "
            "password, does not run beside it. Use the server of DATABASE_URL, or unset the variable for a demo."
        )


class Cluster:
    """One embedded server and its folder; see the module's text. Making the object touches nothing.

    data:    the folder; made on start, with the folders above it
    durable: False for tests: no write is forced to the disk, which a power cut may cost the cluster
    log:     the server's log file, else server.log inside the folder
    """

    def __init__(self, data: Path, *, durable: bool = True, log: Path | None = None) -> None:
        # One folder, one name, whichever way it is reached: the socket's name comes from it
        self.data = Path(os.path.realpath(data))
        self.durable = durable
        self.log = Path(os.path.abspath(log)) if log else self.data / "server.log"
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]
        self.socket = _temporary_root() / f"onestop-{digest}"
        self._pgdata = self.data / "cluster"
        self._used = 0
        self._user_lock: int | None = None

    # Its life

    def start(self) -> None:
        """Make the cluster if it is new, start or join its server, and check that Khmer survives in it.

        From here on this process is a user of the server, until `stop` or its own end: another process that
        leaves does not stop it. Raises PostgresRefused.
        """
        if self.durable:
            own = f"host={quote(str(self.socket), safe='')}&" in os.environ.get("DATABASE_URL", "")
            refuse_production({k: v for k, v in os.environ.items() if not (own and k == "DATABASE_URL")})
        self._make_folders()
        with self._lock() as lock:
            self._join()
            try:
                self._start(lock)
            except BaseException as error:
                self._leave()
                if isinstance(error, OSError):
                    raise self._refusal("The embedded PostgreSQL did not start", str(error)) from error
                raise

    def stop(self) -> None:
        """Stop the server now, whoever uses it; does nothing when none runs. `use` is the polite way."""
        if not self.data.is_dir():
            return self._end_orphan()
        with self._lock():
            self._used = 0
            self._let_go()
            self._stop()

    @contextlib.contextmanager
    def use(self) -> Iterator["Cluster"]:
        """The server runs as long as anybody is inside; the last one out stops it, also after others were killed."""
        self.start()
        try:
            yield self
        finally:
            if self.data.is_dir():
                with self._lock():
                    self._leave()
            else:
                self._let_go()
                self._end_orphan()

    # How to reach it

    def url(self, database: str, role: str) -> str:
        """The URL for psycopg, Django's settings and ADBC; whether the server runs is not asked."""
        return f"postgresql://{quote(role)}@/{quote(database)}?host={quote(str(self.socket), safe='')}&port={PORT}"

    def binary(self, name: str) -> list[str]:
        """How to call a PostgreSQL program: its path, behind a change of account if it would refuse root.

        Programs that talk to a server (psql, pg_dump, pg_restore …) run as the caller, so their files are his.
        """
        command = [str(self._bin / name)]
        return command if name in postgres_binaries.CLIENTS else [*self._account.prefix, *command]

    # Its databases

    def database_exists(self, name: str) -> bool:
        """Whether the running server has this database."""
        return self._psql("SELECT count(*) FROM pg_database WHERE datname = :'name'", name=_plain(name)) == "1"

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Make a database as roles.sql says: owned by onestop_owner, with its extensions; or a copy of another one.

        Raises PostgresRefused if it exists, or if somebody is connected to the template.
        """
        if self.database_exists(name):
            raise PostgresRefused(f"The database {name} exists already in {self.data}; drop it first.")
        more = {"template": _plain(template)} if template else {}
        self._psql(ROLES, database=_plain(name), **more)

    def drop_database(self, name: str) -> None:
        """Drop a database and disconnect who is in it; does nothing when there is none."""
        self._psql('DROP DATABASE IF EXISTS :"name" WITH (FORCE)', name=_plain(name))

    # Starting and stopping, all under the lock

    @functools.cached_property
    def _bin(self) -> Path:
        return postgres_binaries.binaries()

    @functools.cached_property
    def _account(self) -> ServerAccount:
        return postgres_binaries.account_for(self.data, self._bin)

    def _start(self, lock: int) -> None:
        self.__dict__.pop("_account", None)  # asked anew: the folder may have been deleted and made again
        major = postgres_binaries.major_version(self._bin)
        self._make_socket_folder()
        if not self._pgdata.is_dir():
            self._end_orphan()
            self._make(lock)
        self._check_version(major)
        if not self._ready():
            self._write_settings()
            self._launch()
        self._psql(ROLES)
        self._check_khmer()

    def _make_folders(self) -> None:
        try:
            self.data.mkdir(parents=True, exist_ok=True)
            if stat.S_IMODE(self.data.stat().st_mode) != 0o700:
                self.data.chmod(0o700)
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.touch(0o600)
            for name in ("lock", "users"):
                (self.data / name).touch(0o600)
        except OSError as error:
            raise PostgresRefused(
                f"The folder of the embedded PostgreSQL, {self.data}, cannot be written: {error.strerror} "
                f"({error.filename}). Give yourself the right to write there, free space on its disk, or set "
                "ONESTOP_VAR to a folder of your own."
            ) from error

    def _make_socket_folder(self) -> None:
        """Make the socket's folder, or refuse the one that is there."""
        account = self._account
        try:
            self.socket.mkdir(mode=0o700)
            account.give(self.socket)
        except FileExistsError:
            pass
        except OSError as error:
            raise PostgresRefused(f"No socket folder can be made at {self.socket}: {error.strerror}.") from error
        found = self.socket.lstat()
        owner = account.owner[0] if account.owner else os.geteuid()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
            raise PostgresRefused(
                f"{self.socket}, the folder for PostgreSQL's socket, is not a closed folder of the server's own "
                f"account: it belongs to user number {found.st_uid} (expected {owner}) and its mode is "
                f"{stat.S_IMODE(found.st_mode):o} (expected 700). Somebody else made it; have it removed, start again."
            )

    def _make(self, lock: int) -> None:
        """initdb. It keeps our lock open: killed without us, it is waited for before its remains are removed."""
        self._check_room(ROOM_TO_MAKE)
        making = self.data / "making"
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(mode=0o700)
        self._account.give(making)
        made = call(
            [*self.binary("initdb"), "-D", "making", "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
             "--locale-provider=builtin", "--locale=C.UTF-8", "--data-checksums", "--no-instructions",
             *([] if self.durable else ["--no-sync"])],
            cwd=self.data, keep=[lock],
        )  # fmt: skip
        if made.returncode:
            shutil.rmtree(making, ignore_errors=True)
            raise self._refusal("A new database could not be made", made.stderr)
        (making / "pg_hba.conf").write_text(ACCESS, "utf-8")
        making.rename(self._pgdata)
        if self.durable:
            process.sync(self.data)

    def _check_version(self, programs: int) -> None:
        try:
            version = int((self._pgdata / "PG_VERSION").read_text("ascii"))
        except (OSError, ValueError) as error:
            raise PostgresRefused(
                f"{self._pgdata} holds no PostgreSQL data (PG_VERSION: {error}). It is damaged; nothing was deleted. "
                "Move the folder away and start again, then restore a backup."
            ) from error
        if version != programs:
            raise PostgresRefused(
                f"The data in {self._pgdata} was made by PostgreSQL {version}, the programs in {self._bin} are "
                f"{programs}. Set PGBIN to the bin folder of a PostgreSQL {version} and take a backup; then move the "
                "folder away, unset PGBIN and restore. Or, for a demo whose data you do not need, delete the folder."
            )

    def _check_room(self, needed: int) -> None:
        free = shutil.disk_usage(self.data).free
        if free < needed:
            raise PostgresRefused(
                f"The disk of {self.data} is full: {free // 2**20} MB are free, PostgreSQL needs {needed // 2**20} MB. "
                "Free some space, or set ONESTOP_VAR to a folder on another disk."
            )

    def _write_settings(self) -> None:
        self._check_room(ROOM_TO_START)
        text = SETTINGS.read_text("utf-8").format(port=PORT, socket=self.socket) + ("" if self.durable else NOT_DURABLE)
        if stat.S_IMODE(self._pgdata.stat().st_mode) & 0o077:  # copied without its mode; PostgreSQL would refuse it
            self._pgdata.chmod(0o700)
        (self._pgdata / "postgresql.conf").write_text(text, "utf-8")
        for path in (self.log, self._pgdata / "postgresql.conf", self._pgdata / "pg_hba.conf"):
            self._account.give(path)

    def _launch(self) -> None:
        """Start the server; after a kill -9, as often as the remains of the last one are in the way."""
        if call([*self._account.prefix, "test", "-w", str(self.log)]).returncode:
            self.log = self.data / "server.log"  # a folder above the asked one is closed to the server's account
            self.log.touch(0o600)
            self._account.give(self.log)
        # Relative to the folder: pg_ctl hands a line to a shell, which would read a $ or a quote in the path
        log = os.path.relpath(self.log, self.data)
        if re.search(r'["$`\\]', log):
            raise PostgresRefused(f"The log file's path {self.log} holds a sign that PostgreSQL's starter cannot take.")
        began, deadline = self.log.stat().st_size, time.monotonic() + PATIENCE
        while True:
            self._clear_the_way()
            self._make_socket_folder()
            # -l and no pipe: a server that inherits our pipe would let us wait for its end
            call([*self.binary("pg_ctl"), "start", "-D", "cluster", "-l", log, "-w", "-t", "300", "-s"],
                 cwd=self.data, output=False)  # fmt: skip
            if self._ready():
                return
            with self.log.open("rb") as file:
                file.seek(began)
                said = file.read().decode("utf-8", "replace")
            if not re.search(PASSING, said) or time.monotonic() > deadline:
                raise self._refusal("The embedded PostgreSQL did not start", said)
            began = self.log.stat().st_size
            time.sleep(0.2)

    def _clear_the_way(self) -> None:
        """Deal with what the lock files of a server that does not answer say of it."""
        for lock in (self._pgdata / "postmaster.pid", self._socket_file(".lock")):
            pid = process.pid_in(lock)
            if pid is None:
                continue
            home = process.home_of_server(pid)
            if home is None:
                process.forget(lock)
            elif not process.same_folder(home, self._pgdata):
                raise PostgresRefused(
                    f"{self._pgdata} is a copy, taken while its server (process {pid}, in {home}) was running. Stop "
                    "that server and copy again: a copy of files in use is not whole. `./run onestop backup` is safe."
                )
            elif not self._socket_file().exists():
                self._stop()  # its folder was moved, or its socket swept away: nobody can reach it any more

    def _stop(self) -> None:
        pid = process.pid_in(self._pgdata / "postmaster.pid")
        home = process.home_of_server(pid) if pid is not None else None
        if home is not None and process.same_folder(home, self._pgdata):  # a copy's number is its original's
            call([*self.binary("pg_ctl"), "stop", "-D", "cluster", "-m", "fast", "-w", "-t", "120", "-s"],
                 cwd=self.data, output=False)  # fmt: skip
            if self._ready():
                raise PostgresRefused(f"The embedded PostgreSQL (process {pid}) did not stop; see {self.log}.")
        with contextlib.suppress(OSError, PostgresRefused):  # left where it is if it is not ours, or not empty
            self._make_socket_folder()
            self.socket.rmdir()

    def _end_orphan(self) -> None:
        """End a server whose data folder was deleted while it ran: it would answer, and remember nothing."""
        pid = process.pid_in(self._socket_file(".lock"))
        if pid is None or not (process.home_of_server(pid) or "").endswith(" (deleted)"):
            return
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + PATIENCE
        while process.alive(pid) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _socket_file(self, ending: str = "") -> Path:
        return self.socket / f".s.PGSQL.{PORT}{ending}"

    def _ready(self) -> bool:
        """Whether the server answers; pg_ctl's own `status` still says yes after a kill -9."""
        asked = ["-q", "-h", str(self.socket), "-p", str(PORT), "-U", SUPERUSER, "-d", SUPERUSER]
        return call([*self.binary("pg_isready"), *asked]).returncode == 0

    def _check_khmer(self) -> None:
        self._psql("SET client_min_messages = warning; CREATE EXTENSION IF NOT EXISTS pg_trgm")
        if self._psql(KHMER_SURVIVES) != "t" or self._psql(BUILTIN_LOCALE) != "t":
            raise PostgresRefused(
                f"Khmer text does not survive in {self._pgdata}: searches would find nothing. The cluster was not made "
                "with the builtin locale C.UTF-8. Take a backup, move the folder away, start again and restore."
            )

    def _psql(self, script: str | Path, **variables: str) -> str:
        """Run SQL, or a file of it, as superuser; the result is what it prints. Raises PostgresRefused."""
        where = f"host='{self.socket}' port={PORT} dbname={SUPERUSER} user={SUPERUSER} client_encoding=UTF8"
        given = [f"--set={name}={value}" for name, value in {"ON_ERROR_STOP": "1", **variables}.items()]
        source, stdin = (str(script), None) if isinstance(script, Path) else ("-", script)
        done = call([*self.binary("psql"), "-XqAtw", *given, "-d", where, "-f", source], stdin=stdin)
        if done.returncode:
            raise self._refusal("The embedded PostgreSQL refused a command of the launcher", done.stderr)
        return done.stdout.strip()

    def _refusal(self, what: str, said: str) -> PostgresRefused:
        cure = next((cure for sign, cure in CURES if re.search(sign, said)), "The server's log is {log}.")
        last = "\n".join(line for line in said.strip().splitlines()[-8:])
        where = cure.format(socket=self.socket, log=self.log)
        return PostgresRefused(f"{what} in {self.data}. {where}\n{last}".rstrip())

    # Who uses it

    @contextlib.contextmanager
    def _lock(self) -> Iterator[int]:
        """Hold the cluster's lock; the kernel frees it when its holder dies."""
        lock = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + LOCK_PATIENCE
            while not process.lock_now(lock):
                if time.monotonic() > deadline:
                    raise PostgresRefused(
                        f"Another process has been starting or stopping PostgreSQL in {self.data} for "
                        f"{LOCK_PATIENCE:.0f} s. Look for it (`fuser {self.data}/lock`), end it, and start again."
                    )
                time.sleep(0.02)
            yield lock
        finally:
            os.close(lock)

    def _join(self) -> None:
        self._used += 1
        if self._user_lock is None:
            self._user_lock = os.open(self.data / "users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._user_lock, fcntl.LOCK_SH)

    def _leave(self) -> None:
        self._used = max(self._used - 1, 0)
        if self._used:
            return
        self._let_go()
        alone = os.open(self.data / "users", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if process.lock_now(alone):
                self._stop()
        finally:
            os.close(alone)

    def _let_go(self) -> None:
        # Closed, not unlocked: a forked worker that still has it open is still a user
        if self._user_lock is not None:
            os.close(self._user_lock)
            self._user_lock = None


@contextlib.contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A running cluster for one piece of work, gone afterwards; holds no data of the office, so it runs anywhere."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=_temporary_root()))
    try:
        with Cluster(folder, durable=False).use() as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep() -> None:
    """End and remove temporary clusters whose process was killed: older than a minute and used by nobody."""
    for users in _temporary_root().glob(f"{TEMPORARY}*/users"):
        with contextlib.suppress(OSError):  # another user's, or swept by somebody else meanwhile
            if time.time() - users.stat().st_mtime < 60:
                continue
            descriptor = os.open(users, os.O_RDWR)
            try:
                abandoned = process.lock_now(descriptor)
            finally:
                os.close(descriptor)
            if abandoned:
                Cluster(users.parent, durable=False).stop()
                shutil.rmtree(users.parent, ignore_errors=True)


def _temporary_root() -> Path:
    """Where socket folders go. Not TMPDIR first: two shells of one user must come to the same place."""
    return Path("/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir())  # 0700 inside


def _plain(name: str) -> str:
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"'{name}' is no name for a database: small letters, digits and _ only, at most 63.")
    return name
