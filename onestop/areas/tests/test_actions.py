from dataclasses import replace
from datetime import date

import pytest

from onestop.areas import gazetteer
from onestop.areas.actions import AreasRefused, load
from onestop.areas.country import pack
from onestop.areas.gazetteer import Reading
from onestop.areas.models import AdministrativeUnit
from onestop.areas.tests.lun import lun

pytestmark = pytest.mark.django_db


@pytest.fixture
def reading(db: None) -> Reading:
    """Lun's gazetteer, and a table without units."""
    AdministrativeUnit.objects.all().delete()
    return gazetteer.read(lun())


def without(reading: Reading, *codes: str, on: date = date(2026, 1, 1)) -> Reading:
    """A later edition that lacks some units."""
    units = {code: unit for code, unit in reading.units.items() if code not in codes}
    return replace(reading, units=units, on=on)


def stored() -> list[tuple[object, ...]]:
    return list(AdministrativeUnit.objects.order_by("code").values_list())


def test_the_whole_real_gazetteer_is_loaded_and_a_second_load_changes_nothing() -> None:
    AdministrativeUnit.objects.all().delete()
    khm = gazetteer.read(pack())
    first = load(khm)
    assert len(first["added"]) == len(khm.units) == 16_390
    assert AdministrativeUnit.objects.filter(level=3).count() == 1661
    before = stored()
    again = load(gazetteer.read(pack()))
    assert len(again["unchanged"]) == 16_390
    assert not any(codes for outcome, codes in again.items() if outcome != "unchanged")
    assert stored() == before


def test_on_the_first_load_units_have_no_beginning_but_the_one_the_pack_gives(reading: Reading) -> None:
    load(reading)
    begun = dict(AdministrativeUnit.objects.exclude(valid_from=None).values_list("code", "valid_from"))
    assert begun == {"A0902": date(2020, 7, 1)}


def test_a_unit_that_a_later_edition_lacks_is_closed_on_the_eve_and_not_deleted(reading: Reading) -> None:
    load(reading)
    outcome = load(without(reading, "B0101"), close_many=True)
    assert outcome["closed"] == ["B0101"]
    closed = AdministrativeUnit.objects.get(code="B0101")
    assert (closed.valid_to, closed.successors, closed.successor_known) == (date(2025, 12, 31), [], False)
    assert load(without(reading, "B0101"), close_many=True)["closed"] == []


def test_a_unit_that_a_later_edition_brings_begins_on_its_day(reading: Reading) -> None:
    load(without(reading, "B0101", on=date(2025, 1, 1)))
    assert load(replace(reading, on=date(2026, 1, 1)))["added"] == ["B0101"]
    assert AdministrativeUnit.objects.get(code="B0101").valid_from == date(2026, 1, 1)


def test_a_unit_that_comes_back_is_opened_again(reading: Reading) -> None:
    load(reading)
    load(without(reading, "B0101"), close_many=True)
    assert load(replace(reading, on=date(2027, 1, 1)))["reopened"] == ["B0101"]
    assert AdministrativeUnit.objects.get(code="B0101").valid_to is None


def test_a_changed_name_is_stored_with_its_keys(reading: Reading) -> None:
    load(reading)
    units = {**reading.units, "B0101": replace(reading.units["B0101"], name="Ĝoja", name_latin="Ghoja")}
    outcome = load(replace(reading, units=units))
    assert outcome["changed"] == ["B0101"]
    assert [unit.code for unit in AdministrativeUnit.objects.named("ghoja")] == ["B0101"]
    assert [unit.code for unit in AdministrativeUnit.objects.named("Ĝoja")] == ["B0101"]
    assert not AdministrativeUnit.objects.named("sola")


def test_a_file_cut_short_is_refused_and_nothing_is_closed(reading: Reading) -> None:
    load(reading)
    before = stored()
    with pytest.raises(AreasRefused, match="2 of the 9 units"):
        load(without(reading, "A0z01", "A0z0z"))
    assert stored() == before
    assert load(without(reading, "A0z01", "A0z0z"), close_many=True)["closed"] == ["A0z01", "A0z0z"]


def test_a_unit_closed_by_a_transfer_is_not_opened_by_the_next_load(reading: Reading) -> None:
    load(reading)
    AdministrativeUnit.objects.filter(code="B0101").update(valid_to=date(2025, 5, 1), successors=["A0z01"])
    outcome = load(reading)
    assert outcome["reopened"] == outcome["changed"] == []
    assert AdministrativeUnit.objects.get(code="B0101").valid_to == date(2025, 5, 1)
