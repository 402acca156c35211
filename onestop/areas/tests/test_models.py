from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import IntegrityError, models
from pytest_django import Settings

from onestop.areas.country import pack
from onestop.areas.factories import unit
from onestop.areas.keys import uuid7
from onestop.areas.models import AdministrativeUnit, Personal, PersonalQuerySet, UnitCodeField, within
from onestop.areas.scope import Scope, ScopeMissing, shown_to
from onestop.areas.tests.lun import LUN, lun


def codes(units: "models.QuerySet[AdministrativeUnit]") -> list[str]:
    return list(units.values_list("code", flat=True))


@pytest.fixture
def places(db: None) -> None:
    """Two districts of a made-up province beside the real ones, with Khmer names that sort unlike their code points."""
    AdministrativeUnit.objects.all().delete()
    unit("99", "ខេត្តសាក", name_latin="Sak")
    unit("9901", "កោះកុង", name_latin="Kaoh Kong")
    unit("9902", "កំពង់ចាម", name_latin="Kampong Cham", valid_from=date(2014, 1, 1), valid_to=date(2014, 12, 31))
    unit("990101", "ព្រែក៧", name_latin="Prek Prampir", other_names=["Preak Seven"])
    unit("99010101", "ចាស់", name_latin="S'ang-Chas")


def test_a_unit_code_has_only_digits_and_letters() -> None:
    field = UnitCodeField()
    for code in ("1701", "A0z", ""):
        field.run_validators(code)
    for code in ("17-01", "17 01", "១៧០១", "1701\n"):
        with pytest.raises(ValidationError):
            field.run_validators(code)


@pytest.mark.usefixtures("places")
def test_on_a_day_both_ends_of_a_period_belong_to_it() -> None:
    units = AdministrativeUnit.objects.filter(code="9902")
    assert codes(units.on(date(2014, 1, 1))) == codes(units.on(date(2014, 12, 31))) == ["9902"]
    assert not units.on(date(2013, 12, 31))
    assert not units.on(date(2015, 1, 1))
    one = units.get()
    assert one.is_valid_on(date(2014, 12, 31))
    assert not one.is_valid_on(date(2015, 1, 1))
    assert len(AdministrativeUnit.objects.on(date(1990, 1, 1))) == 4


@pytest.mark.usefixtures("places")
def test_under_is_the_unit_and_everything_below_it() -> None:
    assert sorted(codes(AdministrativeUnit.objects.under("9901"))) == ["9901", "990101", "99010101"]
    assert len(AdministrativeUnit.objects.under("")) == 5
    assert not AdministrativeUnit.objects.under("98")


@pytest.mark.usefixtures("places")
def test_children_come_in_the_order_of_the_dictionary_not_of_code_points() -> None:
    assert codes(AdministrativeUnit.objects.children_of("99")) == ["9902", "9901"]
    assert codes(AdministrativeUnit.objects.children_of("")) == ["99"]
    assert codes(AdministrativeUnit.objects.above("990101")) == ["99", "9901", "990101"]


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("កំពង់", ["9902"]),
        ("កំពង់\u200bចាម", ["9902"]),
        ("kampongcham", ["9902"]),
        ("KAMPONG  CHAM", ["9902"]),
        ("cham", ["9902"]),
        ("sang chas", ["99010101"]),
        ("S’ang", ["99010101"]),
        ("ព្រែក៧", ["990101"]),
        ("ព្រែក 7", ["990101"]),
        ("preak seven", ["990101"]),
        ("9901", ["9901", "990101", "99010101"]),
        ("៩៩០១", ["9901", "990101", "99010101"]),
        ("nowhere", []),
        ("  ", []),
        ("%", []),
        ("_", []),
    ],
)
def test_a_place_is_found_by_either_name_or_its_code(text: str, found: list[str]) -> None:
    assert codes(AdministrativeUnit.objects.named(text)) == found


@pytest.mark.usefixtures("places")
def test_the_whole_name_comes_before_names_that_begin_so_and_those_before_the_others() -> None:
    unit("9903", "ក", name_latin="Upper Chas")
    unit("9904", "ខ", name_latin="Chas Leu")
    unit("990401", "គ", name_latin="Chas")
    assert codes(AdministrativeUnit.objects.named("chas")) == ["990401", "9904", "9903", "99010101"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong", [{"parent_code": "98"}, {"parent_code": "9901"}, {"valid_from": "2014-02-01", "valid_to": "2014-01-31"}]
)
def test_the_database_refuses_a_unit_outside_its_parent_or_ending_before_it_begins(wrong: dict[str, object]) -> None:
    made = unit("9901")
    with pytest.raises(IntegrityError):
        AdministrativeUnit.objects.filter(code=made.code).update(**wrong)


@pytest.mark.usefixtures("places")
def test_names_and_kinds_are_in_the_reader_s_language(settings: Settings) -> None:
    one = AdministrativeUnit.objects.get(code="9901")
    assert one.name_in("km") == "កោះកុង"
    assert one.name_in("en-gb") == "Kaoh Kong"
    assert one.full_name_in("km") == "ស្រុកកោះកុង"
    assert one.full_name_in("en") == "Kaoh Kong District"
    assert one.level_entry.name("en") == pack().levels[1].name("en")
    one.name_latin = ""
    assert one.name_in("en") == "កោះកុង"


@pytest.mark.django_db
def test_units_of_another_country_live_in_the_same_table(settings: Settings) -> None:
    settings.COUNTRY_PACK = LUN
    AdministrativeUnit.objects.all().delete()
    made = unit("A0z01", "Kara", country=lun())
    assert codes(AdministrativeUnit.objects.under("A0z")) == ["A0z", "A0z01"]
    assert codes(AdministrativeUnit.objects.above("A0z01")) == ["A", "A0z", "A0z01"]
    assert made.full_name_in("eo") == "Kara domaro"
    assert made.full_name_in("lu") == "Kara"


# Personal rows -------------------------------------------------------------------------------------------------------
@dataclass
class Someone:
    pk: UUID


class Letter(Personal):
    """A personal model of the tests; it has no table, its queries are only looked at."""

    class Meta:
        app_label = "areas"
        managed = False


@pytest.fixture(autouse=True, scope="module")
def forget_the_model() -> Iterator[None]:
    yield
    models.base.apps.all_models["areas"].pop("letter", None)  # type: ignore[attr-defined]
    models.base.apps.clear_cache()  # type: ignore[attr-defined]


def sql(rows: PersonalQuerySet) -> str:
    return str(rows.query)


def test_rows_are_visible_inside_the_ranges_of_the_open_scope() -> None:
    me = Someone(uuid7())
    scope = Scope(officer_id=me.pk, ranges=(("170101", "170102"), ("1712", "1713")))
    with shown_to(scope):
        query = sql(Letter.objects.visible_to(me))
    for bound in ("170101", "170102", "1712", "1713"):
        assert bound in query
    assert query.count('unit_code" >=') == 2


def test_nothing_is_visible_without_a_scope_or_in_another_officer_s() -> None:
    me, other = Someone(uuid7()), Someone(uuid7())
    with pytest.raises(ScopeMissing):
        Letter.objects.visible_to(me)
    with shown_to(Scope(officer_id=other.pk, ranges=(("17", "18"),))), pytest.raises(ScopeMissing, match=str(me.pk)):
        Letter.objects.visible_to(me)


def test_an_officer_without_areas_or_with_figures_only_sees_no_person() -> None:
    me = Someone(uuid7())
    with shown_to(Scope(officer_id=me.pk, ranges=())), pytest.raises(EmptyResultSet):
        sql(Letter.objects.visible_to(me))
    with shown_to(Scope(officer_id=me.pk, ranges=(("", "~"),), figures_only=True)):
        assert Letter.objects.visible_to(me).query.is_empty()


def test_no_range_is_no_row_and_never_every_row() -> None:
    assert within(()) == models.Q(pk__in=[])
