"""Facts are data: another country's are read, stored and asked by the same code; mistakes are told with their place."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from onestop.areas.country import Country, PackRefused
from onestop.areas.tests.lun import LUN
from onestop.registry.asking import facts_of
from onestop.registry.columns import columns_of
from onestop.registry.declared import Declarations, declared
from onestop.registry.forms import FactForm
from onestop.registry.values import AnswerRefused, written


@pytest.fixture
def lun() -> Declarations:
    return declared(Country(LUN))


def test_another_countrys_facts_have_columns_fields_and_answers(lun: Declarations) -> None:
    columns = {
        name: kind for of in ("person", "household") for fact in lun.stored(of) for name, kind in columns_of(fact)
    }
    assert columns == {
        "breath": 'text COLLATE "C"',
        "breath_on": "date",
        "next_dive": "date",
        "next_dive_to": "date",
        "has_moon_book": "boolean",
        "domes": "numeric(18,4)",
        "domes_on": "date",
    }
    breath = lun.get("person", "breath")
    assert breath is not None and breath.name("lu") == "Spiro" and breath.name("en") == "Spiro"
    assert written(breath, 2) == "2"
    with pytest.raises(AnswerRefused):
        written(breath, 3)
    form = FactForm(
        [fact for fact in lun.of("household") if fact.topic == "air"], {"domes": "2.5", "has_moon_book": "no"}
    )
    assert form.is_valid() and set(form.answers()) == {"domes", "has_moon_book"}


def test_the_rule_library_takes_them_as_they_are(lun: Declarations) -> None:
    catalogue = facts_of(lun.country)
    assert {fact.key for fact in catalogue.facts} == {f"{fact.of}.{fact.code}" for fact in lun}
    dive, rank = catalogue.fact("person.next_dive"), catalogue.fact("household.rank")
    assert dive.imprecise and rank.status and catalogue.estimated_years == 3
    assert catalogue.fact("person.breath").ordered and catalogue.fact("person.breath").good_for == 6


def test_nothing_of_one_country_is_known_to_the_other(lun: Declarations) -> None:
    assert lun.get("person", "grade") is None and declared().get("person", "breath") is None
    assert lun.codes_of("person", "relation") == ("head", "guest")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("type: decimal", "type: number", "'number' is not one of"),
        ("of: household, type: bool", "of: house, type: bool", "person or household"),
        ("good_for: 12", "good_for: 0", "1 or more"),
        ("topic: air, label", "topic: water, label", "no topic 'water'"),
        ("code: domes", "code: has_moon_book", "stands twice"),
        ("code: domes", "code: Domes", "no code of a fact"),
        ("min: 0, max: 9", "minimum: 0", "unknown key"),
        ("label: {lu: Libro, eo: Libro}", "", "label"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(old: str, new: str, words: str, tmp_path: Path) -> None:
    pack = tmp_path / "lun"
    shutil.copytree(LUN, pack)
    text = (pack / "facts.yaml").read_text("utf-8")
    assert old in text
    (pack / "facts.yaml").write_text(text.replace(old, new).replace("topic: air, }", "topic: air}"), "utf-8")
    with pytest.raises(PackRefused) as refused:
        Declarations(Country(pack))
    assert words in str(refused.value) and "lun/facts.yaml:" in str(refused.value)


def test_an_answer_that_does_not_apply_is_a_date_like_the_others(lun: Declarations) -> None:
    dive = lun.get("person", "next_dive")
    assert dive is not None
    assert written(dive, dive.otherwise) == "none"
    assert written(dive, date(2025, 1, 2)) == "2025-01-02"
