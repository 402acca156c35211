"""The tables live from PostgreSQL, held against the step-by-step reader on the pilot's people."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from onestop.areas.scope import current
from onestop.eligibility import live
from onestop.eligibility.explain import Folder
from onestop.eligibility.rulebook import Rulebook, rulebook
from onestop.registry.actions import answer
from onestop.registry.models import Household, Person
from onestop.staff.scope import officer_named, scope
from tests.pilot_database import DAY, Pilot

DAYS = [DAY, DAY + timedelta(days=400), DAY - timedelta(days=90), date(2012, 3, 1)]


def cells_of(household: Household, book: Rulebook) -> dict[tuple[str, str], bool | None]:
    """Every cell of a household, step by step."""
    folder = Folder.of(household, book)
    return {
        (version.code, member): folder.cell(version, member).truth
        for version in book.versions
        for member in folder.members
    }


def rows_of(rows: list[live.Row], book: Rulebook) -> dict[tuple[str, str], bool | None]:
    return {
        (version.code, str(row.person_id)): verdict
        for row in rows
        for version, verdict in zip(book.versions, row.verdicts, strict=True)
    }


@pytest.mark.slow
@pytest.mark.parametrize("on", DAYS, ids=str)
def test_sql_and_interpreter_say_the_same_of_the_pilot(pilot_database: Pilot, on: date) -> None:
    seen: Counter[Any] = Counter()
    with scope(officer_named("district")):
        book = rulebook(on, current())
        households = list(Household.objects.filter(unit_code__startswith="1701").order_by("id")[::90])
        in_tables = rows_of(live.rows(book, "1701"), book)
        for household in households:
            expected = cells_of(household, book)
            assert rows_of(live.household(book, household.pk), book) == expected
            assert {cell: in_tables.get(cell) for cell in expected} == expected
            seen.update(expected.values())
    assert len(households) > 100
    assert seen[False] > 1000 and seen[None] > 20
    assert seen[True] > 100 or on < date(2013, 1, 1), "the openings begin in 2013"


def test_counts_are_the_rows_counted(pilot_database: Pilot) -> None:
    with scope(officer_named("district")):
        book = rulebook(DAY, current())
        rows = live.rows(book, "170101")
        for place, version in enumerate(book.versions):
            verdicts = Counter(
                {row.household_id: row.verdicts[place] for row in rows}.values()
                if version.counts_households
                else (row.verdicts[place] for row in rows)
            )
            (one,) = [count for count in live.counts(book, "170101") if count.programme == version.code]
            assert (one.eligible, one.not_eligible, one.unknown) == (verdicts[True], verdicts[False], verdicts[None])


def test_the_villages_of_a_commune_add_up_to_it(pilot_database: Pilot) -> None:
    with scope(officer_named("district")):
        book = rulebook(DAY, current())
        whole = {one.programme: one for one in live.counts(book, "170101")}
        villages = live.counts(book, "170101", place_length=8)
    for code, one in whole.items():
        parts = [part for part in villages if part.programme == code]
        assert len(parts) > 5
        assert sum(part.eligible for part in parts) == one.eligible
        assert sum(part.unknown for part in parts) == one.unknown


def test_an_officer_sees_only_the_own_area(pilot_database: Pilot) -> None:
    with scope(officer_named("commune")):
        book = rulebook(DAY, current())
        mine, all_of_it = live.rows(book, "170101"), live.rows(book, "")
        assert len(mine) == len(all_of_it) > 1000
        assert live.rows(book, "170102") == []
    with scope(officer_named("province")):
        assert live.rows(rulebook(DAY, current()), "1701") == []


def test_a_programme_of_a_compartment_is_not_in_the_tables_of_an_officer_outside(pilot_database: Pilot) -> None:
    with scope(officer_named("district")):
        assert rulebook(DAY, current()).get("CLMS") is None


def test_an_answer_is_in_the_next_table(pilot_database: Pilot) -> None:
    with scope(officer_named("commune")):
        officer = officer_named("commune")
        book = rulebook(DAY, current())
        for household in Household.objects.filter(unit_code="17010106").order_by("id"):
            folder = Folder.of(household, book)
            question = next((one for one in folder.questions() if one.settles and one.name == "seeking_work"), None)
            if question:
                break
        else:
            pytest.fail("nobody in the village is to be asked whether they seek work")
        place = [version.code for version in book.versions].index("PWP")
        before = next(row for row in live.household(book, household.pk) if str(row.person_id) == question.of)
        assert before.verdicts[place] is None
        answer(Person.objects.get(pk=question.of), {"seeking_work": True}, observed_on=DAY, by=officer)
        after = next(row for row in live.household(book, household.pk) if str(row.person_id) == question.of)
        assert after.verdicts[place] is True


def test_the_statement_of_one_household_is_planned_once_and_kept(pilot_database: Pilot) -> None:
    with scope(officer_named("commune")), connection.cursor() as cursor:
        book = rulebook(DAY, current())
        for household in Household.objects.filter(unit_code="17010106")[:3]:
            live.household(book, household.pk)
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE position('registry_personrow' IN statement) > 0"
        )
        assert cursor.fetchall() == [(3, 0)]
