from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from onestop.areas.factories import unit
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import path_of, paths_of, search_places, tree

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(db: None) -> None:
    AdministrativeUnit.objects.all().delete()
    unit("17", "សៀមរាប", name_latin="Siemreap")
    unit("1701", "អង្គរជុំ", name_latin="Angkor Chum")
    unit("170101", "ចារឈូក", name_latin="Char Chhuk")
    unit("170103", "គោកដូង", name_latin="Kouk Doung")
    unit("17010101", "ប្រាសាទ", name_latin="Prasat")
    unit("17010301", "ប្រាសាទ", name_latin="Prasat", valid_to=date(2024, 12, 31))
    unit("1712", "ស្រីស្នំ", name_latin="Srei Snam")


def codes(units: list[AdministrativeUnit]) -> list[str]:
    return [each.code for each in units]


@pytest.mark.parametrize("text", ["ចារឈូក", "ឃុំចារឈូក", "ឃុំ ចារឈូក", "char chhuk", "Char Chhuk commune", "170101"])
def test_a_place_is_found_with_and_without_the_word_of_its_kind(text: str) -> None:
    assert codes(search_places(text).units)[:1] == ["170101"]
    assert search_places(text).near == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Chhar Chuk", "170101"),
        ("char chuk", "170101"),
        ("Kok Dong", "170103"),
        ("Sre Snam", "1712"),
        ("ចារឈូគ", "170101"),
        ("អង្គរជំុ", "1701"),
        ("Siem Reab", "17"),
    ],
)
def test_a_misspelt_name_is_answered_with_the_nearest_ones(text: str, code: str) -> None:
    found = search_places(text)
    assert code in codes(found.units or found.near)[:3]


def test_a_name_like_no_other_has_no_answer() -> None:
    found = search_places("Zzyzx")
    assert (found.units, found.near, found.more) == ([], [], False)
    assert search_places("   ").units == []


def test_a_search_may_be_held_to_a_day_and_to_a_place() -> None:
    assert codes(search_places("prasat").units) == ["17010101", "17010301"]
    assert codes(search_places("prasat", on=date(2025, 1, 1)).units) == ["17010101"]
    assert codes(search_places("prasat", under="170103").units) == ["17010301"]


def test_more_than_can_be_shown_is_said() -> None:
    found = search_places("prasat", most=1)
    assert len(found.units) == 1
    assert found.more


def test_the_way_to_a_unit_is_one_query_for_many(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    units = search_places("prasat").units
    with django_assert_num_queries(1):
        paths = paths_of(units)
    assert codes(paths["17010301"]) == ["170103", "1701", "17"]
    assert codes(path_of("17010301")) == ["17", "1701", "170103", "17010301"]
    assert path_of("17019999") == []


def test_a_tree_gives_each_unit_after_the_one_it_lies_in() -> None:
    assert codes(tree("")) == ["17"]
    assert codes(tree("1701")) == ["170103", "170101"]
    assert codes(tree("1701", levels=2)) == ["170103", "17010301", "170101", "17010101"]
    assert codes(tree("1701", levels=2, on=date(2025, 1, 1))) == ["170103", "170101", "17010101"]
    assert tree("17010101") == []
