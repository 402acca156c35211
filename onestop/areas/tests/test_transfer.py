"""Giving a unit another code: proved over every table there is, also those of facts and of rooms not yet written."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from onestop.areas.actions import AreasRefused, UnitColumn, transfer, unit_columns
from onestop.areas.factories import unit
from onestop.areas.models import AdministrativeUnit

OLD, NEW, DAY = "991201", "991209", date(2026, 11, 22)


@pytest.fixture
def owned(committed_database: dict[str, str]) -> Iterator[None]:
    """A database of the test's own, opened as the owner of the schema, as the command is."""
    connection.close()
    connection.settings_dict["USER"] = "onestop_owner"
    yield


@pytest.fixture
def units(owned: None) -> None:
    """A commune with two villages, and the commune it becomes with the same two."""
    for code in (OLD, OLD + "01", OLD + "02", NEW, NEW + "01", NEW + "02", "991202"):
        unit(code)


def run(statement: sql.Composable | str, *values: Any) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall() if cursor.description else []


def loosen_every_table() -> None:
    """Take away keys, constraints and NOT NULL, so that a row of nothing but a unit code can stand anywhere."""
    for table, name in run(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace AND conrelid <> 0 AND contype <> 'n'"
        " ORDER BY contype = 'p', conrelid"
    ):
        run(sql.SQL("ALTER TABLE {} DROP CONSTRAINT IF EXISTS {} CASCADE").format(ident(table), ident(name)))
    for table, column, kind in run(
        "SELECT c.relname, a.attname, t.typcategory FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_type t ON t.oid = a.atttypid"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
        " AND a.attnum > 0 AND a.attnotnull AND a.attidentity = '' AND NOT a.attisdropped"
    ):
        run(sql.SQL("ALTER TABLE {} ALTER COLUMN {} DROP NOT NULL").format(ident(table), ident(column)))
        if kind == "S":  # texts are empty rather than missing: triggers compare them
            run(sql.SQL("ALTER TABLE {} ALTER COLUMN {} SET DEFAULT ''").format(ident(table), ident(column)))


def ident(name: object) -> sql.Identifier:
    return sql.Identifier(str(name).strip('"'))


def put(column: UnitColumn, *codes: str) -> None:
    """One row for each code, with nothing else in it."""
    for code in codes:
        value = [code, "991202"] if column.many else code
        run(sql.SQL("INSERT INTO {} ({}) VALUES (%s)").format(ident(column.table), ident(column.column)), value)


def tables_that_mention(code: str) -> dict[str, int]:
    """Every table with a row that has the code, or the code of a unit below it, in any column.

    What tells of a past time may: images of rows as they were, and columns that say where something lay then.
    """
    found = {}
    for (table,) in run("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"):
        query = sql.SQL(
            "SELECT count(*) FROM {0} AS r WHERE (to_jsonb(r) - 'row' - 'unit_code_then')::text LIKE %s"
        ).format(ident(table))
        ((count,),) = run(query, f'%"{code}%')
        if count:
            found[str(table)] = int(str(count))
    return found


def test_the_columns_are_found_from_the_models_and_from_the_tables(owned: None) -> None:
    run('CREATE TABLE extra_raw (unit_code text COLLATE "C")')
    columns = {(column.table, column.column) for column in unit_columns()}
    assert {("staff_roleassignment", "unit_code"), ("journal_rowhistory", "unit_code")} <= columns
    assert ("extra_raw", "unit_code") in columns
    assert not any(column.endswith("_then") or table.startswith("areas_") for table, column in columns)


def test_nothing_with_the_old_code_remains_but_the_closed_units_with_their_successors(units: None) -> None:
    run('CREATE TABLE extra_raw (unit_code text COLLATE "C")')
    loosen_every_table()
    columns = unit_columns()
    for column in columns:
        put(column, OLD, OLD + "02", "991202")
    counted = transfer(OLD, NEW, on=DAY, write=False)
    assert set(counted.rows) == set(columns)
    assert set(tables_that_mention(OLD)) >= {column.table for column in columns}

    done = transfer(OLD, NEW, on=DAY, write=True)

    assert done.total >= 2 * len(columns)
    assert set(tables_that_mention(OLD)) == {"areas_administrativeunit"}
    for column in columns:
        name = ident(column.column)
        place = sql.SQL("{}[1]").format(name) if column.many else name
        held = run(sql.SQL("SELECT DISTINCT {} FROM {}").format(place, ident(column.table)))
        assert {(NEW,), (NEW + "02",), ("991202",)} <= set(held), column
    closed = AdministrativeUnit.objects.under(OLD).order_by("code")
    assert [(each.code, each.valid_to, each.successors, each.successor_known) for each in closed] == [
        (OLD, date(2026, 11, 21), [NEW], True),
        (OLD + "01", date(2026, 11, 21), [NEW + "01"], True),
        (OLD + "02", date(2026, 11, 21), [NEW + "02"], True),
    ]


def test_counting_changes_nothing(units: None) -> None:
    before = list(AdministrativeUnit.objects.order_by("code").values_list())
    transfer(OLD, NEW, on=DAY, write=False)
    assert list(AdministrativeUnit.objects.order_by("code").values_list()) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (OLD, OLD, "are the same unit"),
        (OLD, "990000", "There is no unit 990000"),
        ("990000", NEW, "There is no unit 990000"),
        (OLD, NEW + "01", "both must be of one level"),
    ],
)
def test_it_refuses_what_makes_no_sense(units: None, old: str, new: str, message: str) -> None:
    with pytest.raises(AreasRefused, match=message):
        transfer(old, new, on=DAY, write=True)


def test_it_refuses_when_a_village_that_holds_rows_has_no_counterpart_and_moves_none(units: None) -> None:
    run('CREATE TABLE extra_raw (unit_code text COLLATE "C")')
    column = UnitColumn("extra_raw", "unit_code")
    put(column, OLD, OLD + "02")
    AdministrativeUnit.objects.filter(code=NEW + "02").delete()
    with pytest.raises(AreasRefused, match=f"{OLD}02 → {NEW}02"):
        transfer(OLD, NEW, on=DAY, write=True)
    assert run("SELECT count(*) FROM extra_raw WHERE unit_code LIKE %s", OLD + "%") == [(2,)]
    assert AdministrativeUnit.objects.get(code=OLD).valid_to is None


def test_a_village_without_rows_and_without_counterpart_is_closed_with_no_known_successor(units: None) -> None:
    AdministrativeUnit.objects.filter(code=NEW + "02").delete()
    transfer(OLD, NEW, on=DAY, write=True)
    lonely = AdministrativeUnit.objects.get(code=OLD + "02")
    assert (lonely.valid_to, lonely.successors, lonely.successor_known) == (date(2026, 11, 21), [], False)


def test_a_unit_that_had_ended_keeps_its_end(units: None) -> None:
    AdministrativeUnit.objects.filter(code=OLD).update(valid_to=date(2024, 12, 31), successor_known=False)
    transfer(OLD, NEW, on=DAY, write=True)
    old = AdministrativeUnit.objects.get(code=OLD)
    assert (old.valid_to, old.successors, old.successor_known) == (date(2024, 12, 31), [NEW], True)


def test_it_refuses_a_row_that_cannot_lie_in_both_units_and_names_the_rule_but_no_person(units: None) -> None:
    assignment = apps.get_model("staff", "RoleAssignment")
    role = {"officer": get_user_model().objects.get(username="commune"), "role": "commune_assistant"}
    for code in (OLD, NEW):
        assignment.objects.create(unit_code=code, valid_from=date(2026, 1, 1), **role)
    with pytest.raises(AreasRefused, match="A row of staff_roleassignment cannot lie in both units") as refused:
        transfer(OLD, NEW, on=DAY, write=True)
    assert str(role["officer"].pk) not in str(refused.value)
    assert assignment.objects.filter(unit_code=OLD).count() == 1
    assert AdministrativeUnit.objects.get(code=OLD).valid_to is None


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("areas", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_counts_without_yes_and_does_it_and_journals_it_with_yes(units: None) -> None:
    run('CREATE TABLE extra_raw (unit_code text COLLATE "C")')
    put(UnitColumn("extra_raw", "unit_code"), OLD, OLD + "01")
    printed = command("transfer", OLD, NEW)
    assert "2 extra_raw.unit_code" in printed
    assert "--yes" in printed
    assert run("SELECT count(*) FROM extra_raw WHERE unit_code LIKE %s", OLD + "%") == [(2,)]

    command("transfer", OLD, NEW, "--yes", "--on", "2026-11-22")

    assert run("SELECT count(*) FROM extra_raw WHERE unit_code LIKE %s", OLD + "%") == [(0,)]
    assert run("SELECT note FROM journal_journalentry WHERE verb = 'transferred'") == [(f"{OLD} → {NEW}: 2",)]


def test_the_command_refuses_in_one_sentence(units: None) -> None:
    with pytest.raises(CommandError, match="There is no unit 990000"):
        command("transfer", OLD, "990000")
    with pytest.raises(CommandError, match="nobody"):
        command("transfer", OLD, NEW, "--as", "nobody")
