"""The drill: an office is copied, lost and brought back, and everything is as it was – rows, files, keys and walls."""

import stat
from pathlib import Path

import psycopg
import pytest

from config import backup, restore
from config.embedded_postgres import Cluster
from onestop.areas import clock
from onestop.areas.scope import ScopeMissing
from onestop.journal.models import RowHistory
from onestop.registry.actions import change_household
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from tests.connection import point_django_at
from tests.operations.offices import DAY, HOUSEHOLDS, Office, app_of, ask, owner_of, tree

# Everything PostgreSQL knows about who may do what, as text that must come back the same
PROTECTION = {
    "policies": "SELECT tablename, policyname, permissive, roles::text, cmd, qual, with_check FROM pg_policies",
    "forced": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class WHERE relforcerowsecurity",
    "owners and rights": (
        "SELECT relname, relowner::regrole::text, (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(relacl) a)"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')"
    ),
    "functions": (
        "SELECT oid::regprocedure::text, proowner::regrole::text, prosecdef, proconfig,"
        " (SELECT array_agg(a::text ORDER BY a::text) FROM unnest(proacl) a), md5(prosrc)"
        " FROM pg_proc p WHERE pronamespace = 'public'::regnamespace"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ),
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    # by name: PostgreSQL writes the very same CHECK with other casts after a dump
    "constraints": "SELECT conrelid::regclass::text, conname, contype, convalidated FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "sequences": "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'",
    "default rights": "SELECT defaclrole::regrole::text, defaclobjtype, defaclacl::text FROM pg_default_acl",
}


@pytest.fixture
def restored(office: Office, file: Path, database: str, test_cluster: Cluster, tmp_path: Path) -> Office:
    """The same office on a machine where nothing was before."""
    var = tmp_path / "other"
    restore.beside(
        file, restore.examine(file), test_cluster, database,
        var=var, mode="test", replace=False, officer="system.console",
    )  # fmt: skip
    urls = {"owner": owner_of(test_cluster, database), "app": app_of(test_cluster, database)}
    return Office(urls, var, office.household)


def every_table_file_and_key_came_back(office: Office, restored: Office) -> None:
    with psycopg.connect(office.owner) as before, psycopg.connect(restored.owner) as after:
        was, now = backup.counts(before), backup.counts(after)
    # the restore wrote its own line into the journal of what it restored
    assert now == was | {"journal_journalentry": was["journal_journalentry"] + 1}
    assert was["registry_person"] == 2 * HOUSEHOLDS and was["journal_rowhistory"] > 2 * HOUSEHOLDS
    assert tree(restored.var) == tree(office.var)
    assert "files/ឯកសារ.pdf" in tree(restored.var)
    assert stat.S_IMODE((restored.var / "keys" / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((restored.var / "keys").stat().st_mode) == 0o700
    assert not (restored.var / "restoring").exists()
    notes = ask(restored.owner, "SELECT note FROM journal_journalentry WHERE note LIKE 'restore %%'")
    assert notes == [("restore office.onestop",)]


def rows_came_back_letter_by_letter(office: Office, restored: Office) -> None:
    for table in ("registry_person", "registry_personrow", "registry_household", "journal_rowhistory", "staff_officer"):
        asked = f"SELECT t::text FROM {table} t ORDER BY 1"
        assert ask(restored.owner, asked) == ask(office.owner, asked) != []


def protection_came_back_as_it_was(office: Office, restored: Office) -> None:
    """Exactly: the default rights of roles.sql, left in force, would open every restored table to the application."""
    for what, asked in PROTECTION.items():
        before, after = ({repr(row) for row in ask(url, asked)} for url in (office.owner, restored.owner))
        assert before, what
        assert (what, after - before, before - after) == (what, set(), set())


def the_walls_stand_and_the_owner_sees_over_them(restored: Office) -> None:
    assert ask(restored.urls["app"], "SELECT count(*) FROM registry_person") == [(0,)]
    assert ask(restored.owner, "SELECT count(*) FROM registry_person") == [(2 * HOUSEHOLDS,)]
    with psycopg.connect(restored.urls["app"]) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM journal_rowhistory")


def the_office_works_on_and_its_history_is_written(restored: Office) -> None:
    point_django_at(restored.urls["app"])
    officer = Officer.objects.get(username="district")
    with pytest.raises(ScopeMissing):
        Person.objects.count()
    with clock.fixed(DAY), scope(officer):
        home = Household.objects.get(pk=restored.household)
        change_household(home, by=officer, version=home.version, address="ផ្ទះថ្មី")
        assert RowHistory.objects.of(home).count() == 2
    with clock.fixed(DAY), scope(Officer.objects.get(username="commune")):
        assert Person.objects.count() == 2 * HOUSEHOLDS
    point_django_at(restored.urls["app"])  # nothing of it stays open


def test_the_drill_an_office_is_brought_back_with_rows_files_keys_walls_and_history(
    office: Office, restored: Office
) -> None:
    every_table_file_and_key_came_back(office, restored)
    rows_came_back_letter_by_letter(office, restored)
    protection_came_back_as_it_was(office, restored)
    the_walls_stand_and_the_owner_sees_over_them(restored)
    the_office_works_on_and_its_history_is_written(restored)
