"""A demonstration is never served as an office, nor an office as a demonstration: not by the web server, not by the
worker, not by a command."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from config import backup, prepare
from onestop.journal.keys import signing_key
from tests.operations.offices import run_alone

WEB = ["-c", "import config.wsgi"]
WORKER = ["-m", "config.manage", "procrastinate", "--skip-checks", "worker", "--one-shot"]
COMMAND = ["-m", "config.manage", "heads"]
Started = Callable[[list[str], str, bool], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def started(committed_database: dict[str, str], tmp_path: Path) -> Started:
    """Run a part of OneStop in a mode, on a database that is a demonstration's or not."""

    def run(arguments: list[str], mode: str, is_demo: bool) -> "subprocess.CompletedProcess[str]":
        with psycopg.connect(committed_database["owner"]) as owner:
            day = "2014-06-11" if is_demo else None
            owner.execute("UPDATE areas_installation SET demo = %s, demo_on = %s", [is_demo, day])
        (tmp_path / "secret").write_text("a-secret-key-of-this-test-only-" * 3, "ascii")
        process = {"import config.wsgi": "web", "config.manage": "command"}[arguments[1]]
        url = committed_database["app"]
        return run_alone(arguments, tmp_path, ONESTOP_MODE=mode, ONESTOP_PROCESS=process, DATABASE_URL=url)

    return run


@pytest.mark.parametrize("what", [WEB, WORKER, COMMAND], ids=["web", "worker", "command"])
def test_a_demonstration_is_not_opened_in_production(started: Started, what: list[str]) -> None:
    done = started(what, "production", True)
    assert done.returncode != 0
    assert "made by the demonstration: its people are invented" in done.stderr


@pytest.mark.parametrize("what", [WEB, WORKER, COMMAND], ids=["web", "worker", "command"])
def test_an_office_is_not_opened_as_a_demonstration(started: Started, what: list[str]) -> None:
    done = started(what, "demo", False)
    assert done.returncode != 0
    assert "was not made by the demonstration" in done.stderr


@pytest.mark.parametrize("what", [WORKER, COMMAND], ids=["worker", "command"])
def test_its_own_kind_is_opened(started: Started, what: list[str]) -> None:
    done = started(what, "demo", True)
    assert done.returncode == 0, done.stderr


def test_the_key_of_the_journal_is_made_once_and_goes_into_the_backup(
    committed_database: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONESTOP_VAR", str(tmp_path / "var"))
    prepare.journal_key()
    first = signing_key(tmp_path / "var" / "keys").public.name
    prepare.journal_key()
    assert signing_key(tmp_path / "var" / "keys").public.name == first
    made = backup.write(
        tmp_path / "office.onestop", owner=committed_database["owner"], var=tmp_path / "var", mode="test"
    )
    assert {"keys/journal.key", f"keys/journal-{first}.pub"} <= {part.name for part in made.parts}
