"""The people are plausible, incomplete as people are, and nobody real."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import islice

import pytest

from pilot import NOT_APPLICABLE, Figures, Household, Names, generate
from pilot.scenarios import SCENARIOS
from pilot.tests.conftest import COUNTRY, ON, Counts, country_file, latest


def digest(homes: Iterator[Household]) -> str:
    made = sha256()
    for home in homes:
        made.update(repr(home).encode())
    return made.hexdigest()


def first_communes(figures: Figures, number: int) -> Figures:
    return replace(figures, communes=figures.communes[:number])


def test_the_same_seed_makes_the_same_people_byte_for_byte(figures: Figures, names: Names) -> None:
    some = first_communes(figures, 1)
    population = generate(some, names, seed=7)
    first = digest(population.households())
    assert digest(population.households()) == first
    assert digest(generate(some, names, seed=7).households()) == first
    assert digest(generate(some, names, seed=8).households()) != first


def test_another_figure_of_one_commune_leaves_the_people_of_the_others_as_they_were(
    figures: Figures, names: Names
) -> None:
    some = first_communes(figures, 2)
    changed = replace(some.communes[0], migrants={"F": 1, "M": 1})
    others = replace(some, communes=(changed, some.communes[1]))

    def of_second(of: Figures) -> str:
        return digest(home for home in generate(of, names).households() if home.unit_code.startswith("170102"))

    assert of_second(some) == of_second(others)


def test_every_fact_belongs_to_the_catalogue_and_every_question_is_answered_by_somebody(pilot: Counts) -> None:
    declared = {row["code"]: row for row in country_file("facts.yaml")["facts"]}
    for fact, (of, topic) in pilot.facts.items():
        assert (declared[fact]["of"], declared[fact]["topic"]) == (of, topic), fact
    asked = {code for code, row in declared.items() if row["source"] == "answer"}
    by_papers = {code for code, row in declared.items() if row["source"] == "documents"}
    assert asked == set(pilot.facts) - by_papers


def test_every_answer_is_of_the_type_and_the_codes_declared(pilot: Counts) -> None:
    lists = country_file("codes.yaml")
    for row in country_file("facts.yaml")["facts"]:
        values = pilot.values.get(row["code"], set())
        if row["type"] in ("code", "set"):
            codes = lists[row["codes"]] if isinstance(row["codes"], str) else row["codes"]
            assert values <= {entry["code"] for entry in codes}, row["code"]
            continue
        kinds = {"bool": bool, "whole": int, "decimal": float, "text": str, "date": date, "age": int}
        assert all(isinstance(value, kinds[row["type"]]) for value in values), row["code"]
        if "max" in row:
            assert all(row["min"] <= float(str(value)) <= row["max"] for value in values), row["code"]
        if row["type"] == "date" and not row.get("none"):
            assert NOT_APPLICABLE not in values


def test_of_what_is_asked_one_answer_in_twenty_is_missing(pilot: Counts) -> None:
    answered, missing = (
        sum(n for (_, given), n in pilot.answers.items() if given is is_given) for is_given in (True, False)
    )
    assert missing / (answered + missing) == pytest.approx(0.05, abs=0.005)


def test_some_answers_are_stale_some_births_vague_some_people_without_papers_and_some_gone(pilot: Counts) -> None:
    persons = sum(pilot.persons.values())
    households = sum(pilot.households.values())
    assert 0.10 < pilot.stale[True] / pilot.stale.total() < 0.30
    assert 0.07 < pilot.precision["year"] / persons < 0.13
    assert 0.01 < pilot.precision["estimated"] / persons < 0.04
    assert 0.03 < pilot.precision["month"] / persons < 0.08
    assert 0.03 < pilot.no_papers / persons < 0.30
    assert 0.25 < pilot.no_phone / households < 0.35
    assert 300 < pilot.died < 900
    assert 300 < pilot.left < 900


def test_some_are_enrolled_some_no_longer_and_some_until_yesterday(pilot: Counts) -> None:
    programmes = {path.stem for path in (COUNTRY / "programmes").glob("*.yaml")}
    assert set(pilot.programmes) <= programmes
    assert len(pilot.programmes) >= 6
    assert 0.03 < pilot.ended.total() / pilot.programmes.total() < 0.2
    assert pilot.ended[1] >= 20
    assert min(pilot.ended) == 1


def test_one_in_twenty_of_the_others_was_never_assessed(pilot: Counts) -> None:
    never = sum(n for (_, level), n in pilot.levels.items() if level is None)
    level_0 = sum(n for (_, level), n in pilot.levels.items() if level == 0)
    assert never / (never + level_0) == pytest.approx(0.05, abs=0.01)


def test_women_expect_children_and_people_read_as_often_as_published(figures: Figures, pilot: Counts) -> None:
    assert pilot.pregnant / sum(pilot.persons.values()) == pytest.approx(0.018, abs=0.002)
    for sex in "FM":
        share = pilot.literate[sex, True] / (pilot.literate[sex, True] + pilot.literate[sex, False])
        assert share == pytest.approx(figures.literacy[sex], abs=0.03)


def test_namesakes_are_rare(pilot: Counts) -> None:
    """Exact full name in Khmer, with five others of the same name in the village or of the year of birth."""
    persons = sum(pilot.persons.values())
    village, year = (
        sum(n for n in many.values() if n > 5) / persons
        for many in (pilot.namesakes_in_village, pilot.namesakes_in_year)
    )
    print(f"persons with five or more namesakes: in the village {village:.4%}, of the year of birth {year:.4%}")
    assert village < 0.005
    assert year < 0.005


def test_a_card_number_is_given_once(pilot: Counts) -> None:
    assert pilot.documents["citizen_id"] == len(pilot.card_numbers)
    assert all(len(number) == 9 and number.isdigit() for number in pilot.card_numbers)


def test_nobody_is_real(figures: Figures, names: Names) -> None:
    """Every name is put together from the country's list, every telephone number lies in the unused prefix."""
    families, given = names.everything()
    told = {member.km for scenario in SCENARIOS for member in scenario.members}
    for home in islice(generate(figures, names).households(), 3000):
        assert not home.phone or home.phone.startswith("+85591")
        for person in home.members:
            name = (person.family_name_km, person.given_name_km)
            assert name in told or (name[0] in families and name[1] in given)
            assert person.family_name_latin and person.given_name_latin


def test_a_household_is_a_family_that_could_be(figures: Figures, names: Names) -> None:
    for home in generate(first_communes(figures, 1), names).households():
        head, *others = home.members
        assert head.relation == "head"
        assert [person.key for person in home.members] == [f"{home.key}-{n + 1}" for n in range(len(home.members))]
        assert sum(person.relation == "spouse" for person in others) <= 1
        for person in home.members:
            assert person.joined_on >= person.birth_date
            assert person.joined_on <= ON
            gap = (person.birth_date - head.birth_date).days / 365.25
            if person.birth_precision != "estimated" and head.birth_precision != "estimated":
                assert person.relation != "child" or gap > 14
                assert person.relation != "parent" or gap < -14
            for sheet in person.sheets:
                assert sheet.answers
                assert sheet.observed_on <= ON
                assert sheet.observed_on >= person.birth_date or person.birth_precision == "estimated"


def test_answers_agree_with_each_other(figures: Figures, names: Names) -> None:
    for home in generate(first_communes(figures, 1), names).households():
        for person in home.present(ON):
            for sheet in person.sheets:
                answers = sheet.answers
                if answers.get("in_school") is False:
                    assert answers.get("grade", 0) == 0
                    assert answers.get("school", "") == ""
                if answers.get("occupation") == "pupil":
                    assert answers.get("employment", "inactive") == "inactive"
                if answers.get("migration") in ("none", "leaving", "abroad"):
                    assert answers.get("returned_on", NOT_APPLICABLE) == NOT_APPLICABLE
            if person.sex == "M":
                assert latest(person)["expected_delivery"] == latest(person)["breastfeeding_until"] == NOT_APPLICABLE


def test_a_pregnancy_is_known_only_once_it_has_begun(figures: Figures, names: Names) -> None:
    seen = 0
    for home in generate(first_communes(figures, 1), names).households():
        for person in home.members:
            for sheet in person.sheets:
                due = sheet.answers.get("expected_delivery", NOT_APPLICABLE)
                if isinstance(due, date) and due != NOT_APPLICABLE:
                    seen += 1
                    assert due > ON
                    assert (due - sheet.observed_on).days <= 280
    assert seen > 50
