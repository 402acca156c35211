"""Every state that was ever released can be brought to this version: nothing is lost, and rules answer as they did.

One dump per released version stands in dumps/, made once by `./run onestop upgrade-dump` (config/upgrade_dump.py).
"""

import json
import lzma
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from config import backup, prepare, restore, upgrade_dump
from config.embedded_postgres import Cluster

DUMPS = sorted(upgrade_dump.FOLDER.glob(f"*{upgrade_dump.ENDING}"))
NAME = f"upgraded_{os.getpid()}"
# What an upgrade may add to or make anew; everything else keeps its rows
MADE_BY_US = (
    "django_",
    "auth_",
    "procrastinate_",
    "areas_administrativeunit",
    "journal_",
    "registry_factcolumn",
    "registry_personrow",
    "registry_householdrow",
    "registry_searchkey",
    "registry_answersheet",  # answers in a compartment leave the sheets of others for sheets of their own
)


def version_of(dump: Path) -> str:
    return dump.name.removesuffix(upgrade_dump.ENDING)


@pytest.fixture
def released(
    request: pytest.FixtureRequest, test_cluster: Cluster, tmp_path: Path
) -> Iterator[tuple[dict[str, str], dict[str, Any]]]:
    """A released state in a database of its own: its two URLs, and what was told of it when it was released."""
    dump: Path = request.param
    told = json.loads(upgrade_dump.told_in(dump).read_text("utf-8"))
    test_cluster.create_database(NAME)
    urls = {role: test_cluster.url(NAME, f"onestop_{role}") for role in ("app", "owner")}
    (tmp_path / "dump").write_bytes(lzma.decompress(dump.read_bytes()))
    restore.load(tmp_path / "dump", told["counts"], urls["owner"])
    yield urls, told
    test_cluster.drop_database(NAME)


def test_there_is_a_dump_of_a_released_state() -> None:
    if not DUMPS:
        reason = "NO RELEASED STATE IS HELD YET: run ./run onestop upgrade-dump at the end of a release and commit it"
        (pytest.fail if os.environ.get("ONESTOP_NO_SKIP") else pytest.skip)(reason)
    for dump in DUMPS:
        assert dump.stat().st_size <= upgrade_dump.LARGEST
        assert json.loads(upgrade_dump.told_in(dump).read_text("utf-8"))["version"] == version_of(dump)


@pytest.mark.skipif(not DUMPS, reason="there is no dump of a released state yet")
@pytest.mark.parametrize("released", DUMPS, ids=version_of, indirect=True)
def test_a_released_state_comes_to_this_version_with_every_row_and_the_same_answers(
    released: tuple[dict[str, str], dict[str, Any]],
) -> None:
    urls, told = released
    for step in prepare.STEPS[:3]:
        prepare.django(step, urls["owner"], process="owner", mode="test")
    with psycopg.connect(urls["owner"]) as connection:
        now = backup.counts(connection)
        walled = connection.execute("SELECT count(*) FROM pg_class WHERE relforcerowsecurity").fetchone()
        mixed = connection.execute(
            "SELECT count(*) FROM registry_answersheet WHERE (compartment = 'health') <> (answers ? 'hiv')"
        ).fetchone()
        open_images = connection.execute(
            "SELECT count(*) FROM journal_rowhistory WHERE compartment = '' AND table_name = 'registry_answersheet'"
            """ AND ("row" -> 'answers')::jsonb ?| ARRAY['hiv', 'working_child']"""
        ).fetchone()
    kept = {name: count for name, count in told["counts"].items() if not name.startswith(MADE_BY_US)}
    assert kept["registry_person"] > 50 and kept["enrolments_enrolment"] > 0
    assert {name: now.get(name) for name in kept} == kept
    assert walled and walled[0] >= 15
    assert now["registry_answersheet"] >= told["counts"]["registry_answersheet"]
    assert (mixed, open_images) == ((0,), (0,)), "answers of a compartment stand outside its wall"
    answer = json.loads(prepare.django(told["command"], urls["app"], process="command", mode="test"))
    assert answer == told["answer"]
    assert sum(row["eligible"] for row in answer) > 0
