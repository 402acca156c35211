"""`./run demo` as a newcomer has it: killed in any bad moment, it starts again whole; ended, it leaves nothing.

One installation of its own serves all these tests, in the order they stand here, with a few thousand invented people.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config import demo_check, server
from config.embedded_postgres import Cluster
from tests.operations.offices import ask
from tests.operations.test_recipes import add_examples

PERSONS = "6000"
PATIENCE = 240  # seconds; the machine may be busy with other things

pytestmark = pytest.mark.long


def environment(var: Path) -> dict[str, str]:
    """That of a newcomer's terminal, for this module's installation."""
    inherited = {name: value for name, value in os.environ.items() if name not in {"ONESTOP_MODE", "CI"}}
    return inherited | {"ONESTOP_VAR": str(var), "ONESTOP_COUNTRY": str(country(var)), "LC_ALL": "C.UTF-8"}


def country(var: Path) -> Path:
    """The country pack of this module's installation: what a test adds to it stays, as in an office."""
    return var.parent / "country"


class Demo:
    """One `./run demo` of this module's installation, and what it printed so far."""

    def __init__(self, var: Path, *options: str, log: str = "demo.out") -> None:
        self.log = Path(tempfile.mkdtemp()) / log
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.command", "demo", *options],
                cwd=server.ROOT,
                env=environment(var),
                stdout=output,
                stderr=output,
            )

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def until(self, pattern: str) -> re.Match[str]:
        """Wait until it says this."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ended = self.process.poll() is not None
            if found := re.search(pattern, self.said()):
                return found
            assert not ended, self.said()
            time.sleep(0.05)
        raise AssertionError(f"no '{pattern}' within {PATIENCE} s:\n{self.said()}")

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def left(var: Path) -> list[str]:
    """The processes of this installation that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"ONESTOP_VAR={var}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def are_gone(var: Path, what: str) -> bool:
    """Whether no such process of the installation is left, soon."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not any(what in line for line in left(var)):
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    if not (server.ROOT / "node_modules" / "govuk-frontend").is_dir() and not shutil.which("npm"):
        reason = "the demonstration needs the styles, and there is no Node here to fetch them (./run assets)"
        (pytest.fail if os.environ.get("ONESTOP_NO_SKIP") else pytest.skip)(reason)
    folder = tmp_path_factory.mktemp("demo") / "var"
    shutil.copytree(server.ROOT / "countries" / "khm", country(folder))
    yield folder
    if folder.exists():
        cluster(folder).stop()


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cluster(var: Path) -> Cluster:
    return Cluster(var / "postgres", log=var / "log" / "postgres.log")


def owner(var: Path) -> str:
    return cluster(var).url(server.DEMO_DATABASE, "onestop_owner")


def test_killed_while_the_tables_are_made_it_starts_again_at_once(var: Path) -> None:
    killed = Demo(var)
    killed.until("migrate")
    time.sleep(0.5)
    killed.end(signal.SIGKILL)
    again = Demo(var)
    again.until("facts load")  # the tables are made: nobody else was at them
    assert again.end(signal.SIGTERM) == 0 and "Traceback" not in again.said()


def test_a_server_killed_while_the_people_are_loaded_leaves_none_of_them(var: Path) -> None:
    demo = Demo(var, "--persons", PERSONS)
    demo.until("households made")
    postmaster = int((var / "postgres" / "cluster" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(postmaster, signal.SIGKILL)
    assert demo.process.wait(PATIENCE) == 1
    assert "The database did not do this to its end" in demo.said() and "Traceback" not in demo.said()
    assert "could not be loaded" in demo.said() and "Ready" not in demo.said()
    with cluster(var).use():
        assert ask(owner(var), "SELECT count(*) FROM registry_person") == [(0,)]
    assert left(var) == []


def test_the_next_start_is_clean_and_whole_and_every_page_of_every_officer_answers(var: Path) -> None:
    demo = Demo(var, "--persons", PERSONS, "--check")
    assert demo.process.wait(PATIENCE) == 0, demo.said()
    persons = re.search(r"^pilot persons: ([\d,]+)$", demo.said(), re.MULTILINE)
    assert persons and int(persons[1].replace(",", "")) > 0.9 * int(PERSONS)
    assert len(re.findall(r" 200 .* signed in$", demo.said(), re.MULTILINE)) == 9
    assert left(var) == []


def test_a_killed_demonstration_takes_its_servers_along_and_starts_again_on_the_same_port(var: Path, port: int) -> None:
    demo = Demo(var, "--port", str(port))
    demo.until(f"Ready: http://127.0.0.1:{port}\n")
    people = ask(owner(var), "SELECT count(*) FROM registry_person")
    demo.end(signal.SIGKILL)
    assert are_gone(var, "gunicorn") and are_gone(var, "procrastinate"), left(var)
    again = Demo(var, "--port", str(port))
    again.until(f"Ready: http://127.0.0.1:{port}\n")
    assert ask(owner(var), "SELECT count(*) FROM registry_person") == people
    second = Demo(var, "--port", str(port), log="second.out")
    assert second.process.wait(PATIENCE) == 1
    assert re.search(rf"Port {port} cannot be used .*--port {port + 1}", second.said())
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=30) as answer:
        assert answer.status == 200
    assert again.end(signal.SIGTERM) == 0
    assert left(var) == []
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/", timeout=5)


def test_a_fact_and_a_programme_added_while_it_runs_are_taken_up_without_a_stop(var: Path, port: int) -> None:
    demo = Demo(var, "--persons", PERSONS, "--port", str(port))
    address = demo.until(r"Ready: (\S+)")[1]
    add_examples(country(var))
    loaded = subprocess.run(
        [sys.executable, "-m", "config.command", "onestop", "programmes", "load"],
        cwd=server.ROOT,
        env=environment(var),
        capture_output=True,
        text=True,
    )
    assert loaded.returncode == 0, loaded.stderr
    demo.until(r"start again[^\n]*\nReady: ")
    assert demo_check.walk(address, "commune")[1] == 0
    assert "/programmes/READING/" in the_page_of(address, "commune", "/programmes/")
    assert demo.end(signal.SIGINT) == 0


def the_page_of(address: str, username: str, path: str) -> str:
    """What an officer sees there."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    _status, body, _seconds = demo_check.fetch(opener, f"{address}/sign-in/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
    assert token
    form = {"username": username, "password": demo_check.password(), "csrfmiddlewaretoken": token[1]}
    demo_check.fetch(opener, f"{address}/sign-in/", form)
    return demo_check.fetch(opener, address + path)[1]


def test_two_at_once_share_one_server_and_the_last_one_stops_it(var: Path) -> None:
    first = Demo(var)
    one = first.until(r"Ready: (\S+)\n")[1]
    second = Demo(var, log="second.out")
    assert second.until(r"Ready: (\S+)\n")[1] != one
    assert first.end(signal.SIGINT) == 0
    assert any("postgres" in line for line in left(var))
    assert second.end(signal.SIGINT) == 0
    assert left(var) == []


def demonstrations(var: Path) -> list[str]:
    """The databases of the installation, its server running."""
    listed = ask(cluster(var).url("postgres", "postgres"), "SELECT datname FROM pg_database ORDER BY 1")
    return [str(name) for (name,) in listed if str(name).startswith("onestop_demo")]


def test_other_people_who_cannot_be_loaded_take_nothing_from_those_who_are_there(var: Path, tmp_path: Path) -> None:
    people = "SELECT count(*), min(id::text) FROM registry_person"
    with cluster(var).use():
        before = demonstrations(var), ask(owner(var), people)
        empty = tmp_path / "villages.csv"
        empty.touch()
        for more in ([], ["--fresh"]):
            demo = Demo(var, "--villages", str(empty), *more)
            assert demo.process.wait(PATIENCE) == 1
            assert "missing in the first line" in demo.said() and "Traceback" not in demo.said()
            assert (demonstrations(var), ask(owner(var), people)) == before
        killed = Demo(var, "--fresh", "--persons", PERSONS)
        killed.until("households made")
        killed.end(signal.SIGKILL)
        again = Demo(var)
        again.until("Ready")
        assert ask(owner(var), people) == before[1]
        refused = Demo(var, "--fresh", "--persons", "2000")
        assert refused.process.wait(PATIENCE) == 1
        assert "is in use. End the demonstration" in refused.said() and "households made" not in refused.said()
        assert again.end(signal.SIGTERM) == 0


def test_a_database_of_a_newer_version_is_refused_and_not_touched(var: Path) -> None:
    with cluster(var).use():
        with psycopg.connect(owner(var)) as connection:
            connection.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('registry', '0999_from_the_future', now())"
            )
            connection.execute(f"COMMENT ON DATABASE {server.DEMO_DATABASE} IS ''")
        before = ask(owner(var), "SELECT count(*), max(applied) FROM django_migrations")
        demo = Demo(var)
        assert demo.process.wait(PATIENCE) == 1
        assert (
            re.search(r"newer OneStop.*0999_from_the_future[^~]*--fresh", demo.said())
            and "Traceback" not in demo.said()
        )
        assert ask(owner(var), "SELECT count(*), max(applied) FROM django_migrations") == before


def test_other_people_are_loaded_into_a_database_of_their_own_and_the_first_is_kept(var: Path) -> None:
    """Also the way out of the database of a newer version."""
    demo = Demo(var, "--fresh", "--persons", "2000")
    demo.until("Ready")
    assert demo.end(signal.SIGTERM) == 0
    with cluster(var).use():
        names = demonstrations(var)
        assert len(names) == 2 and names[0] == "onestop_demo" and names[1].startswith("onestop_demo_before_")


def test_a_folder_that_cannot_be_written_is_named_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    demo = Demo(tmp_path / "file" / "var")
    assert demo.process.wait(PATIENCE) == 1
    assert demo.said().startswith(f"Cannot write to {tmp_path}/file/var") and "ONESTOP_VAR" in demo.said()


def test_a_real_office_is_not_made_a_demonstration_by_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://onestop_app@db.invalid/onestop")
    demo = Demo(tmp_path / "var")
    assert demo.process.wait(PATIENCE) == 1
    assert "ONESTOP_MODE=demo" in demo.said()
