"""Every walled table, filled through the rooms' own actions in three areas, then asked without a scope and by everyone.

Nothing may come out without a scope: by SELECT, through a view or a function, by COPY, or in an error's text. With a
scope exactly the rows of its areas come out, for each of the eight officers of the demonstration.
"""

from datetime import date
from typing import Any

import psycopg
import pytest
from django.db import connection

from onestop.areas.clock import now
from onestop.areas.walls import walled_tables
from onestop.registry.actions import answer, give_notice, record_document, record_poverty_status
from onestop.registry.factories import HouseholdFactory, member
from onestop.registry.models import CorrectionRequest, DisclosedRecord, Disclosure
from onestop.registry.sweeping import sweep
from onestop.staff.models import Officer
from onestop.staff.scope import scope, system_scope

VILLAGES = ["17010101", "17010201", "17120101"]
SEEN = {
    "commune": ["17010101"],
    **dict.fromkeys(["district", "planning", "finance", "intersector"], ["17010101", "17010201"]),
    "health": [],  # no enrolment leads to these families (onestop/enrolments/tests/test_reach.py has some)
    "province": [],
    "national": [],
}
# Not filled here; their walls are of the same shape (test_walls.py)
MAY_BE_EMPTY = {"enrolments_enrolment", "files_storedfile", "letters_outboxmessage", "letters_printout"}


@pytest.fixture
def filled(committed_database: dict[str, str]) -> dict[str, str]:
    """A household in each of three villages, with all that hangs on it."""
    loader = Officer.objects.get(username="system.loader")
    for place in VILLAGES:
        with system_scope("system.loader"):
            home = HouseholdFactory(unit_code=place, by=loader)
            head = member(home, "head")
            record_document(head, kind="citizen_id", number="012345678", by=loader)
            record_poverty_status(home, level=1, valid_from=date(2011, 1, 1), by=loader)
            answer(head, {"chronic_illness": True}, observed_on=date(2014, 1, 1), by=loader)
            give_notice(head, how="read", by=loader)
            CorrectionRequest.objects.create(person=head, unit_code=place, changes={}, proof="ID", asked_by=loader)
            handed_out = Disclosure.objects.create(at=now(), officer=loader, purpose="visit", unit_code=place)
            DisclosedRecord.objects.create(disclosure=handed_out, person=head, unit_code=place)
    assert sweep().found >= len(VILLAGES), "the same paper in three places: each is told of the other two"
    return committed_database


def rows(url: str, sql: str) -> list[Any]:
    with psycopg.connect(url) as plain:
        return plain.execute(sql).fetchall()


def test_every_walled_table_is_filled_so_that_these_tests_see_something(filled: dict[str, str]) -> None:
    empty = {table for table in walled_tables(connection) if not rows(filled["owner"], f"SELECT FROM {table} LIMIT 1")}
    assert empty <= MAY_BE_EMPTY


def test_without_a_scope_nothing_comes_out_of_any_table(filled: dict[str, str]) -> None:
    with psycopg.connect(filled["owner"]) as owner:
        for table in walled_tables(connection):
            owner.execute(f"CREATE VIEW through_{table} WITH (security_invoker = true) AS SELECT * FROM {table}")
            owner.execute(f"CREATE FUNCTION count_{table}() RETURNS bigint STABLE AS 'SELECT count(*) FROM {table}'"
                          " LANGUAGE sql")  # fmt: skip
            owner.execute(f"GRANT SELECT ON through_{table} TO onestop_app")
    for table in sorted(walled_tables(connection)):
        assert rows(filled["app"], f"SELECT * FROM {table}") == [], table
        assert rows(filled["app"], f"SELECT * FROM through_{table}") == [], table
        assert rows(filled["app"], f"SELECT count_{table}()") == [(0,)], table
        with psycopg.connect(filled["app"]) as plain, plain.cursor() as cursor:
            for source in (table, f"(SELECT * FROM through_{table})"):
                with cursor.copy(f"COPY {source} TO STDOUT") as copy:
                    assert b"".join(copy) == b"", table


def test_each_officer_gets_exactly_the_rows_of_the_scope_from_every_table(filled: dict[str, str]) -> None:
    for username, places in SEEN.items():
        with scope(Officer.objects.get(username=username)), connection.cursor() as cursor:
            for table in sorted(walled_tables(connection) - MAY_BE_EMPTY):
                cursor.execute(f"SELECT DISTINCT unit_code FROM {table} ORDER BY 1")
                assert [code for (code,) in cursor.fetchall()] == places, (username, table)


def test_the_error_of_a_double_key_tells_nothing_of_another_area(filled: dict[str, str]) -> None:
    """The membership number is unique in the whole country: that it is taken is said, whose it is not."""
    ((number, name),) = rows(
        filled["owner"], "SELECT number, given_name_latin FROM registry_person WHERE unit_code = '17120101' LIMIT 1"
    )
    with psycopg.connect(filled["app"]) as plain, pytest.raises(psycopg.Error) as refused:
        plain.execute(
            "SELECT set_config('onestop.lo', '170101', true), set_config('onestop.hi', '170102', true),"
            " set_config('onestop.ranges', '', true), set_config('onestop.reach', '*', true)"
        )
        columns = ", ".join(
            column
            for (column,) in rows(
                filled["owner"],
                "SELECT column_name FROM information_schema.columns WHERE table_name = 'registry_person'"
                " AND column_name NOT IN ('id', 'number', 'unit_code')",
            )
        )
        plain.execute(
            f"INSERT INTO registry_person (number, unit_code, {columns})"
            f" SELECT %s, unit_code, {columns} FROM registry_person LIMIT 1",
            [number],
        )
    told = f"{refused.value} {refused.value.diag.message_detail}"
    assert isinstance(refused.value, psycopg.errors.UniqueViolation)
    assert number not in told
    assert name not in told
    assert "1712" not in told
