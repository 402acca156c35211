"""The country's figures and names, and one count over the whole pilot population that most tests look at."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from pilot import NOT_APPLICABLE, Figures, Household, Names, Person, Population, generate
from pilot.people import Value

COUNTRY = Path(__file__).resolve().parents[2] / "countries" / "khm"
ON = date(2014, 6, 11)


def country_file(name: str) -> Any:
    return YAML(typ="safe").load((COUNTRY / name).read_text("utf-8"))


@pytest.fixture(scope="session")
def figures() -> Figures:
    return Figures.read(country_file("pilot.yaml"))


@pytest.fixture(scope="session")
def names() -> Names:
    return Names.read(country_file("names.yaml"))


@dataclass
class Counts:
    """What one reading of a population gave; present members only, but for `gone`."""

    households: Counter[str] = field(default_factory=Counter)  # by village
    levels: Counter[tuple[str, int | None]] = field(default_factory=Counter)  # by village and level
    persons: Counter[tuple[str, str]] = field(default_factory=Counter)  # by commune and sex
    ages: Counter[tuple[str, str, int]] = field(default_factory=Counter)  # by commune, sex and age as recorded
    born: Counter[int] = field(default_factory=Counter)  # by year of birth as recorded
    abroad: Counter[tuple[str, str]] = field(default_factory=Counter)  # by commune and sex
    precision: Counter[str] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    answers: Counter[tuple[str, bool]] = field(default_factory=Counter)  # fact, answered
    stale: Counter[bool] = field(default_factory=Counter)  # work answers older than twelve months
    literate: Counter[tuple[str, bool]] = field(default_factory=Counter)  # sex of 15 and over
    facts: dict[str, tuple[str, str]] = field(default_factory=dict)  # fact → of whom, topic
    values: dict[str, set[object]] = field(default_factory=dict)  # fact → some of its values
    documents: Counter[str] = field(default_factory=Counter)
    card_numbers: Counter[str] = field(default_factory=Counter)
    programmes: Counter[str] = field(default_factory=Counter)
    ended: Counter[int] = field(default_factory=Counter)  # days before the day
    namesakes_in_village: Counter[tuple[str, ...]] = field(default_factory=Counter)
    namesakes_in_year: Counter[tuple[str, ...]] = field(default_factory=Counter)
    planted: dict[str, Household] = field(default_factory=dict)
    pregnant: int = 0
    no_phone: int = 0
    no_papers: int = 0
    died: int = 0
    left: int = 0


def latest(person: Person) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    for sheet in person.sheets:
        facts.update(sheet.answers)
    return facts


def count(population: Population) -> Counts:
    counts = Counts()
    for home in population.households():
        _count_home(counts, home)
        for person in home.members:
            counts.died += person.died_on is not None
            counts.left += person.left_on is not None
        for person in home.present(ON):
            _count_person(counts, home, person)
    return counts


def _note(counts: Counts, of: str, sheets: list[Any]) -> None:
    for sheet in sheets:
        for fact, value in sheet.answers.items():
            counts.facts[fact] = (of, sheet.topic)
            seen = counts.values.setdefault(fact, set())
            if len(seen) < 200:
                seen.update(value) if isinstance(value, list) else seen.add(value)


def _count_home(counts: Counts, home: Household) -> None:
    counts.households[home.unit_code] += 1
    counts.levels[home.unit_code, home.poverty[0].level if home.poverty else None] += 1
    counts.sizes[len(home.present(ON))] += 1
    counts.no_phone += not home.phone
    if home.scenario:
        counts.planted[home.scenario] = home
    for enrolment in home.enrolments:
        counts.programmes[enrolment.programme] += 1
        if enrolment.valid_to is not None:
            counts.ended[(ON - enrolment.valid_to).days] += 1
    _note(counts, "household", home.sheets)


# Facts and the ages at which they are asked in any case; beyond they are settled and never missing.
_ASKED = {
    "marital": (13, 130), "orphan": (0, 16), "disability": (0, 130), "chronic_illness": (0, 130),
    "in_school": (8, 29), "literate": (13, 130), "occupation": (10, 130), "needs": (0, 130),
}  # fmt: skip


def _count_person(counts: Counts, home: Household, person: Person) -> None:
    commune = home.unit_code[:6]
    born = person.birth_date
    age = ON.year - born.year - ((ON.month, ON.day) < (born.month, born.day))
    facts = latest(person)
    counts.persons[commune, person.sex] += 1
    counts.ages[commune, person.sex, age] += 1
    counts.born[born.year] += 1
    counts.precision[person.birth_precision] += 1
    counts.abroad[commune, person.sex] += facts.get("migration") == "abroad"
    counts.pregnant += facts.get("expected_delivery", NOT_APPLICABLE) != NOT_APPLICABLE
    counts.no_papers += not person.documents
    for fact, (youngest, oldest) in _ASKED.items():
        if youngest <= age <= oldest:
            counts.answers[fact, fact in facts] += 1
    if age >= 15 and "literate" in facts:
        counts.literate[person.sex, facts["literate"] is True] += 1
    for sheet in person.sheets:
        if sheet.topic == "work":
            counts.stale[(ON - sheet.observed_on).days > 365] += 1
    for paper in person.documents:
        counts.documents[paper.kind] += 1
        if paper.kind == "citizen_id":
            counts.card_numbers[paper.number] += 1
    name = (person.family_name_km, person.given_name_km)
    counts.namesakes_in_village[*name, home.unit_code] += 1
    counts.namesakes_in_year[*name, str(born.year)] += 1
    _note(counts, "person", person.sheets)


@pytest.fixture(scope="session")
def pilot(figures: Figures, names: Names) -> Counts:
    """The pilot as it is made without a list of villages."""
    return count(generate(figures, names))
