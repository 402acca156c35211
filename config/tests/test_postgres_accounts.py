"""Who may run the embedded server, in which folders, with which programs; and what it says when it cannot."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded_postgres, postgres_binaries, postgres_process
from config.embedded_postgres import Cluster, PostgresRefused

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY = 65534
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes owners, so only root can try it")

START = """
    import sys
    from pathlib import Path
    from config.embedded_postgres import Cluster, PostgresRefused
    cluster = Cluster(Path({data!r}), durable=False, log={log!r} and Path({log!r}))
    try:
        cluster.start()
        cluster.create_database("onestop_demo")
        print(cluster.database_exists("onestop_demo"), cluster.url("onestop_demo", "onestop_app"))
        cluster.stop()
    except PostgresRefused as refused:
        print("REFUSED", refused)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in the system's own temporary one, which anybody may enter; servers in it are stopped afterwards."""
    made = Path(tempfile.mkdtemp(prefix="onestop-test-"))
    made.chmod(0o755)
    yield made
    for data in [path.parent for path in made.rglob("cluster") if path.is_dir()]:
        Cluster(data).stop()
    shutil.rmtree(made)


def started_as(prefix: list[str], data: Path, *, path: Path | None = None, log: str = "") -> str:
    """Start a cluster in a process of another account; returns what it printed."""
    code = textwrap.dedent(START.format(data=str(data), log=log))
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environ |= {"PATH": str(path)} if path else {}
    done = subprocess.run(
        [*prefix, sys.executable, "-B", "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def as_nobody() -> list[str]:
    """The prefix that makes a process an ordinary user; skips where that user cannot reach the project."""
    prefix = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    probe = "import config.embedded_postgres as e, config.postgres_binaries as b; b.major_version(b.binaries())"
    if subprocess.run(
        [*prefix, sys.executable, "-B", "-c", probe], cwd=ROOT, capture_output=True, check=False
    ).returncode:
        pytest.skip(f"the project stands in a folder closed to ordinary users ({ROOT})")
    return prefix


def modes(folder: Path) -> list[tuple[str, int, int]]:
    """Path, mode and owner of every folder from here up to the root."""
    return [(str(each), each.stat().st_mode, each.stat().st_uid) for each in (folder, *folder.parents)]


def closed(folder: Path, owner: int) -> Path:
    """folder/above/data, both 0700 and of this owner."""
    above = folder / "above"
    for each in (above, above / "data"):
        each.mkdir(mode=0o700)
        os.chown(each, owner, owner)
    return above / "data"


def only(folder: Path, *left_out: str) -> Path:
    """A PATH folder with links to every program of the machine's usual ones but some."""
    made = folder / "path"
    made.mkdir()
    for name in ("unshare", "setpriv", "test", "sh", "true"):
        found = shutil.which(name)
        if name not in left_out and found:
            (made / name).symlink_to(found)
    return made


def own_binaries(folder: Path) -> Path:
    """A PGBIN folder: links to the packaged programs."""
    made = folder / "bin"
    made.mkdir()
    for program in postgres_binaries.binaries({}).iterdir():
        (made / program.name).symlink_to(program)
    return made


# Accounts


@needs_root
def test_root_starts_it_in_a_closed_folder_and_changes_nothing_above(folder: Path) -> None:
    data = closed(folder, 0)
    before, users = modes(data), Path("/etc/passwd").read_bytes()
    assert started_as([], data).startswith("True ")
    assert modes(data) == before
    assert Path("/etc/passwd").read_bytes() == users
    assert {path.stat().st_uid for path in data.rglob("*")} == {0}


@needs_root
def test_an_ordinary_user_starts_it_in_a_closed_folder(folder: Path) -> None:
    nobody = as_nobody()
    data = closed(folder, NOBODY)
    before = modes(data)
    assert started_as(nobody, data).startswith("True ")
    assert modes(data) == before
    assert {path.stat().st_uid for path in data.rglob("*")} == {NOBODY}


@needs_root
def test_root_serves_the_folder_of_an_ordinary_user_as_that_user(folder: Path) -> None:
    nobody = as_nobody()
    data = closed(folder, NOBODY)
    assert started_as([], data).startswith("True ")
    assert {path.stat().st_uid for path in (data / "cluster").rglob("*")} == {NOBODY}
    assert "exists already" in started_as(nobody, data), "the user himself cannot go on with it"


@pytest.fixture
def namespaces_forbidden() -> Iterator[list[str]]:
    """The prefix of a process that is root and may not make a user namespace, as in many containers."""
    # Inside a namespace with all our users, whose own limit of further ones is then set to none
    with subprocess.Popen(["unshare", "--user", "sleep", "600"]) as inside:
        try:
            deadline, ours = time.monotonic() + 10, os.readlink("/proc/self/ns/user")
            while os.readlink(f"/proc/{inside.pid}/ns/user") == ours:
                if inside.poll() is not None or time.monotonic() > deadline:
                    pytest.skip("needs user namespaces to try what happens without them")
                time.sleep(0.01)
            for kind in ("uid_map", "gid_map"):
                Path(f"/proc/{inside.pid}/{kind}").write_text("0 0 70000\n")
            prefix = ["nsenter", "--user", "-t", str(inside.pid)]
            subprocess.run([*prefix, "sh", "-c", "echo 0 > /proc/sys/user/max_user_namespaces"], check=True)
            assert subprocess.run([*prefix, "unshare", "--user", "true"], capture_output=True, check=False).returncode
            yield prefix
        finally:
            inside.kill()


@needs_root
def test_where_namespaces_are_forbidden_root_gives_the_folder_to_nobody(
    folder: Path, namespaces_forbidden: list[str]
) -> None:
    as_nobody()
    data = folder / "data"
    assert started_as(namespaces_forbidden, data).startswith("True ")
    assert data.stat().st_uid == NOBODY
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert folder.stat().st_uid == 0
    assert "exists already" in started_as(namespaces_forbidden, data), "the second start lost the first's database"
    assert "exists already" in started_as([], data), "it is not served any more where namespaces are allowed again"


@needs_root
def test_a_log_that_nobody_cannot_reach_is_kept_with_the_data(folder: Path) -> None:
    as_nobody()
    asked = closed(folder, 0) / "postgres.log"
    assert started_as([], folder / "data", path=only(folder, "unshare"), log=str(asked)).startswith("True ")
    assert "ready to accept connections" in (folder / "data" / "server.log").read_text()


@needs_root
def test_root_in_the_closed_home_of_a_user_serves_as_that_user(folder: Path) -> None:
    as_nobody()
    home = closed(folder, NOBODY)
    assert started_as([], home / "var" / "postgres").startswith("True ")
    assert (home / "var").stat().st_uid == 0
    assert (home / "var" / "postgres").stat().st_uid == NOBODY


@needs_root
def test_a_cluster_made_in_a_namespace_is_still_served_where_they_are_forbidden(folder: Path) -> None:
    as_nobody()
    assert started_as([], folder / "data").startswith("True ")
    without = only(folder, "unshare")
    assert "exists already" in started_as([], folder / "data", path=without)


@needs_root
def test_root_is_told_when_no_account_can_reach_the_folder(folder: Path) -> None:
    data = closed(folder, 0)
    said = started_as([], data, path=only(folder, "unshare"))
    assert "REFUSED" in said
    assert "PostgreSQL cannot run as root" in said
    assert "Start as an ordinary user" in said
    assert data.stat().st_uid == 0, "the folder was given away and not taken back"


@needs_root
def test_the_folder_of_another_user_is_refused(folder: Path) -> None:
    nobody = as_nobody()
    data = folder / "data"
    data.mkdir()
    said = started_as(nobody, data)
    assert "REFUSED" in said
    assert str(data) in said
    assert "ONESTOP_VAR" in said


def test_a_folder_without_write_permission_is_named_with_its_cure(folder: Path) -> None:
    folder.chmod(0o555)
    said = started_as(as_nobody() if os.geteuid() == 0 else [], folder / "var" / "postgres")
    folder.chmod(0o755)
    assert said.startswith("REFUSED")
    assert f"{folder / 'var'}" in said
    assert "Permission denied" in said
    assert "ONESTOP_VAR" in said


def test_a_file_in_the_place_of_the_folder_is_named(folder: Path) -> None:
    (folder / "postgres").write_text("")
    with pytest.raises(PostgresRefused, match="cannot be written: File exists"):
        Cluster(folder / "postgres").start()


# Paths and sockets


@pytest.mark.parametrize(
    "name",
    ["/".join(["very-long-name" * 10] * 4), 'a space, a "quote", it\'s $HOME and `date`', "ស្រុក ស្រីស្នំ"],
    ids=["long", "odd", "Khmer"],
)
def test_any_path_will_do(folder: Path, name: str) -> None:
    cluster = Cluster(folder / name / "postgres", durable=False, log=folder / name / "log" / "postgres.log")
    with cluster.use():
        assert len(os.fsencode(cluster.socket)) < 60
        assert cluster.socket.stat().st_mode == stat.S_IFDIR | 0o700
        with psycopg.connect(cluster.url("postgres", "onestop_app")) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    assert "ready to accept connections" in cluster.log.read_text()


def test_one_folder_has_one_socket_whichever_way_it_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "link").symlink_to(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TMPDIR", str(folder))
    names = (folder / "postgres", folder / "link" / "postgres", Path("postgres"), folder / "x" / ".." / "postgres")
    assert len({Cluster(name).socket for name in names}) == 1


@pytest.mark.parametrize("fault", ["open to others", "a link", pytest.param("another's", marks=needs_root)])
def test_a_socket_folder_that_is_not_ours_alone_is_refused(folder: Path, fault: str) -> None:
    cluster = Cluster(folder / "postgres", durable=False)
    if fault == "a link":
        cluster.socket.symlink_to(folder)
    else:
        cluster.socket.mkdir(mode=0o700)
    if fault == "open to others":
        cluster.socket.chmod(0o755)
    if fault == "another's":
        os.chown(cluster.socket, NOBODY, NOBODY)
    with pytest.raises(PostgresRefused, match="not a closed folder of the server's own account"):
        cluster.start()
    assert cluster.socket.is_symlink() or list(cluster.socket.iterdir()) == []
    cluster.socket.unlink() if cluster.socket.is_symlink() else cluster.socket.rmdir()


# Programs and versions


def test_pgbin_replaces_the_programs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = own_binaries(folder)
    monkeypatch.setenv("PGBIN", str(programs))
    cluster = Cluster(folder / "postgres", durable=False)
    assert cluster.binary("pg_dump") == [str(programs / "pg_dump")]
    with cluster.use():
        assert cluster.binary("initdb")[-1] == str(programs / "initdb")


def test_a_pgbin_that_lacks_a_program_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = own_binaries(folder)
    (programs / "pg_dump").unlink()
    monkeypatch.setenv("PGBIN", str(programs))
    with pytest.raises(PostgresRefused, match=r"lacks, or does not let you run: pg_dump\. Set PGBIN"):
        Cluster(folder / "postgres").start()


@pytest.mark.parametrize(
    ("says", "message"),
    [("echo 'postgres (PostgreSQL) 15.18 (Debian)'", "PostgreSQL 15 .* is too old: 17"), ("exit 127", "does not run")],
)
def test_programs_that_are_too_old_or_do_not_run_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, says: str, message: str
) -> None:
    programs = own_binaries(folder)
    (programs / "postgres").unlink()
    (programs / "postgres").write_text(f"#!/bin/sh\n{says}\n")
    (programs / "postgres").chmod(0o755)
    monkeypatch.setenv("PGBIN", str(programs))
    with pytest.raises(PostgresRefused, match=message):
        Cluster(folder / "postgres").start()


def test_data_of_another_major_version_is_refused_and_kept(folder: Path) -> None:
    cluster = Cluster(folder / "postgres", durable=False)
    with cluster.use():
        pass
    (cluster.data / "cluster" / "PG_VERSION").write_text("16\n")
    with pytest.raises(PostgresRefused, match="was made by PostgreSQL 16, .* Set PGBIN"):
        cluster.start()
    assert (cluster.data / "cluster" / "global" / "pg_control").exists()


def test_damaged_data_is_refused_and_kept(folder: Path) -> None:
    cluster = Cluster(folder / "postgres", durable=False)
    with cluster.use():
        pass
    (cluster.data / "cluster" / "PG_VERSION").unlink()
    with pytest.raises(PostgresRefused, match="holds no PostgreSQL data .* nothing was deleted"):
        cluster.start()
    (cluster.data / "cluster" / "PG_VERSION").write_text(f"{postgres_binaries.major_version(cluster._bin)}\n")
    control = cluster.data / "cluster" / "global" / "pg_control"
    control.write_bytes(control.read_bytes()[::-1])
    with pytest.raises(PostgresRefused, match="did not start"):
        cluster.start()
    assert control.exists()


def test_a_cluster_copied_without_its_modes_is_closed_again(folder: Path) -> None:
    cluster = Cluster(folder / "postgres", durable=False)
    with cluster.use():
        pass
    for each in (cluster.data, cluster.data / "cluster"):
        each.chmod(0o755)
    with cluster.use():
        assert stat.S_IMODE(cluster.data.stat().st_mode) == 0o700


# A full disk


@pytest.fixture
def small_disk(folder: Path) -> Iterator[list[str]]:
    """The prefix of a command that sees a disk of 260 MB at folder/disk."""
    disk = folder / "disk"
    disk.mkdir()
    mounted = 'mount -t tmpfs -o size=260m,mode=700 tmpfs "$0" && exec "$@"'
    prefix = ["unshare", "--mount", "sh", "-c", mounted, str(disk)]
    if subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a small disk (root, outside of most containers)")
    yield prefix


FILL = """
    from pathlib import Path
    from config.embedded_postgres import Cluster, PostgresRefused
    disk = Path({disk!r})
    cluster = Cluster(disk / "postgres", durable=False)
    def fill(megabytes):
        with (disk / "filling").open("wb") as file:
            file.write(bytes(megabytes * 2**20))
    def attempt():
        try:
            cluster.start()
            print("started")
            cluster.stop()
        except PostgresRefused as refused:
            print(str(refused).replace(chr(10), " "))
    fill(150); attempt()
    (disk / "filling").unlink(); attempt()
    import shutil
    fill(shutil.disk_usage(disk).free // 2**20 - 5); attempt()
    (disk / "filling").unlink(); attempt()
"""


def test_a_full_disk_is_named_and_freeing_it_is_enough(folder: Path, small_disk: list[str]) -> None:
    code = textwrap.dedent(FILL.format(disk=str(folder / "disk")))
    done = subprocess.run(
        [*small_disk, sys.executable, "-B", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    to_make, made, to_start, again = done.stdout.splitlines()
    assert "is full: 1" in to_make
    assert "PostgreSQL needs 150 MB" in to_make
    assert "is full: 5 MB are free" in to_start
    assert (made, again) == ("started", "started")


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("FATAL:  could not write lock file: No space left on device", "free some 200 MB"),
        ('FATAL:  could not create lock file "/tmp/x/.s.PGSQL.5432.lock": No such file', "socket folder /tmp/"),
        ('FATAL:  data directory "x" has wrong ownership', "chown"),
        ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "no memory left"),
        ("PANIC:  could not locate a valid checkpoint record", "restore a backup"),
        ("something nobody foresaw", "server.log"),
    ],
)
def test_what_the_server_says_comes_with_its_cure(folder: Path, said: str, cure: str) -> None:
    message = str(Cluster(folder / "postgres")._refusal("It did not start", said))
    assert cure in message
    assert said in message
    assert str(folder) in message


def test_what_is_told_of_processes_is_true() -> None:
    assert postgres_process.alive(os.getpid())
    assert not postgres_process.alive(postgres_process.NO_SUCH_PROCESS)
    assert postgres_process.home_of_server(os.getpid()) is None
    ended = subprocess.Popen(["true"])
    os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)  # ended, and not yet noticed by its parent: us
    assert not postgres_process.alive(ended.pid)
    ended.wait()
    assert postgres_process.pid_in(Path("/nowhere")) is None
    assert embedded_postgres.KHMER_SURVIVES
