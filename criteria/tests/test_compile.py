"""Counts, areas, one household as a prepared statement, openings by place, snapshots, and the three engines."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random
from time import perf_counter
from typing import get_args

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from criteria.compile import Statement, compile_counts, compile_households, compile_rows
from criteria.engines import Dialect, Engine
from criteria.family import Answer, Enrolment, Family, Member, Opening, Openings, Period, Status
from criteria.interpret import assess, verdict
from criteria.programme import Programme
from criteria.relations import Enrolments, Households, OneHousehold, Persons, Ranges, Relations, Residents
from criteria.tests.lending import LIBRARY
from criteria.tests.random_rules import AS_OF, Families
from criteria.values import Range
from criteria.wide import WideTables

RULES = {
    "NIGHT": ("person", ["person.card", "household.standing in [1, 2] || person.age >= 60"]),
    "ATLAS": ("household", ["household.members.exists(m, m.form >= 4 && household.lamp)"]),
    "LAMP": ("person", ["!enrolled('NIGHT')", "in_area('ATLAS')", "household.size > 1"]),
    "CELLAR": ("household", ["household.members.filter(m, m.age < 15).size() * 2 > household.size"]),
}


def programmes(**rules: tuple[str, list[str]]) -> list[Programme]:
    return [
        Programme.read(code, unit, [(f"k{n}", rule) for n, rule in enumerate(texts)], LIBRARY)  # type: ignore[arg-type]
        for code, (unit, texts) in (rules or RULES).items()
    ]


@pytest.fixture(scope="module")
def town() -> tuple[duckdb.DuckDBPyConnection, list[Family], Openings, WideTables]:
    drawer = Families(Random(1))
    openings = drawer.openings()
    families = [drawer.family(f"f{number}", openings) for number in range(300)]
    tables = WideTables(LIBRARY, Engine("duckdb"))
    connection = duckdb.connect()
    for statement in (*tables.create(), *tables.insert(families, AS_OF)):
        connection.execute(statement)
    return connection, families, openings, tables


Town = tuple[duckdb.DuckDBPyConnection, list[Family], Openings, WideTables]


def expected_counts(families: list[Family]) -> dict[str, Counter[bool | None]]:
    found: dict[str, Counter[bool | None]] = {code: Counter() for code in RULES}
    for family in families:
        present = family.present(AS_OF)
        for programme in programmes():
            asked = present[:1] if programme.unit == "household" else present
            found[programme.code].update(
                verdict(programme, family, AS_OF, LIBRARY, person=member.id) for member in asked
            )
    return found


def test_counts_are_those_of_the_interpreter_households_counted_once(town: Town) -> None:
    connection, families, openings, tables = town
    statement = compile_counts(programmes(), Residents(LIBRARY, tables.relations(openings), AS_OF, dialect="duckdb"))
    counts = statement.counts(connection.execute(statement.sql).fetchall())
    expected = expected_counts(families)
    assert [count.programme for count in counts] == list(RULES)
    for count in counts:
        verdicts = expected[count.programme]
        assert (count.eligible, count.not_eligible, count.unknown) == (verdicts[True], verdicts[False], verdicts[None])


def test_counts_by_place_and_of_an_area_are_parts_of_the_whole(town: Town) -> None:
    connection, families, openings, tables = town
    relations = tables.relations(openings)
    by_place = compile_counts(
        programmes(), Residents(LIBRARY, relations, AS_OF, Ranges((("17", "18"),)), "duckdb"), place_length=4
    )
    found = by_place.counts(connection.execute(by_place.sql).fetchall())
    inside = [family for family in families if (family.place or "").startswith("17")]
    for place in ("17", "1701", "1712"):
        expected = expected_counts([family for family in inside if (family.place or "")[:4] == place])
        for count in found:
            if count.place == place:
                verdicts = expected[count.programme]
                assert (count.eligible, count.unknown) == (verdicts[True], verdicts[None])
    assert {count.place for count in found} == {"17", "1701", "1712"}


def test_households_at_no_known_place_are_counted_by_place_too(town: Town) -> None:
    connection, families, openings, tables = town
    relations = tables.relations(openings)
    statement = compile_counts(programmes(), Residents(LIBRARY, relations, AS_OF, dialect="duckdb"), place_length=4)
    found = {(one.programme, one.place): one for one in statement.counts(connection.execute(statement.sql).fetchall())}
    nowhere = [family for family in families if family.place is None]
    assert any(family.present(AS_OF) for family in nowhere)
    for code, verdicts in expected_counts(nowhere).items():
        one = found[code, None]
        assert (one.eligible, one.not_eligible, one.unknown) == (verdicts[True], verdicts[False], verdicts[None])
    for code, verdicts in expected_counts(families).items():
        counted = [one for (programme, _), one in found.items() if programme == code]
        assert sum(one.eligible + one.not_eligible + one.unknown for one in counted) == verdicts.total(), code


def test_an_area_of_two_ranges_reads_both_and_no_more(town: Town) -> None:
    connection, families, openings, tables = town
    area = Ranges((("1701", "1702"), ("1712", "1713")))
    statement = compile_rows(programmes(), Residents(LIBRARY, tables.relations(openings), AS_OF, area, "duckdb"))
    found = {row[1] for row in connection.execute(statement.sql).fetchall()}
    assert found == {f.id for f in families if (f.place or "").startswith(("1701", "1712")) and f.present(AS_OF)}


def test_the_area_stands_on_every_base_table() -> None:
    relations = WideTables(LIBRARY, Engine("postgres")).relations()
    rules = {"NIGHT": ("person", ["enrolled('ATLAS')", "household.standing == 1", "person.card"])}
    statement = compile_rows(
        programmes(**rules), Residents(LIBRARY, relations, AS_OF, Ranges((("1701", "1702"),)), "postgres")
    )
    for select in statement.tree.find_all(exp.Select):
        source = select.args["from_"].this
        base = isinstance(source, exp.Table) and source.name in {
            "persons",
            "households",
            "status_standing",
            "enrolments",
        }
        if base:
            assert "'1701'" in select.args["where"].sql(), source.name


def test_one_household_is_a_prepared_statement(town: Town) -> None:
    connection, families, openings, tables = town
    relations = tables.relations(openings)
    statement = compile_rows(
        programmes(), Residents(LIBRARY, relations, AS_OF, OneHousehold(), "duckdb"), criteria=True
    )
    asked = {programme.code: programme for programme in programmes()}
    for family in families[:40]:
        rows = connection.execute(statement.sql, {"household": family.id}).fetchall()
        assert {row[0] for row in rows} == {f"{family.id}/{member.id}" for member in family.present(AS_OF)}
        for row in rows:
            member = row[0].removeprefix(f"{family.id}/")
            for output, answer in zip(statement.outputs, row[3:], strict=True):
                assessment = assess(asked[output.programme], family, AS_OF, LIBRARY, person=member)
                states = {state.key: state.state for state in assessment.criteria}
                assert answer is (states[output.criterion] if output.criterion else assessment.truth), output


def test_a_percent_sign_and_a_quote_reach_postgresql_unharmed() -> None:
    rules = {"NIGHT": ("person", ["person.shelf in ['100%', \"it's\"]", "person.reads % 3 == 1"])}
    relations = WideTables(LIBRARY, Engine("postgres")).relations()
    statement = compile_rows(programmes(**rules), Residents(LIBRARY, relations, AS_OF, OneHousehold(), "postgres"))
    assert "'100%%', 'it''s'" in statement.sql
    assert statement.sql.count("%(household)s") == 2
    assert statement.sql.replace("%%", "").replace("%(household)s", "").count("%") == 0
    plain = compile_rows(programmes(**rules), Residents(LIBRARY, relations, AS_OF, dialect="postgres"))
    assert "'100%', 'it''s'" in plain.sql


def test_a_place_only_half_known_is_open_closed_or_unknown() -> None:
    tables = WideTables(LIBRARY, Engine("duckdb"))
    connection = duckdb.connect()
    openings = {"NIGHT": (Opening(("1701", "171201")),), "ATLAS": (Opening(("17",), Period(None, date(2020, 1, 1))),)}
    places = {"17010203": True, "1701": True, "1712": None, "17": None, "18": False, "171202": False, "171201": True}
    families = [Family(place, (Member("a"),), place=place) for place in places] + [Family("none", (Member("a"),))]
    for loading in (*tables.create(), *tables.insert(families, AS_OF)):
        connection.execute(loading)
    asked = programmes(
        NIGHT=("person", ["person.card || in_area('NIGHT')"]), ATLAS=("household", ["household.size > 0"])
    )
    statement = compile_rows(
        asked, Residents(LIBRARY, tables.relations(openings), AS_OF, dialect="duckdb"), criteria=True
    )
    rows = {row[1]: row for row in connection.execute(statement.sql).fetchall()}
    names = [output.name for output in statement.outputs if output.criterion == "_open"]
    where = [[output.name for output in statement.outputs].index(name) + 3 for name in names]
    assert {place: rows[place][where[0]] for place in places} == places
    assert rows["none"][where[0]] is None
    assert all(row[where[1]] is False for row in rows.values())


def test_more_programmes_than_one_word_of_bits() -> None:
    codes = [f"P{number}" for number in range(130)]
    many = LIBRARY.with_programmes(dict.fromkeys(codes))
    openings = {code: (Opening(("17" if number % 2 else "18",)),) for number, code in enumerate(codes)}
    tables = WideTables(many, Engine("duckdb"))
    connection = duckdb.connect()
    for loading in (*tables.create(), *tables.insert([Family("f", (Member("a"),), place="1701")], AS_OF)):
        connection.execute(loading)
    asked = [Programme.read(code, "person", [("k", "has(person.age) || true")], many) for code in codes]
    statement = compile_rows(asked, Residents(many, tables.relations(openings), AS_OF, dialect="duckdb"))
    (row,) = connection.execute(statement.sql).fetchall()
    assert list(row[3:]) == [bool(number % 2) for number in range(130)]


def test_a_snapshot_of_fresh_facts_needs_no_dates() -> None:
    connection = duckdb.connect()
    connection.execute(
        "create table p as select 1 person_id, 1 household_id, '1701' unit_code, true card,"
        " date '1960-01-01' birth_from, date '1960-12-31' birth_to"
        " union all select 2, 1, '1701', null, date '2020-01-01', date '2020-01-01'"
    )
    connection.execute("create table h as select 1 household_id, '1701' unit_code, '1' standing")
    connection.execute("create table e as select 2 person_id, 'NIGHT' programme")
    relations = Relations(
        Persons("p"), Households("h"), {}, Enrolments("e", unit=None, household=None, start=None, end=None), fresh=True
    )
    rules = {
        "NIGHT": ("person", ["person.card && person.age >= 60"]),
        "ATLAS": ("person", ["enrolled('NIGHT') || household.members.exists(m, m.card)"]),
    }
    standing = programmes(**rules)
    statement = compile_rows(standing, Residents(LIBRARY, relations, AS_OF, dialect="duckdb"))
    assert sorted(connection.execute(statement.sql).fetchall()) == [
        (1, 1, "1701", True, True),
        (2, 1, "1701", False, True),
    ]


@pytest.mark.parametrize("dialect", get_args(Dialect))
def test_every_engine_reads_what_is_written_for_it(dialect: str) -> None:
    relations = WideTables(LIBRARY, Engine(dialect)).relations({"NIGHT": (Opening(("17",)),)})  # type: ignore[arg-type]
    rules = {
        **RULES,
        "NIGHT": (
            "person",
            [
                "household.garden * person.fines > 0.5 || household.shelves / person.reads == household.debt % 7",
                "'novel' in person.genres",
                "person.borrowing && person.returned_on <= household.flood_on",
            ],
        ),
    }
    for statement in (
        compile_counts(programmes(**rules), Residents(LIBRARY, relations, AS_OF, dialect=dialect), place_length=4),  # type: ignore[arg-type]
        compile_rows(programmes(**rules), Residents(LIBRARY, relations, AS_OF, OneHousehold(), dialect)),  # type: ignore[arg-type]
    ):
        assert sqlglot.parse_one(statement.sql, read=dialect)


def test_a_macro_body_is_computed_once_whichever_rules_ask_it() -> None:
    body = "m.card && m.form > 3"
    rules = {
        "NIGHT": ("person", [f"household.members.exists(m, {body})"]),
        "ATLAS": ("household", [f"household.members.filter(n, {body.replace('m.', 'n.')}).size() >= 2"]),
        "LAMP": ("person", [f"household.members.all(m, {body}) || person.vault"]),
    }
    relations = WideTables(LIBRARY, Engine("duckdb")).relations()
    statement = compile_counts(programmes(**rules), Residents(LIBRARY, relations, AS_OF, dialect="duckdb"))
    steps = {cte.alias: cte.this for cte in statement.tree.args["with_"].expressions}
    assert len(steps["b"].selects) == 2
    assert sum(isinstance(node, exp.Group) for node in steps["g"].walk()) == 1


def test_a_household_programme_is_not_asked_of_persons() -> None:
    relations = WideTables(LIBRARY, Engine("duckdb")).relations()
    with pytest.raises(ValueError, match="NIGHT, LAMP"):
        compile_households(programmes(), Residents(LIBRARY, relations, AS_OF))


def test_rules_at_the_limits_of_depth_and_number_run_in_every_engine(town: Town) -> None:
    connection, families, openings, tables = town
    deep = "(" * 98 + "person.card" + ")" * 98
    choices = "person.card"
    for _ in range(20):
        choices = f"({choices} ? household.lamp : person.vault)"
    sums = " + ".join(["household.shelves"] * 100) + " > 0"
    products = " * ".join(["person.fines"] * 4) + " > 0.0"
    checked = "(person.fines * person.fines) + " * 50 + "person.fines > 1.0"
    quotients = "household.shelves" + " / household.debt" * 50 + " > 0"
    nots = "!" * 98 + "person.card"
    many = {"NIGHT": ("person", [deep, choices, sums, products, checked, quotients, nots])}
    relations = tables.relations(openings)
    begun = perf_counter()
    statement: Statement = compile_rows(
        programmes(**many), Residents(LIBRARY, relations, AS_OF, dialect="duckdb"), criteria=True
    )
    rows = connection.execute(statement.sql).fetchall()
    assert perf_counter() - begun < 30
    found = {row[0]: row[3:] for row in rows}
    for family in families[:60]:
        for member in family.present(AS_OF):
            assessment = assess(programmes(**many)[0], family, AS_OF, LIBRARY, person=member.id)
            states = [state.state for state in assessment.criteria]
            assert list(found[f"{family.id}/{member.id}"]) == [assessment.truth, *states]


def test_who_left_on_the_eve_is_not_counted_and_who_leaves_today_is() -> None:
    tables = WideTables(LIBRARY, Engine("duckdb"))
    connection = duckdb.connect()
    eve, today = date(2026, 2, 27), AS_OF
    members = (
        Member("stays"),
        Member("left", memberships=(Period(None, eve),)),
        Member("leaves", memberships=(Period(None, today),)),
        Member("died", died_on=eve),
        Member("dies", died_on=today),
        Member("unborn", birth=(date(2026, 3, 1), date(2026, 3, 31))),
        Member("born", birth=(today, date(2026, 3, 31))),
    )
    family = Family(
        "f",
        members,
        {"garden": Answer(Decimal("0.5"), today), "flood_on": Answer(Range(today, today), today)},
        {"standing": (Status("1", Period(eve, eve)), Status("2", Period(None, today)))},
        (Enrolment("NIGHT", None, Period(None, eve)), Enrolment("ATLAS", None, Period(None, today))),
    )
    for loading in (*tables.create(), *tables.insert([family], today)):
        connection.execute(loading)
    rules = {
        "NIGHT": ("person", ["household.size == 4"]),
        "ATLAS": ("person", ["household.standing == 2"]),
        "LAMP": ("person", ["enrolled('ATLAS') && !enrolled('NIGHT')"]),
    }
    statement = compile_rows(programmes(**rules), Residents(LIBRARY, tables.relations(), today, dialect="duckdb"))
    rows = {row[0]: row[3:] for row in connection.execute(statement.sql).fetchall()}
    assert rows == {f"f/{name}": (True, True, True) for name in ("stays", "leaves", "dies", "born")}
