"""What the walls let through, tried on a table made as a migration makes it: rows, views, functions, COPY, errors."""

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from onestop.areas.scope import ScopeMissing
from onestop.areas.walls import DoorFunction, Grant, Wall
from onestop.journal.history import Track
from onestop.journal.models import RowHistory
from onestop.journal.queries import history_of
from onestop.staff.models import RoleAssignment
from onestop.staff.scope import open_scope, scope, system_scope
from onestop.staff.tests.made_up import TABLE, Loan
from tests.officers import Named


def fill() -> None:
    with system_scope("system.loader"):
        for number, unit in enumerate(["170101", "170102", "171201", "1702", "1711", "1713"], 1):
            Loan.objects.create(unit_code=unit, title=f"Secret of {unit}", number=str(number))


def seen() -> list[str]:
    return list(Loan.objects.order_by("unit_code").values_list("unit_code", flat=True))


def test_each_officer_sees_the_rows_of_the_scope_and_no_others(loans: dict[str, str], named: Named) -> None:
    fill()
    expected = {
        "commune": ["170101"],
        **dict.fromkeys(["district", "planning", "finance", "intersector"], ["170101", "170102"]),
        "health": [],  # a table whose wall does not say whom its rows are about is closed to who sees the own people
        "province": [],
        "national": [],
    }
    for username, rows in expected.items():
        with scope(named(username)):
            assert seen() == rows, username
            assert Loan.objects.count() == len(rows)
            assert [loan.unit_code for loan in Loan.objects.visible_to(named(username)).order_by("unit_code")] == rows


def test_exact_ranges_stand_behind_the_bounds(loans: dict[str, str], named: Named) -> None:
    fill()
    officer = named("district")
    RoleAssignment.objects.create(officer=officer, role="planning_officer", unit_code="1712", valid_from="2000-01-01")
    with scope(officer):
        assert seen() == ["170101", "170102", "171201"]


def raw(sql: str, url: str) -> list[tuple[object, ...]]:
    """As the application role, past our backend: what the database itself lets through without a scope."""
    with psycopg.connect(url) as plain:
        return plain.execute(sql).fetchall()


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT * FROM {TABLE}",
        "SELECT * FROM made_up_titles",
        f"SELECT title FROM {TABLE} WHERE number = '1'",
        f"SELECT 1 FROM (SELECT count(*) AS n FROM {TABLE}) counted WHERE n > 0",
        "SELECT 1 WHERE made_up_count() > 0",
        f"UPDATE {TABLE} SET title = 'x' RETURNING title",
        "SELECT * FROM journal_rowhistory",
        "SELECT * FROM journal_journalentry",
        f"SELECT set_config('onestop.lo', '', false), title FROM {TABLE}",
    ],
)
def test_without_a_scope_the_database_gives_no_row(loans: dict[str, str], sql: str) -> None:
    fill()
    assert raw(sql, loans["app"]) == []


def test_copy_gives_no_row_without_a_scope(loans: dict[str, str]) -> None:
    fill()
    with psycopg.connect(loans["app"]) as plain, plain.cursor() as cursor:
        for statement in (f"COPY {TABLE} TO STDOUT", f"COPY (SELECT * FROM {TABLE}) TO STDOUT"):
            with cursor.copy(statement) as copy:
                assert b"".join(copy) == b""


def test_copy_into_a_walled_table_is_refused(loans: dict[str, str]) -> None:
    with psycopg.connect(loans["app"]) as plain, pytest.raises(psycopg.errors.FeatureNotSupported):
        plain.execute(f"COPY {TABLE} FROM STDIN")


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Loan.objects.count(),
        lambda: list(Loan.objects.all()),
        lambda: list(Loan.objects.iterator(chunk_size=1)),
        lambda: Loan.objects.filter(number="1").exists(),
        lambda: Loan.objects.create(unit_code="170101", title="x", number="9"),
        lambda: Loan.objects.update(title="x"),
        lambda: connection.cursor().execute(f'SELECT * FROM public."{TABLE}"'),
        lambda: connection.cursor().executemany(f"UPDATE {TABLE} SET title = %s", [("x",)]),
        lambda: connection.cursor().execute("SELECT * FROM made_up_titles"),
        lambda: connection.cursor().cursor.copy(f"COPY {TABLE} TO STDOUT").__enter__(),
        lambda: connection.cursor().execute(psycopg.sql.SQL("SELECT * FROM {}").format(psycopg.sql.Identifier(TABLE))),
    ],
)
def test_without_a_scope_the_application_gets_an_error_not_an_empty_list(loans: dict[str, str], ask: object) -> None:
    with pytest.raises(ScopeMissing, match="made_up"):
        ask()  # type: ignore[operator]


def test_asking_the_catalogue_about_a_table_is_no_reading_of_it(loans: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT relname FROM pg_class WHERE relname = '{TABLE}'")
        assert cursor.fetchone() == (TABLE,)
        cursor.execute(f"SELECT '{TABLE}_more'")


def test_nothing_is_written_outside_the_scope(loans: dict[str, str], named: Named) -> None:
    fill()
    with scope(named("commune")):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Loan.objects.create(unit_code="170102", title="x", number="20")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Loan.objects.update(unit_code="170102")
        assert Loan.objects.filter(unit_code="170102").update(title="x") == 0
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Loan.objects.all()._raw_delete("default")


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (f"INSERT INTO {TABLE} (unit_code, title, number) VALUES ('170101', 'x', '3')", "duplicate key"),
        (f"INSERT INTO {TABLE} (unit_code, title, number) VALUES ('170101', 'forbidden', '30')", "violates check"),
        (f"UPDATE {TABLE} SET number = '3', kept = '[2026-01-01,2026-02-01]'", "violates|conflicting"),
        (f"INSERT INTO {TABLE} (unit_code, title, number) VALUES ('170101', NULL, '31')", "null value"),
        (f"INSERT INTO {TABLE} (unit_code, title, number) SELECT '170101', title, number FROM {TABLE}", "duplicate"),
        ("UPDATE journal_rowhistory SET op = 'D'", "permission denied"),
    ],
)
def test_an_error_s_text_tells_nothing_of_another_area(
    loans: dict[str, str], named: Named, sql: str, error: str
) -> None:
    fill()
    with system_scope("system.loader"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET kept = '[2026-01-01,2026-12-31]' WHERE number = '3'")
    with (
        scope(named("commune")),
        pytest.raises((IntegrityError, DatabaseError), match=error) as refused,
        transaction.atomic(),
    ):
        connection.cursor().execute(sql)
    cause = refused.value.__cause__
    assert isinstance(cause, psycopg.Error)
    told = f"{refused.value} {cause.diag.message_primary} {cause.diag.message_detail} {cause.diag.message_hint}"
    assert "Secret" not in told
    assert "171201" not in told
    assert "(3)" not in told


def test_a_committed_scope_does_not_stay_with_the_connection(loans: dict[str, str], named: Named) -> None:
    fill()
    with scope(named("district")):
        assert seen()
    assert not connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('onestop.hi', true), current_setting('onestop.officer', true)")
        assert set(cursor.fetchone()) <= {"", None}


def test_a_setting_outside_a_transaction_does_nothing(loans: dict[str, str], named: Named) -> None:
    fill()
    with scope(named("district")) as opened:
        pass
    open_scope(opened)  # in autocommit: gone with its statement
    assert raw(f"SELECT * FROM {TABLE}", loans["app"]) == []


def test_every_change_leaves_an_image_and_the_application_cannot_touch_it(loans: dict[str, str], named: Named) -> None:
    district = named("district")
    with scope(district):
        loan = Loan.objects.create(unit_code="170101", title="First", number="1")
        Loan.objects.filter(pk=loan.pk).update(title="Second")
        changes = history_of(loan)
    assert [change.op for change in changes] == ["U", "I"]
    assert changes[0].fields == {"title": ("First", "Second")}
    assert changes[0].officer in {"Chea Maly", "ជា ម៉ាលី"}
    assert changes[1].fields["title"] == (None, "First")


def test_one_statement_over_many_rows_leaves_an_image_of_each(loans: dict[str, str]) -> None:
    fill()
    with system_scope("system.loader") as opened:
        Loan.objects.filter(unit_code__startswith="1701").update(days=3)
        images = RowHistory.objects.filter(op="U")
        assert {image.row["days"] for image in images} == {3}
        assert len({image.transaction for image in images}) == 1
        assert {image.officer_id for image in images} == {opened.officer_id}
        assert images.count() == 2


def test_history_follows_its_subject_to_the_new_unit(loans: dict[str, str], named: Named) -> None:
    fill()
    with system_scope("system.loader"):
        loan = Loan.objects.get(number="3")
        Loan.objects.filter(pk=loan.pk).update(unit_code="170101")
    with scope(named("commune")):
        assert [change.op for change in history_of(loan)] == ["U", "I"]
        assert set(RowHistory.objects.of(loan).values_list("unit_code", flat=True)) == {"170101"}
        assert RowHistory.objects.of(loan).get(op="I").row["unit_code"] == "171201"


def test_an_owner_s_delete_leaves_the_last_image(loans: dict[str, str]) -> None:
    fill()
    with psycopg.connect(loans["owner"]) as owner:
        owner.execute(f"DELETE FROM {TABLE} WHERE number = '1'")
    with system_scope("system.console"):
        (image,) = RowHistory.objects.filter(op="D")
    assert (image.row["title"], image.officer_id) == ("Secret of 170101", None)


def test_walls_history_and_doors_can_be_taken_back(loans: dict[str, str]) -> None:
    door = DoorFunction("made_up_door", "p_unit text DEFAULT ''", "bigint", f"SELECT count(*) FROM {TABLE}",
                        needs={TABLE: "SELECT"})  # fmt: skip
    operations = [door, Track(TABLE, subject="made_up.loan"), Wall(TABLE), Grant("made_up_titles", "SELECT")]
    with psycopg.connect(loans["owner"]) as owner:

        def state() -> tuple[object, ...] | None:
            return owner.execute(
                "SELECT relrowsecurity, relforcerowsecurity,"
                " (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid),"
                " (SELECT count(*) FROM pg_trigger WHERE tgrelid = c.oid AND tgname LIKE 'history%%'),"
                " (SELECT count(*) FROM pg_proc WHERE proname = 'made_up_door' AND prosecdef),"
                " has_table_privilege('onestop_app', c.oid, 'DELETE')"
                " FROM pg_class c WHERE relname = %s",
                [TABLE],
            ).fetchone()

        for statement in door.forwards():
            owner.execute(statement)
        assert state() == (True, True, 1, 4, 1, False)
        for operation in operations:
            for statement in operation.backwards():
                owner.execute(statement)
        assert state() == (False, False, 0, 0, 0, True)
        for operation in operations:
            for statement in operation.forwards():
                owner.execute(statement)
        assert state() == (True, True, 1, 4, 1, False)


@pytest.mark.parametrize("name", ["registry_person; DROP TABLE x", 'a"b', "Upper", "ស្រុក", ""])
def test_a_wall_takes_only_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="no name of a table"):
        Wall(name).forwards()
