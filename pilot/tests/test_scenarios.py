"""The planted households are there, within the totals, and as their stories need them."""

from dataclasses import replace
from datetime import date

import pytest

from pilot import Figures, Names, Village, generate
from pilot.scenarios import SCENARIOS
from pilot.tests.conftest import ON, Counts, latest


def test_every_planted_household_is_there_in_its_village(pilot: Counts) -> None:
    assert set(pilot.planted) == {scenario.code for scenario in SCENARIOS}
    for scenario in SCENARIOS:
        home = pilot.planted[scenario.code]
        assert home.unit_code == scenario.village
        assert [(p.family_name_km, p.given_name_km) for p in home.members] == [m.km for m in scenario.members]
        assert len(home.present(ON)) == len(scenario.members)
        if scenario.assessed:
            assert [status.level for status in home.poverty] == [scenario.level]


def test_sok_chanthy_expects_a_child_and_dara_alone_has_a_paper(pilot: Counts) -> None:
    chanthy, dara = pilot.planted["chanthy"].members
    assert latest(chanthy)["expected_delivery"] == date(2014, 9, 20)
    assert (ON.year - chanthy.birth_date.year, chanthy.documents) == (27, [])
    assert [paper.kind for paper in dara.documents] == ["birth_certificate"]
    assert (ON - dara.birth_date).days // 30.4 == 20


def test_keo_sreymom_has_pupils_of_grades_3_and_5_and_her_neighbour_is_poor_2(pilot: Counts) -> None:
    keo, pich = pilot.planted["sreymom"], pilot.planted["sokha"]
    assert keo.unit_code == pich.unit_code
    assert [latest(person)["grade"] for person in keo.members] == [0, 5, 3]
    assert [latest(person)["grade"] for person in pich.members] == [0, 0, 5]
    assert (keo.poverty[0].level, pich.poverty[0].level) == (1, 2)


def test_chhum_vuthy_seeks_work_is_near_poor_and_lacks_the_family_book(pilot: Counts) -> None:
    home = pilot.planted["vuthy"]
    facts = {fact: value for sheet in home.sheets for fact, value in sheet.answers.items()}
    assert facts["near_poor"] is True
    assert facts["has_family_book"] is False
    assert latest(home.members[0])["seeking_work"] is True


def test_meas_bopha_lives_with_a_disability_at_58(pilot: Counts) -> None:
    bopha = pilot.planted["bopha"].members[0]
    assert latest(bopha)["disability"] == 2
    assert ON.year - bopha.birth_date.year == 58


def test_the_day_by_day_households_change_when_they_should(pilot: Counts) -> None:
    sixty = pilot.planted["sixty"].members[0]
    assert (sixty.birth_date.replace(year=2014) - ON).days == 9
    assert [enrolment.valid_to for enrolment in pilot.planted["eve"].enrolments] == [date(2014, 6, 10)]
    pupil = pilot.planted["stale"].members[1]
    schooling = [sheet for sheet in pupil.sheets if sheet.topic == "schooling"]
    assert [(ON - sheet.observed_on).days for sheet in schooling] == [760]
    assert {person.birth_precision for person in pilot.planted["year"].members} == {"year"}


@pytest.mark.parametrize("day", [date(2010, 1, 1), date(2013, 1, 1)])
def test_nobody_is_planted_before_all_of_the_household_are_born(figures: Figures, names: Names, day: date) -> None:
    # Sok Chanthy's commune and Keo Sreymom's: Dara was born in 2012, the pupils before 2010.
    some = replace(figures, communes=tuple(one for one in figures.communes if one.code in ("170101", "171202")))
    for home in generate(some, names, on=day).households():
        assert all(person.birth_date <= day for person in home.members), home.scenario


@pytest.mark.parametrize("lacks", ["the village", "poor households"])
def test_a_household_that_its_village_has_no_room_for_is_not_planted_and_the_totals_hold(
    figures: Figures, names: Names, lacks: str
) -> None:
    commune = figures.communes[0]
    villages = [Village(code, 5, 12, 95) for code in commune.villages if code != "17010106"]
    if lacks == "poor households":
        villages.append(Village("17010106", 0, 12, 95))  # Sok Chanthy's household is of ID-Poor 1
    homes = list(generate(replace(figures, communes=(commune,)), names, villages=villages).households())
    assert len(homes) == commune.families
    assert sum(len(home.present(ON)) for home in homes) == sum(commune.persons.values())
    planted = {home.scenario for home in homes}
    assert "rith" in planted and "chanthy" not in planted and ("sixty" in planted) is (lacks == "poor households")
    for village in villages:
        here = [home for home in homes if home.unit_code == village.code]
        assert [sum(home.poverty[0].level == level for home in here if home.poverty) for level in (1, 2)] == [
            village.poor_1,
            village.poor_2,
        ]
