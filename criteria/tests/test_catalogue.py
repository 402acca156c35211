"""A catalogue that contradicts itself is refused with the fact and what to change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from criteria.catalogue import Catalogue, CatalogueError, Fact, FactType
from criteria.read import read
from criteria.tests.lending import LIBRARY

T = FactType


def with_fact(fact: Fact) -> Catalogue:
    return replace(LIBRARY, facts=(*LIBRARY.facts, fact))


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ({"code": "x", "of": "person", "type": T.CODE}, "needs its list of codes"),
        ({"code": "x", "of": "person", "type": T.BOOL, "codes": ("a",)}, "only codes and sets"),
        ({"code": "x", "of": "person", "type": T.CODE, "codes": ("a", "a")}, "stands twice"),
        ({"code": "x", "of": "person", "type": T.WHOLE, "imprecise": True}, "only a date"),
        ({"code": "x", "of": "person", "type": T.CODE, "codes": ("a",), "status": True}, "of a household"),
        ({"code": "x", "of": "person", "type": T.WHOLE, "counts_members": True}, "of a household"),
        ({"code": "x", "of": "household", "type": T.AGE_YEARS}, "only a person has an age"),
    ],
)
def test_a_fact_that_cannot_be_is_refused(fact: dict[str, Any], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        Fact(**fact)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((Fact("x", "person", T.BOOL), Fact("x", "person", T.WHOLE)), "declared twice"),
        ((Fact("X", "person", T.BOOL),), "only a–z"),
        ((Fact("unit_code", "household", T.TEXT),), "kept for a column"),
        ((Fact("c12", "household", T.BOOL),), "kept for a column"),
        ((Fact("x", "person", T.BOOL, good_for=3), Fact("x_on", "person", T.DATE)), "the column beside x"),
        ((Fact("x", "person", T.DATE, imprecise=True), Fact("x_to", "person", T.DATE)), "the column beside x"),
    ],
)
def test_two_facts_that_cannot_stand_together_are_refused(facts: tuple[Fact, ...], said: str) -> None:
    with pytest.raises(CatalogueError, match=said):
        Catalogue(facts)


@pytest.mark.parametrize(
    ("derived", "said"),
    [
        ("person.nothing", "does not check"),
        ("person.size_of", "needs itself"),
        ("person.reads", "is declared bool, its rule gives whole"),
        ("person.card && in_area('NIGHT')", "asks the members or an area"),
        ("household.members.exists(m, m.card)", "asks the members or an area"),
    ],
)
def test_a_derived_fact_whose_rule_is_wrong_is_refused_when_it_is_asked(derived: str, said: str) -> None:
    library = with_fact(Fact("size_of", "person", T.BOOL, derived=derived))
    with pytest.raises(CatalogueError, match=said):
        read("person.size_of", library)


@pytest.mark.parametrize("more", [{"codes": ("0", "1", "2")}, {"codes": ("0", "1", "2", "3"), "as_number": True}])
def test_a_derived_code_is_of_the_list_that_its_rule_gives(more: dict[str, Any]) -> None:
    library = with_fact(Fact("eyes", "person", T.CODE, derived="person.card ? person.sight : 0", **more))
    with pytest.raises(CatalogueError, match="another list of codes"):
        read("person.eyes == 1", library)


@pytest.mark.parametrize("derived", ["person.card", "enrolled('NIGHT')", "person.age > 3 && household.lamp"])
def test_a_derived_fact_of_a_household_asks_no_person(derived: str) -> None:
    library = with_fact(Fact("lively", "household", T.BOOL, derived=derived))
    with pytest.raises(CatalogueError, match="does not check"):
        read("household.lively", library)


def test_a_person_and_a_household_may_have_facts_of_one_name() -> None:
    library = with_fact(Fact("card", "household", T.BOOL))
    assert read("person.card && household.card", library) != read("person.card && person.card", library)
