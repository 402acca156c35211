"""The walls, looked at in the database itself: which tables have them, which functions look over them, and how.

The lists here are reviewed by hand. A new table with a unit joins the tests by itself; a new exception or a new door is
a decision that shows in a diff.
"""

from typing import Any

import pytest
from django.db import connection

from onestop.areas.scope import ScopeMissing
from onestop.areas.walls import policy, walled_tables

pytestmark = pytest.mark.django_db

# Tables with a unit_code that stand outside the walls, each with its reason
WITHOUT_WALL = {
    "staff_office": "offices are public",
    "staff_roleassignment": "who works where is public inside the office, and is read before there is a scope",
    "staff_officesetting": "how a unit works is public inside the office",
    "staff_committee": "which bodies there are is public",
    "staff_committeemember": "names of public officials; the pages scope by unit (office.read)",
    "staff_partner": "bodies, with the contact they publish; the pages scope by unit (office.read)",
    "staff_helprequest": "a page's name and an officer's words about it; the pages show it by visible_to",
    "staff_breakglass": "who opened which place in an emergency is read before there is a scope; others review it",
    "programmes_opening": "where a programme is open is public",
}
# Tables of personal data without a unit_code: none may exist
PERSONAL_ROOMS = ("registry_", "enrolments_")
WITHOUT_UNIT = {
    "registry_numberblock": "blocks of free membership numbers, of nobody yet",
    "registry_factcolumn": "which facts have a column: of nobody",
    "registry_doublesweep": "when somebody looked for doubles, and how many: of nobody",
    "enrolments_pilotload": "how far the loading of the pilot has come: of nobody",
    "registry_doorquestion": "how often an officer asked at the narrow door: officer and time, no person",
}
# Functions that look over the walls; what each is for stands beside its DoorFunction
DOORS = {
    "journal_blank_note(entry uuid)",
    "journal_follow()",
    "journal_open_history(p_table text, p_row uuid, p_most integer)",
    "journal_open_lines(p_kind text, p_subject text, p_most integer)",
    "journal_seal_lines()",
    "journal_track()",
    "onestop_reached(p_unit text, p_person uuid, p_household uuid)",
    "onestop_reached_households()",
    "onestop_reached_record(p_unit text, p_kind text, p_id text)",
    "journal_unsealed(OUT many bigint, OUT oldest timestamp with time zone)",
    "registry_open_doubles(p_persons uuid[], p_now timestamp with time zone, p_today date, p_due date, p_verb text,"
    " p_roles text, p_office text)",
    "registry_settle_double(p_notice uuid, p_now timestamp with time zone, p_verb text, p_roles text, p_office text)",
    "registry_follow(p_persons uuid[], p_households uuid[], p_unit text)",
    "registry_may_ask()",
    "staff_did(p_kind text, p_subject text, p_verbs text[], p_officer uuid)",
    "staff_glass_reads(p_openings uuid[])",
    "registry_known_elsewhere(p_number text, p_kind text, p_paper text, p_family text, p_given text, p_sex text,"
    " p_birth date)",
}


def ask(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def tables_with_unit() -> set[str]:
    return {
        name
        for (name,) in ask(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND a.attname = 'unit_code'"
            " AND NOT a.attisdropped"
        )
    }


def test_every_table_with_a_unit_stands_behind_a_forced_wall() -> None:
    assert tables_with_unit() - walled_tables(connection) == WITHOUT_WALL.keys() & tables_with_unit()


def test_every_table_of_a_personal_room_has_a_unit() -> None:
    tables = {
        name
        for (name,) in ask("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        if name.startswith(PERSONAL_ROOMS)
    }
    assert tables, "the personal rooms have no tables: this test would see nothing"
    assert tables - tables_with_unit() == WITHOUT_UNIT.keys() & tables


def closed_columns() -> dict[str, frozenset[str]]:
    """Of every walled table, which of the columns `sector` and `compartment` it has."""
    found = ask(
        "SELECT c.relname, array_agg(a.attname) FILTER (WHERE a.attname IN ('sector', 'compartment'))"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND NOT a.attisdropped"
        " WHERE c.relforcerowsecurity AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname"
    )
    return {table: frozenset(columns or ()) for table, columns in found}


# Where the condition for who sees only some of the people begins; whom it lets through is tried on rows of every table
# in onestop/enrolments/tests/test_reach.py
OWN_PEOPLE = " AND ((( SELECT"


def without_reach(table: str, qual: str) -> str:
    """The condition of a policy without the arm for officers of the own people, which every one must have."""
    inside, joined, reach = qual.rpartition(OWN_PEOPLE)
    assert joined and "onestop.reach" in reach and reach.count("IS NOT NULL) OR") == 1, f"{table}: {qual}"
    assert "onestop_reached" in reach or "EXISTS" in reach, f"{table}: {reach}"
    return inside


def test_every_wall_has_the_measured_shape() -> None:
    """All policies say the same, but for the journal's INSERT; compared as the database writes them back.

    Of a table whose rows belong to a sector or a compartment the policy says so behind the range: no such column may
    be forgotten in its wall. Last comes whom an officer of the own people sees.
    """
    found = ask(
        "SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2"
    )
    columns = closed_columns()
    inside = {table: without_reach(table, qual) for table, name, _cmd, qual, _check in found if name == "scope"}
    shape = {qual for table, qual in inside.items() if not columns[table]}
    assert len(shape) == 1, shape
    (text,) = shape
    assert "width_bucket" in text and "onestop.lo" in text and "unit_code" in policy()
    closed = {(columns[table], qual) for table, qual in inside.items() if columns[table]}
    assert {kinds for kinds, _qual in closed} >= {frozenset({"sector", "compartment"}), frozenset({"compartment"})}
    for kinds, qual in closed:
        assert qual.startswith(text), kinds
        for kind in ("sector", "compartment"):
            assert (f"onestop.{kind}s" in qual) is (kind in kinds), (kinds, qual)
    for table, name, cmd, qual, check in found:
        if name == "scope":
            assert cmd == ("SELECT" if table == "journal_journalentry" else "ALL"), table
            assert check is None if cmd == "SELECT" else check == qual, table
    others = {(table, name, cmd, check) for table, name, cmd, _qual, check in found if name != "scope"}
    assert {(table, cmd) for table, _name, cmd, _check in others} == {("journal_journalentry", "INSERT")}
    assert {table for table, *_rest in found} == walled_tables(connection)


def test_the_application_may_delete_only_what_it_makes_itself() -> None:
    """Rows about people are voided. A table that may be emptied is a projection, or is no record."""
    deletable = {
        table
        for table in walled_tables(connection)
        if ask("SELECT has_table_privilege('onestop_app', %s, 'DELETE')", f"public.{table}")[0][0]
    }
    assert deletable <= {"registry_personrow", "registry_householdrow", "registry_searchkey"}


@pytest.mark.parametrize("table", ["journal_rowhistory", "journal_seal"])
@pytest.mark.parametrize("right", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_the_application_cannot_write_history_or_seals(table: str, right: str) -> None:
    assert ask("SELECT has_table_privilege('onestop_app', %s, %s)", table, right) == [(False,)]


def test_only_the_listed_functions_look_over_the_walls() -> None:
    found = ask(
        "SELECT p.proname || '(' || pg_get_function_arguments(p.oid) || ')', r.rolname, p.proconfig,"
        " has_function_privilege('public', p.oid, 'EXECUTE')"
        " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        " WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
    )
    assert {name for name, *_rest in found} == DOORS
    for name, owner, settings, anybody in found:
        assert owner == "onestop_door", name
        assert settings == ["search_path=pg_catalog, public, pg_temp"], name
        assert not anybody, f"{name} may be called by everybody"


def test_every_view_reads_with_its_reader_s_eyes() -> None:
    """A view runs as its owner, who passes the walls, unless it says security_invoker."""
    views = ask(
        "SELECT relname, coalesce('security_invoker=true' = ANY (reloptions), false), relkind FROM pg_class"
        " WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e')"
    )
    assert all(kind == "v" and invoker for _name, invoker, kind in views), views


def test_the_tests_run_as_the_application() -> None:
    assert ask("SELECT current_user::text, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user") == [
        ("onestop_app", False, False)
    ]


def test_without_a_scope_every_walled_table_is_an_error_in_the_application() -> None:
    for table in sorted(walled_tables(connection)):
        with pytest.raises(ScopeMissing, match=table):
            ask(f"SELECT count(*) FROM {table}")


def test_set_config_stands_in_one_place(pytestconfig: pytest.Config) -> None:
    """Only `open_scope` tells the database what may be seen."""
    root = pytestconfig.rootpath
    said = {
        str(path.relative_to(root))
        for folder in ("onestop", "config", "criteria", "pilot")
        for path in (root / folder).rglob("*.py")
        if "tests" not in path.parts
        and ("set_config(" in path.read_text("utf-8") or "SET LOCAL onestop" in path.read_text("utf-8"))
    }
    assert said == {"onestop/staff/scope.py"}
