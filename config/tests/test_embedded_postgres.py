"""The embedded server really made, started, killed, moved and shared; nothing here is simulated but the bad luck."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from config import embedded_postgres, postgres_binaries, postgres_process
from config.embedded_postgres import KHMER_SURVIVES, Cluster, PostgresRefused, refuse_production, temporary_cluster
from config.tests.clusters import SUPERUSER, ask, connect, remove

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster of this test's own, not made yet; stopped and removed afterwards."""
    made = Cluster(tmp_path / "postgres", durable=False)
    yield made
    remove(made)


def postmaster(cluster: Cluster) -> int:
    return int((cluster.data / "cluster" / "postmaster.pid").read_text().split("\n")[0])


def kill_server(cluster: Cluster) -> None:
    os.kill(postmaster(cluster), signal.SIGKILL)


def child(cluster: Cluster, body: str) -> subprocess.Popen[str]:
    """Another process with this cluster; what it prints is read line by line."""
    lines = f"""
        import sys, time
        from pathlib import Path
        from config.embedded_postgres import Cluster
        cluster = Cluster(Path({str(cluster.data)!r}), durable={cluster.durable})
    """
    code = textwrap.dedent(lines) + textwrap.dedent(body)
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        start_new_session=True,
    )  # fmt: skip


def user(cluster: Cluster) -> subprocess.Popen[str]:
    """Another process that uses the cluster until its input ends."""
    process = child(cluster, "with cluster.use():\n    print('in', flush=True)\n    sys.stdin.read()\n")
    assert process.stdout
    assert process.stdout.readline() == "in\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)
    assert process.returncode == 0


def wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not what():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)


# A life without accidents


def test_rows_are_there_after_a_stop_and_a_start(cluster: Cluster) -> None:
    cluster.start()
    cluster.create_database("onestop_demo")
    with connect(cluster, "onestop_demo", "onestop_owner") as connection:
        connection.execute("CREATE TABLE village (name text)")
        connection.execute("INSERT INTO village VALUES ('ស្រីស្នំ')")
    cluster.stop()
    assert not cluster.socket.exists()
    cluster.start()
    assert ask(cluster, "SELECT name FROM village", "onestop_demo", "onestop_owner") == "ស្រីស្នំ"


def test_a_start_of_a_running_server_reuses_it(cluster: Cluster) -> None:
    cluster.start()
    before = postmaster(cluster)
    Cluster(cluster.data, durable=False).start()
    assert postmaster(cluster) == before


def test_a_stop_of_what_never_ran_does_nothing(tmp_path: Path) -> None:
    Cluster(tmp_path / "nothing").stop()
    assert list(tmp_path.iterdir()) == []


def test_the_settings_are_those_of_a_small_machine_without_network(running: Cluster) -> None:
    wanted = {"listen_addresses": "", "jit": "off", "shared_buffers": "256MB", "fsync": "on", "full_page_writes": "on"}
    assert {name: ask(running, f"SHOW {name}") for name in wanted} == wanted
    assert ask(running, "SHOW data_checksums") == "on"


def test_a_cluster_of_tests_forces_nothing_to_the_disk(cluster: Cluster) -> None:
    cluster.start()
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert ask(cluster, f"SHOW {name}") == "off"


def test_a_program_that_only_starts_the_server_ends_while_it_runs(cluster: Cluster) -> None:
    """A server that inherited our pipes would keep the caller waiting for ever."""
    process = child(cluster, "cluster.start()")
    assert process.communicate(timeout=30)[0] == ""
    assert ask(cluster, "SELECT 1") == 1


def test_the_package_of_the_binaries_is_never_imported(cluster: Cluster) -> None:
    """Its own start-up code makes users and opens every parent folder."""
    process = child(cluster, "cluster.start(); print('embedded_postgres' in sys.modules)")
    assert process.communicate(timeout=30)[0] == "False\n"


def test_variables_of_postgres_in_the_environment_mislead_nobody(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGHOST": "/nowhere", "PGPORT": "1", "PGDATA": "/nowhere", "PGUSER": "nobody_here",
                        "PGOPTIONS": "-c no_such=1", "PGDATABASE": "none", "LC_ALL": "C"}.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    cluster.start()
    cluster.create_database("onestop_demo")
    assert cluster.database_exists("onestop_demo")


def test_names_in_a_failed_statement_do_not_reach_the_log(running: Cluster, database: str) -> None:
    with connect(running, database, "onestop_owner") as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY, age int)")
        connection.execute("INSERT INTO person VALUES ('Sok Secretname', 1)")
        for sql in ("INSERT INTO person VALUES ('Sok Secretname', 2)", "SELECT 'Sok Secretname'::int"):
            with pytest.raises(psycopg.Error, match="Secretname"):
                connection.execute(sql)
    assert "Secretname" not in running.log.read_text()
    assert "ready to accept connections" in running.log.read_text()


# Khmer


def test_khmer_survives_and_a_database_that_loses_it_is_told_apart(running: Cluster, database: str) -> None:
    assert ask(running, KHMER_SURVIVES, database, "onestop_app") is True
    with connect(running) as connection:
        connection.execute("CREATE DATABASE deaf TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'")
    with connect(running, "deaf") as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
    assert ask(running, KHMER_SURVIVES, "deaf") is False
    running.drop_database("deaf")


def test_a_cluster_made_with_a_locale_that_loses_khmer_is_refused(cluster: Cluster) -> None:
    cluster.data.mkdir(mode=0o700)
    made = postgres_binaries.call(
        [*cluster.binary("initdb"), "-D", str(cluster.data / "cluster"), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8",
         "--locale=C", "--no-sync"]
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    with pytest.raises(PostgresRefused, match="Khmer text does not survive"):
        cluster.start()
    assert not cluster.socket.exists(), "the refused server was left running"


# Accidents


def test_rows_committed_before_a_kill_are_all_there_after_the_next_start(cluster: Cluster) -> None:
    durable = Cluster(cluster.data)
    durable.start()
    with connect(durable) as connection:
        connection.execute("CREATE TABLE t (n int PRIMARY KEY)")
    committed = 0
    for _ in range(3):
        with contextlib.suppress(psycopg.OperationalError), connect(durable) as connection:
            half = connect(durable)
            half.autocommit = False
            half.execute("INSERT INTO t SELECT generate_series(1000000, 1050000)")  # a load that never commits
            for number in range(committed + 1, committed + 201):
                connection.execute("INSERT INTO t VALUES (%s)", [number])
                committed = number
            kill_server(durable)
            half.close()
        durable.start()
        assert ask(durable, "SELECT count(*) FROM t") == committed
        assert ask(durable, "SELECT max(n) FROM t") == committed


def test_a_process_number_given_to_another_program_does_not_stop_a_start(cluster: Cluster) -> None:
    cluster.start()
    kill_server(cluster)
    with subprocess.Popen(["sleep", "60"]) as other:
        for file in (cluster.data / "cluster" / "postmaster.pid", cluster.socket / ".s.PGSQL.5432.lock"):
            file.write_text(f"{other.pid}\n" + file.read_text().partition("\n")[2])
        cluster.start()
        assert other.poll() is None
        other.kill()
    assert ask(cluster, "SELECT 1") == 1


def test_a_server_whose_folder_was_deleted_is_ended_and_a_new_one_made(cluster: Cluster) -> None:
    cluster.start()
    old = postmaster(cluster)
    shutil.rmtree(cluster.data)
    fresh = Cluster(cluster.data, durable=False)
    fresh.start()
    assert postmaster(fresh) != old
    assert not postgres_process.alive(old)
    fresh.create_database("onestop_demo")


def test_a_folder_moved_while_its_server_ran_is_served_from_its_new_place(cluster: Cluster, tmp_path: Path) -> None:
    cluster.start()
    cluster.create_database("onestop_demo")
    old = postmaster(cluster)
    cluster.data.rename(tmp_path / "elsewhere")
    moved = Cluster(tmp_path / "elsewhere", durable=False)
    moved.start()
    assert moved.database_exists("onestop_demo")
    assert not postgres_process.alive(old)
    remove(moved)


def test_a_copy_of_a_running_cluster_is_refused_and_the_original_runs_on(cluster: Cluster, tmp_path: Path) -> None:
    cluster.start()
    copy = Cluster(tmp_path / "copy", durable=False)
    shutil.copytree(cluster.data, copy.data)
    with pytest.raises(PostgresRefused, match=r"is a copy, taken while its server .* was running"):
        copy.start()
    assert ask(cluster, "SELECT 1") == 1


def test_a_socket_swept_away_comes_back(cluster: Cluster) -> None:
    cluster.start()
    cluster.create_database("onestop_demo")
    shutil.rmtree(cluster.socket)
    cluster.start()
    assert cluster.database_exists("onestop_demo")


@pytest.mark.parametrize("orphan", [True, False], ids=["initdb runs on", "initdb dies too"])
def test_a_cluster_half_made_by_a_killed_process_is_made_anew(cluster: Cluster, orphan: bool) -> None:
    for _ in range(5):  # on a busy machine initdb may have finished before it is killed
        process = child(cluster, "cluster.start()")
        wait_for(lambda: (cluster.data / "making" / "global").exists() or (cluster.data / "cluster").exists())
        process.kill() if orphan else os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if not (cluster.data / "cluster").exists():
            break
        remove(cluster)
    assert not (cluster.data / "cluster").exists()
    cluster.start()
    assert ask(cluster, "SELECT 1") == 1
    assert not (cluster.data / "making").exists()


# Many at once


def test_processes_that_start_at_once_make_one_server(cluster: Cluster) -> None:
    starters = [child(cluster, "cluster.start()\nprint('up')\n") for _ in range(4)]
    assert [starter.communicate(timeout=60)[0] for starter in starters] == ["up\n"] * 4
    assert cluster.log.read_text().count("starting PostgreSQL") == 1
    assert ask(cluster, "SELECT 1") == 1


def test_the_last_one_out_stops_the_server(cluster: Cluster) -> None:
    first, second = user(cluster), user(cluster)
    leave(first)
    assert ask(cluster, "SELECT 1") == 1
    leave(second)
    with pytest.raises(psycopg.OperationalError):
        connect(cluster)


def test_a_killed_user_does_not_keep_the_server_running(cluster: Cluster) -> None:
    killed, last = user(cluster), user(cluster)
    killed.kill()
    killed.communicate()
    assert ask(cluster, "SELECT 1") == 1
    leave(last)
    with pytest.raises(psycopg.OperationalError):
        connect(cluster)


def test_a_forked_worker_is_still_a_user_when_its_parent_has_left(cluster: Cluster) -> None:
    body = """
        import os
        with cluster.use():
            if os.fork() == 0:
                os.write(1, b"forked\\n")  # one write each: both ends write to the same pipe
                sys.stdin.read()
                os._exit(0)
        os.write(1, b"left\\n")
    """
    process = child(cluster, body)
    assert process.stdout
    assert sorted([process.stdout.readline(), process.stdout.readline()]) == ["forked\n", "left\n"]
    process.wait(timeout=30)
    assert ask(cluster, "SELECT 1") == 1
    process.communicate()
    leave(user(cluster))
    with pytest.raises(psycopg.OperationalError):
        connect(cluster)


def test_who_only_started_it_keeps_it_when_others_leave(cluster: Cluster) -> None:
    cluster.start()
    with cluster.use():
        leave(user(cluster))
    assert ask(cluster, "SELECT 1") == 1


def test_an_error_inside_stops_the_server_all_the_same(cluster: Cluster) -> None:
    with pytest.raises(ZeroDivisionError), cluster.use():
        print(1 / 0)
    with pytest.raises(psycopg.OperationalError):
        connect(cluster)


def test_a_starter_that_hangs_is_named(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "LOCK_PATIENCE", 0.1)
    cluster.data.mkdir(mode=0o700)
    with (cluster.data / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(PostgresRefused, match="Another process has been starting"):
            cluster.start()


def test_a_temporary_cluster_leaves_nothing_behind() -> None:
    with temporary_cluster() as cluster:
        assert ask(cluster, "SELECT 1") == 1
    assert not cluster.data.exists()
    assert not cluster.socket.exists()


def test_a_temporary_cluster_whose_process_was_killed_is_swept_by_the_next(tmp_path: Path) -> None:
    body = """
        from config.embedded_postgres import temporary_cluster
        with temporary_cluster() as cluster:
            print(cluster.data, flush=True)
            sys.stdin.read()
    """
    process = child(Cluster(tmp_path / "unused"), body)
    assert process.stdout
    abandoned = Cluster(Path(process.stdout.readline().strip()), durable=False)
    old = postmaster(abandoned)
    os.utime(abandoned.data / "users", (0, 0))
    with temporary_cluster():
        assert ask(abandoned, "SELECT 1") == 1, "one still in use was swept"
    process.kill()
    process.communicate()
    with temporary_cluster():
        assert not postgres_process.alive(old)
        assert not abandoned.data.exists()


# Production


@pytest.mark.parametrize("environ", [{"ONESTOP_MODE": "production"}, {"DATABASE_URL": "postgresql://server/onestop"}])
def test_production_settings_are_refused(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PostgresRefused, match="production installation"):
        Cluster(cluster.data).start()
    assert not cluster.data.exists()


def test_other_programs_are_no_production_settings_and_neither_is_its_own_address(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_production({"PGBIN": "/usr/lib/postgresql/18/bin", "ONESTOP_MODE": "demo", "DATABASE_URL": ""})
    monkeypatch.setenv("DATABASE_URL", cluster.url("onestop_demo", "onestop_app"))
    Cluster(cluster.data).start()
    assert ask(cluster, "SELECT 1") == 1
