"""The file of name variants itself: that it means the people it says, and that it was made fairly."""

from collections import Counter
from typing import Any

import pytest
from ruamel.yaml import YAML

from config import server
from onestop.registry.models import Person
from onestop.staff.scope import system_scope
from tests.pilot_database import Pilot

FILE = server.ROOT / "tests" / "search" / "variants.yaml"
KINDS = 9


@pytest.fixture(scope="module")
def written() -> dict[str, Any]:
    data: dict[str, Any] = YAML(typ="safe").load(FILE)
    return data


def place(entry: dict[str, Any]) -> dict[str, Any]:
    """The condition of the village or the birth year a query gives."""
    if "village" in entry:
        return {"unit_code": entry["village"]}
    return {"birth_from__year__lte": entry["birth_year"], "birth_to__year__gte": entry["birth_year"]}


def test_every_variant_means_a_person_of_the_pilot_who_is_there(pilot_database: Pilot, written: dict[str, Any]) -> None:
    wrong = []
    with system_scope("system.loader"):
        for entry in written["variants"]:
            person = pilot_database.person(entry["person"])
            found = Person.objects.filter(pk=person.pk, **place(entry)).exists()
            if (person.name_km, person.name_latin) != (entry["km"], entry["latin"]) or not found:
                wrong.append(entry)
    assert not wrong


def test_no_variant_is_of_somebody_with_five_exact_namesakes_there(
    pilot_database: Pilot, written: dict[str, Any]
) -> None:
    crowded = []
    with system_scope("system.loader"):
        for entry in written["variants"]:
            person = pilot_database.person(entry["person"])
            namesakes = Person.objects.filter(
                family_name_km=person.family_name_km, given_name_km=person.given_name_km, **place(entry)
            ).exclude(pk=person.pk)
            if namesakes.count() >= 5:
                crowded.append(entry)
    assert not crowded


def test_nobody_has_a_name_of_the_wrong_queries_there(pilot_database: Pilot, written: dict[str, Any]) -> None:
    there: list[object] = []
    with system_scope("system.loader"):
        for entry in written["wrong"]:
            parts = entry["query"].split()
            for column in ("given_name_km", "given_name_latin"):
                there += Person.objects.filter(**{f"{column}__in": parts}, **place(entry)).values_list(column)
    assert not there


def test_the_variants_are_of_every_kind_and_every_commune(written: dict[str, Any]) -> None:
    variants = written["variants"]
    assert len(variants) == 200 and len({entry["person"] for entry in variants}) == 200
    communes = Counter(entry["person"][:6] for entry in variants)
    assert len(communes) == 13 and min(communes.values()) >= 15
    kinds = Counter(entry["kind"] for entry in variants)
    assert len(kinds) == KINDS and min(kinds.values()) >= 10
    assert len(written["wrong"]) == 20


def test_hardly_any_query_is_the_name_as_it_is_recorded(written: dict[str, Any]) -> None:
    same = [entry["query"] for entry in written["variants"] if entry["query"] in (entry["km"], entry["latin"])]
    assert not same
