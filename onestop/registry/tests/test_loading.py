"""Loading many households: the good ones go in whole, the wrong ones are listed, and a load is all or nothing."""

import contextlib
import gc
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from onestop.areas.numbers import is_valid
from onestop.journal.models import JournalEntry, RowHistory
from onestop.registry.loading import load
from onestop.registry.models import (
    AnswerSheet,
    Household,
    HouseholdMembership,
    IdentityDocument,
    Person,
    PovertyStatus,
    Residence,
)
from onestop.registry.rows import rebuild_everything
from onestop.registry.tests.conftest import officer
from onestop.registry.tests.test_answering import row
from onestop.registry.tests.test_rows import wide_rows
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_officer, system_scope

NONE_DATE = date(1, 1, 1)


def a_person(key: str, relation: str, **fields: Any) -> dict[str, Any]:
    return {
        "key": key,
        "family_name_km": "សុខ",
        "given_name_km": "ចាន់ធី",
        "family_name_latin": "Sok",
        "given_name_latin": "Chan\\thy",
        "sex": "F",
        "birth_date": date(1980, 6, 14),
        "birth_precision": "day",
        "relation": relation,
        "joined_on": date(2010, 5, 1),
        "left_on": None,
        "died_on": None,
        "phone": "",
        "documents": [],
        "sheets": [],
        **fields,
    }


BORN_2013 = {"birth_date": date(2013, 1, 1), "birth_precision": "year"}
SCHOOLING = {"in_school": True, "grade": 3, "school": 'A "b" \\'}


def a_household(number: int = 1, **fields: Any) -> dict[str, Any]:
    key = f"17010101-{number:04d}"
    card = {"level": 1, "round": "2010", "card_number": "K 1", "valid_from": date(2010, 1, 1), "demo": True}
    sheets = [
        {
            "topic": "schooling",
            "observed_on": date(2014, 4, 14),
            "answers": dict(SCHOOLING),
        },
        {"topic": "maternity", "observed_on": date(2014, 4, 14), "answers": {"expected_delivery": NONE_DATE}},
        {"topic": "health", "observed_on": date(2013, 1, 2), "answers": {"disability": 2, "hiv": False}},
    ]
    paper = {
        "kind": "citizen_id",
        "number": "702 580 069",
        "issuer": "x",
        "valid_from": date(2006, 8, 25),
        "valid_to": None,
    }
    return {
        "key": key,
        "unit_code": "17010101",
        "address": "ផ្ទះលេខ ២៩",
        "phone": "+85591197485",
        "formed_on": date(2010, 5, 1),
        "members": [
            a_person(f"{key}-1", "head", documents=[paper], sheets=sheets),
            a_person(f"{key}-2", "child", joined_on=date(2013, 6, 1), **BORN_2013),
        ],
        "sheets": [{"topic": "assets", "observed_on": date(2014, 4, 14), "answers": {"land_ha": 1.5, "cattle": 2}}],
        "poverty": [{**card, "valid_to": date(2014, 12, 31)}],
        **fields,
    }  # fmt: skip


def changed(place: str, value: Any) -> dict[str, Any]:
    """A household with one thing wrong: place as in "members.0.sex"."""
    household = deepcopy(a_household(2))
    target: Any = household
    *path, last = place.split(".")
    for step in path:
        target = target[int(step)] if step.isdigit() else target[step]
    target[int(last) if last.isdigit() else last] = value
    return household


@pytest.mark.django_db
def test_a_household_goes_in_with_all_that_belongs_to_it(loader: Officer) -> None:
    written: list[tuple[str, str, list[str]]] = []
    loaded = load(
        [a_household()],
        by=loader,
        name="a list",
        written=lambda given, key, members: written.append((given["key"], key, members)),
    )
    assert (loaded.households, loaded.persons, loaded.sheets, loaded.problems) == (1, 2, 4, [])
    home = Household.objects.get()
    head, child = Person.objects.order_by("birth_from")
    assert written == [("17010101-0001", str(home.pk), [str(head.pk), str(child.pk)])]
    assert home.head == head and home.address == "ផ្ទះលេខ ២៩" and is_valid(home.folder_number) and is_valid(head.number)
    assert (head.given_name_latin, head.unit_code, bytes(head.name_sort) > b"") == ("Chan\\thy", "17010101", True)
    assert (child.birth_from, child.birth_to, child.birth_precision) == (date(2013, 1, 1), date(2013, 12, 31), "year")
    assert HouseholdMembership.objects.get(person=child).valid_from == date(2013, 6, 1)
    assert Residence.objects.get().valid_from == date(2010, 5, 1)
    assert IdentityDocument.objects.get().number == "702580069"
    assert PovertyStatus.objects.get().level == 1
    assert row(head, "grade", "school", "disability", "disability_on", "hiv", "expected_delivery", "latest_on") == (
        3, 'A "b" \\', "2", date(2013, 1, 2), False, NONE_DATE, date(2014, 4, 14),
    )  # fmt: skip
    sheets = {sheet.observed_on: sheet.topic for sheet in AnswerSheet.objects.filter(person=head)}
    assert sheets == {date(2014, 4, 14): "", date(2013, 1, 2): "health"}, "one sheet a sitting"
    assert RowHistory.objects.filter(table_name="registry_person").count() == 2
    line = JournalEntry.objects.get(verb="registry.loaded")
    assert line.note == "a list: 1 / 2 (0)" and line.officer_id == loader.pk


@pytest.mark.django_db
def test_rows_of_a_load_are_those_made_anew(loader: Officer) -> None:
    load([a_household(number) for number in range(5)], by=loader)
    kept = wide_rows()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_personrow")
        cursor.execute("DELETE FROM registry_householdrow")
    rebuild_everything()
    assert wide_rows() == kept and len(kept[0]) == 10


WRONG = [
    ("unit_code", "17019999", "no village"),
    ("unit_code", "170101", "no village"),
    ("members", [], "at least one member"),
    ("phone", "012 345", "telephone"),
    ("formed_on", date(2014, 6, 12), "future"),
    ("formed_on", None, "no date"),
    ("members.1.relation", "head", "Only one member"),
    ("members.1.relation", "uncle", "relation"),
    ("members.0.sex", "X", "sex"),
    ("members.0.birth_precision", "", "precision"),
    ("members.0.birth_date", date(2015, 1, 1), "future"),
    ("members.0.died_on", date(1979, 1, 1), "before the birth"),
    ("members.1.left_on", date(2013, 5, 31), "before the first"),
    ("members.0.documents.0.number", "123", "9 digits"),
    ("members.0.documents.0.valid_to", date(2006, 8, 24), "ends before"),
    ("members.0.sheets.0.answers.grade", 13, "grade"),
    ("members.0.sheets.0.answers.grade", True, "grade"),
    ("members.0.sheets.0.answers.size", 1, "no question"),
    ("members.0.sheets.0.observed_on", date(2015, 1, 1), "future"),
    ("sheets.0.answers.land_ha", "much", "land_ha"),
    ("poverty.0.level", 5, "level"),
    ("poverty.0.valid_to", date(2009, 1, 1), "before the first"),
]


@pytest.mark.django_db
def test_each_wrong_household_is_listed_with_its_line_and_reason_and_the_good_ones_go_in(loader: Officer) -> None:
    names = {"family_name_km": "", "given_name_km": "", "family_name_latin": "", "given_name_latin": " "}
    nameless = a_household(3, members=[a_person("nobody", "head", **names)])
    wrong = [changed(place, value) for place, value, _words in WRONG]
    loaded = load([a_household(1), *wrong, nameless, a_household(4)], by=loader)
    assert loaded.households == 2 == Household.objects.count() and Person.objects.count() == 4
    assert [problem.line for problem in loaded.problems] == list(range(2, len(WRONG) + 3))
    for (place, _value, words), problem in zip(WRONG, loaded.problems, strict=False):
        assert words in problem.reason, (place, problem)
        assert problem.key.startswith("17010101-0002"), problem
    assert "name" in loaded.problems[-1].reason and loaded.problems[-1].key == "nobody"


@pytest.mark.django_db
def test_an_officer_loads_only_into_the_own_area(db: None) -> None:
    commune = officer("commune")
    with scope(commune):
        loaded = load([open_household(1), open_household(2, unit_code="17010201")], by=commune)
    assert loaded.households == 1 and "outside your area" in loaded.problems[0].reason


def open_household(number: int, **fields: Any) -> dict[str, Any]:
    """Without answers in a compartment."""
    home = deepcopy(a_household(number, **fields))
    for sheet in home["members"][0]["sheets"]:
        sheet["answers"].pop("hiv", None)
    return home


@pytest.mark.django_db
def test_a_question_of_a_compartment_does_not_exist_for_who_is_outside(db: None) -> None:
    commune = officer("commune")
    with scope(commune):
        loaded = load([a_household(1)], by=commune)
    assert loaded.households == 0 and loaded.problems[0].reason == "There is no question “hiv”."


def asked(number: int, day: date, *forms: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """A household of one, asked on these forms on a day."""
    sheets = [{"topic": topic, "observed_on": day, "answers": answers} for topic, answers in forms]
    return a_household(number, members=[a_person(f"17010101-{number:04d}-1", "head", sheets=sheets)], sheets=[])


@pytest.mark.django_db
def test_answers_that_look_like_others_seen_before_are_judged_by_themselves(loader: Officer) -> None:
    day, other = date(2014, 4, 14), date(2014, 4, 15)
    loaded = load(
        [
            asked(1, day, ("health", {"disability": 1, "hiv": True}), ("schooling", {"grade": 1})),
            asked(2, other, ("health", {"disability": 1, "hiv": True}), ("schooling", {"grade": 1})),
            asked(3, day, ("health", {"disability": 1, "hiv": 1})),  # equal in Python, and no yes
            asked(4, day, ("schooling", {"grade": True})),
            asked(5, day, ("needs", {"skills": ["cooking", "sewing"]})),
            asked(6, day, ("needs", {"skills": ["sewing", "cooking"]})),
            asked(7, day, ("needs", {"skills": [{"cooking": 1}]})),
            asked(8, day, ("schooling", {"grade": 2, "literate": True}), ("work", {"grade": 5})),
        ],
        by=loader,
    )
    assert [problem.line for problem in loaded.problems] == [3, 4, 7]
    found = [(s.observed_on, s.compartment, s.topic, s.answers) for s in AnswerSheet.objects.order_by("id")]
    assert found == [
        (day, "", "", {"disability": "1", "grade": 1}),
        (day, "health", "health", {"hiv": True}),
        (other, "", "", {"disability": "1", "grade": 1}),
        (other, "health", "health", {"hiv": True}),
        (day, "", "needs", {"skills": ["cooking", "sewing"]}),
        (day, "", "needs", {"skills": ["cooking", "sewing"]}),
        (day, "", "", {"grade": 5, "literate": True}),
    ], "of two answers to one question of a day the later stands"


@pytest.mark.django_db
def test_rings_of_objects_are_looked_for_again_after_a_load_also_after_one_that_failed(loader: Officer) -> None:
    seen: list[bool] = []
    load([a_household()], by=loader, written=lambda *_keys: seen.append(gc.isenabled()))
    assert seen == [False] and gc.isenabled()
    with pytest.raises(AttributeError):
        load([a_household(2), {"key": "no household"}], by=loader)
    assert gc.isenabled()


@pytest.mark.django_db
def test_progress_is_told_and_an_empty_file_is_no_harm(loader: Officer) -> None:
    told: list[int] = []
    load((a_household(number) for number in range(3)), by=loader, progress=told.append)
    assert told == [3]
    assert load([], by=loader).households == 0


@pytest.mark.slow
def test_a_load_whose_server_process_is_killed_leaves_nothing_and_the_next_is_whole(
    committed_database: dict[str, str],
) -> None:
    def cut(pids: list[int]) -> Iterator[dict[str, Any]]:
        for number in range(2_500):
            if number == 2_200:
                pids.append(connection.connection.info.backend_pid)
                with psycopg.connect(committed_database["app"], autocommit=True) as other:
                    other.execute("SELECT pg_terminate_backend(%s)", pids)
            yield a_household(number)

    with contextlib.suppress(psycopg.OperationalError), pytest.raises(OperationalError), system_scope("system.loader"):
        load(cut([]), by=system_officer("system.loader"))
    connection.close()
    with system_scope("system.loader"):
        assert not Household.objects.exists() and not RowHistory.objects.filter(table_name="registry_person").exists()
        loaded = load((a_household(number) for number in range(1_500)), by=system_officer("system.loader"))
    with system_scope("system.loader"):
        assert Household.objects.count() == loaded.households == 1_500
        numbers = set(Person.objects.values_list("number", flat=True))
        assert len(numbers) == loaded.persons == 3_000
