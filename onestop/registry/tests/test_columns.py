"""`facts load`: a country's own fact, added as data, works at once in storing, rows, history and forms."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as configured

from criteria.values import Range
from onestop.registry import actions
from onestop.registry.declared import declared
from onestop.registry.factories import HouseholdFactory, member
from onestop.registry.forms import FactForm
from onestop.registry.read_family import family
from onestop.registry.relations import sources
from onestop.registry.tests.conftest import TODAY, officer
from onestop.registry.tests.test_answering import row
from onestop.registry.tests.test_rows import table
from onestop.staff.scope import scope

OWN_FACTS = """
  - {code: has_bicycle, of: household, type: bool, source: answer, topic: assets, good_for: 12, label: {km: កង់, en: Bicycle}, question: {km: "មានកង់ទេ?", en: "Is there a bicycle?"}}
  - {code: well_dug, of: household, type: date, imprecise: true, none: true, source: answer, topic: housing, good_for: null, label: {km: អណ្តូង, en: Well}}
  - {code: crafts, of: person, type: set, source: answer, topic: needs, good_for: 24, label: {km: សិប្បកម្ម, en: Crafts}, codes: [{code: silk, label: {km: សូត្រ, en: Silk}}, {code: silver, label: {km: ប្រាក់, en: Silver}}]}
  - {code: height, of: person, type: decimal, source: answer, topic: health, good_for: null, min: 0, max: 3, label: {km: កម្ពស់, en: Height}}
"""  # noqa: E501


@pytest.fixture
def own_pack(tmp_path: Path) -> Path:
    """A copy of the country pack that a test may change."""
    pack = tmp_path / "own"
    shutil.copytree(configured.COUNTRY_PACK, pack)
    return pack


def declare(pack: Path, text: str) -> None:
    file = pack / "facts.yaml"
    file.write_text(file.read_text("utf-8").rstrip() + "\n" + text.strip("\n") + "\n", "utf-8")


def facts_load(pack: Path, owner_url: str) -> "subprocess.CompletedProcess[str]":
    """The command, as the owner, in a process of its own."""
    environment = {
        **os.environ,
        "DATABASE_URL": owner_url,
        "ONESTOP_PROCESS": "owner",
        "ONESTOP_COUNTRY": str(pack),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    command = [sys.executable, "-W", "ignore", "-m", "django", "facts", "load", "--skip-checks"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=configured.ROOT, timeout=60)


def columns(owner_url: str, table_name: str) -> dict[str, str]:
    with psycopg.connect(owner_url) as connection:
        found = connection.execute(
            "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
            [table_name],
        ).fetchall()
    return {str(name): str(kind) for name, kind in found}


@pytest.mark.slow
def test_a_countrys_own_fact_works_at_once_everywhere(
    committed_database: dict[str, str], own_pack: Path, settings: Any
) -> None:
    declare(own_pack, OWN_FACTS)
    done = facts_load(own_pack, committed_database["owner"])
    assert done.returncode == 0, done.stderr
    for key in ("household.has_bicycle", "household.well_dug", "person.crafts", "person.height"):
        assert key in done.stdout
    made = columns(committed_database["owner"], "registry_householdrow")
    assert {name: made[name] for name in made if name.startswith(("has_bi", "well"))} == {
        "has_bicycle": "boolean",
        "has_bicycle_on": "date",
        "well_dug": "date",
        "well_dug_to": "date",
    }
    settings.COUNTRY_PACK = own_pack
    district = officer("district")
    with scope(district):
        home = HouseholdFactory(by=district)
        head = member(home, "head")
        asked = [declared().get("household", code) for code in ("has_bicycle", "well_dug")]
        form = FactForm([fact for fact in asked if fact], {"has_bicycle": "yes", "well_dug": "3/2013"})
        assert form.is_valid(), form.errors
        actions.answer(home, form.answers(), observed_on=date(2013, 5, 1), by=district)
        actions.answer(
            head, {"crafts": ["silver", "silk"], "height": "1.52"}, observed_on=date(2014, 1, 1), by=district
        )
        well = (date(2013, 3, 1), date(2013, 3, 31))
        assert row(home, "has_bicycle", "has_bicycle_on", "well_dug", "well_dug_to") == (True, date(2013, 5, 1), *well)
        assert row(head, "crafts", "crafts_on") == (["silk", "silver"], date(2014, 1, 1))
        known = family(home, TODAY)
        assert known.answers["has_bicycle"].value is True and known.answers["well_dug"].value == Range(*well)
        assert known.member(str(head.pk)).answers["crafts"].value == frozenset({"silk", "silver"})
        for day, seen in ((date(2013, 4, 30), None), (date(2013, 5, 1), True)):
            found = table(sources(day, facts={"household": ["has_bicycle"]}).households.sql("postgres"), "household_id")
            assert found[home.pk]["has_bicycle"] is seen


@pytest.mark.slow
def test_loading_again_changes_nothing_and_nothing_is_ever_dropped(
    committed_database: dict[str, str], own_pack: Path
) -> None:
    owner = committed_database["owner"]
    before = columns(owner, "registry_personrow")
    again = facts_load(own_pack, owner)
    assert again.returncode == 0 and "person." not in again.stdout
    assert columns(owner, "registry_personrow") == before
    text = (own_pack / "facts.yaml").read_text("utf-8")
    begin = text.index("  - code: literate")
    without = text[:begin] + text[text.index("  - code: reading_help") :]
    (own_pack / "facts.yaml").write_text(without, "utf-8")
    assert "person.literate" in facts_load(own_pack, owner).stdout
    assert columns(owner, "registry_personrow") == before, "a fact no longer declared keeps its column"
    (own_pack / "facts.yaml").write_text(text, "utf-8")
    back = facts_load(own_pack, owner)
    assert back.returncode == 0 and "person.literate" in back.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        (
            "  - {code: grade, of: person, type: text, source: answer, topic: schooling, label: {en: Grade}}",
            ["stands twice"],
        ),
        (
            "  - {code: left_on, of: person, type: date, source: answer, topic: work, label: {en: Left}}",
            ["left_on", "code"],
        ),
        ("  - {code: grade_on, of: person, type: date, source: answer, topic: work, label: {en: G}}", ["grade_on"]),
        ("  - {code: Bad-Code, of: person, type: bool, source: answer, topic: work, label: {en: B}}", ["Bad-Code"]),
        ("  - {code: colour, of: person, type: code, source: answer, topic: work, label: {en: C}}", ["list of codes"]),
        ("  - {code: pet, of: person, type: bool, source: answer, topic: animals, label: {en: Pet}}", ["animals"]),
    ],
)
def test_a_declaration_that_cannot_be_stored_is_refused_with_its_place(
    committed_database: dict[str, str], own_pack: Path, declaration: str, words: list[str]
) -> None:
    before = columns(committed_database["owner"], "registry_personrow")
    declare(own_pack, declaration)
    refused = facts_load(own_pack, committed_database["owner"])
    assert refused.returncode == 1 and "facts.yaml:" in refused.stderr and "Traceback" not in refused.stderr
    for word in words:
        assert word in refused.stderr
    assert columns(committed_database["owner"], "registry_personrow") == before


@pytest.mark.slow
def test_a_changed_type_is_refused_and_the_way_out_is_named(committed_database: dict[str, str], own_pack: Path) -> None:
    text = (own_pack / "facts.yaml").read_text("utf-8")
    changed = text.replace(
        "  - code: cattle\n    of: household\n    type: whole", "  - code: cattle\n    of: household\n    type: decimal"
    )
    assert changed != text
    (own_pack / "facts.yaml").write_text(changed, "utf-8")
    refused = facts_load(own_pack, committed_database["owner"])
    assert refused.returncode == 1
    assert "household.cattle" in refused.stderr and "cattle_2" in refused.stderr and "whole" in refused.stderr
