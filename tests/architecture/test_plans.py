"""How the busiest pages read: every statement they send is EXPLAINed as the application role on the pilot's people.

No page reads a table of persons from end to end. Counting is allowed to, over an area that holds more than a tenth of
the people: there the whole table is the shortest way.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from onestop.areas.scope import current
from onestop.areas.walls import walled_tables
from onestop.eligibility import live
from onestop.eligibility.rulebook import rulebook
from onestop.registry.models import Household, Person
from onestop.staff.scope import officer_named, scope
from tests.pilot_database import DAY, Pilot

Statement = tuple[str, Any]
WHOLE_TABLE = re.compile(r"Seq Scan on (\w+)")
# Pages a clerk opens all day: the address, and what is sent to it (a search goes by POST)
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    "home": ("/", {}),
    "search by name": ("/people/", {"q": "{name}"}),
    "search by name and year": ("/people/", {"q": "{name}", "born": "1980"}),
    "family folder": ("/people/{household}/", {}),
    "history of a family": ("/people/{household}/history/", {}),
    "reason of a household programme": ("/people/{household}/why/THR/", {}),
    "reason of a person's programme": ("/people/{household}/why/HEF/{person}/", {}),
    "cross-table of a village": ("/who-may-have-what/?unit=17010106&programme=HEF", {}),
    "cross-table of a commune": ("/who-may-have-what/?unit=170101&programme=MCHN", {}),
    "place page of a village": ("/places/17010106/", {}),
    "place page of the commune": ("/places/170101/", {}),
    "programmes": ("/programmes/", {}),
    "programme": ("/programmes/THR/", {}),
}


@contextmanager
def sent() -> Iterator[list[Statement]]:
    """The statements that Django sends inside the block."""
    found: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def whole_tables(statement: Statement) -> set[str]:
    """Walled tables that PostgreSQL would read from end to end for this statement."""
    sql, params = statement
    if not sql.lstrip().upper().startswith(("SELECT", "WITH")):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql, params)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    return set(WHOLE_TABLE.findall(plan)) & walled_tables(connection)


@pytest.fixture
def client_of(pilot_database: Pilot) -> Client:
    client = Client()
    client.force_login(officer_named("commune"))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_a_page_reads_no_table_of_persons_from_end_to_end(page: str, client_of: Client) -> None:
    with scope(officer_named("commune")):
        household = Household.objects.filter(unit_code="17010106").order_by("id")[3]
        person = Person.objects.filter(memberships__household=household).order_by("id")[0]
    known = {"household": household.pk, "person": person.pk, "name": person.given_name_km}
    address, data = PAGES[page]
    url = address.format_map(known)

    def open_it() -> Any:
        if data:
            return client_of.post(url, {key: text.format_map(known) for key, text in data.items()})
        return client_of.get(url)

    open_it()  # the rulebook of the day is read once in a process
    with sent() as statements:
        answer = open_it()
    assert answer.status_code == 200, f"{url}: {answer.status_code}"
    with scope(officer_named("commune")):
        found = {sql[:300]: tables for sql, params in statements if (tables := whole_tables((sql, params)))}
    assert not found
    # savepoints are this test's own: a request is the outermost transaction
    own = [sql for sql, _params in statements if "SAVEPOINT" not in sql]
    assert len(own) <= 20, "\n".join(sql[:150] for sql in own)


def test_one_household_is_read_by_its_keys(pilot_database: Pilot) -> None:
    with scope(officer_named("district")):
        book = rulebook(DAY, current())
        key = Household.objects.order_by("id").values_list("pk", flat=True)[77]
        statement = live.household_statement(book, key)
        assert whole_tables((statement.sql, {"household": key})) == set()


def test_counting_a_village_reads_its_own_rows_only(pilot_database: Pilot) -> None:
    with scope(officer_named("district")), sent() as statements:
        live.counts(rulebook(DAY, current()), "17010106")
    with scope(officer_named("district")):
        assert not any(whole_tables(statement) for statement in statements)
