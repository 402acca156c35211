"""The second wall: row-level security of one measured shape, and the few doors through it, as migration operations.

    operations = [CreateModel(…), Wall("registry_person"), DoorFunction("known_elsewhere", …)]
    operations = [CreateModel(…), Wall("cases_case", sector="sector", compartment="compartment")]

A walled table carries `unit_code` COLLATE "C". The policy compares it with what `staff.scope.open_scope` has set for
the running transaction: `onestop.lo`, `onestop.hi` (the range around the scope) and `onestop.ranges` (the exact ranges,
'lo,hi,lo,hi', '' when there is one). Nothing set: no rows, in reading and in writing. The figures behind the shape
stand in decisions/003-walls.md; change it only with new ones.

A table whose rows belong to a sector of the office, or to a compartment, carries these too and names the columns in its
Wall. `onestop.sectors` is '*' for all or 'health,labour', `onestop.compartments` the officer's own; '' in a row is no
sector and no compartment (decisions/018).

Who sees only the people that an enrolment of the own sector leads to (roles.yaml, `sees: own`) has these sectors in
`onestop.reach`, and in `onestop.everyone` the ranges where everybody is seen all the same; for others `onestop.reach`
is '*'. A Wall says in `reach` when such an officer sees a row. One that says nothing is closed to them.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

__all__ = [
    "APP", "DOOR", "DoorFunction", "Grant", "RebuiltWall", "Sql", "Wall", "policy", "quoted", "reaching", "wall",
    "walled_tables",
]  # fmt: skip

APP: Final = "onestop_app"
DOOR: Final = "onestop_door"

# Read as it stands: range first, for the index, with the plain call, whose value the planner's estimate uses. The
# sub-selects run once per statement. `CASE … END IS NOT NULL` rather than `= ''`: the planner then takes the one
# range for the usual case (0.995) and not for every second row. width_bucket finds the range by binary search.
_SHAPE: Final = """(
    {unit} >= current_setting('onestop.lo', true)
    AND {unit} < current_setting('onestop.hi', true)
    AND (
        (SELECT CASE WHEN current_setting('onestop.ranges', true) = '' THEN 1 END) IS NOT NULL
        OR width_bucket({unit}, (SELECT string_to_array(current_setting('onestop.ranges', true), ','))) % 2 = 1
    )
)"""
# Behind the range, so that it stays the index's; equality of text only. The settings are read once per statement. A
# row's empty column is asked first: most rows of a journal have neither.
_SECTOR: Final = """
    AND (
        {column} = ''
        OR (SELECT CASE WHEN current_setting('onestop.sectors', true) = '*' THEN 1 END) IS NOT NULL
        OR {column} = ANY ((SELECT string_to_array(current_setting('onestop.sectors', true), ','))::text[])
    )
"""
_COMPARTMENT: Final = """
    AND (
        {column} = ''
        OR {column} = ANY ((SELECT string_to_array(current_setting('onestop.compartments', true), ','))::text[])
    )
"""
# Asked once per statement, so that whoever sees everybody of the area pays nothing for the condition behind it.
_REACH: Final = """
    AND (
        (SELECT CASE WHEN current_setting('onestop.reach', true) = '*' THEN 1 END) IS NOT NULL
        {otherwise}
    )
"""


def policy(unit_column: str = "unit_code", *, sector: str = "", compartment: str = "") -> str:
    """The condition under which a row lies inside the open scope, as SQL; the columns named beside the unit count."""
    shape = _SHAPE.format(unit=quoted(unit_column))
    if not sector and not compartment:
        return shape
    more = _SECTOR.format(column=quoted(sector)) if sector else ""
    more += _COMPARTMENT.format(column=quoted(compartment)) if compartment else ""
    return f"({shape}{more})"


def reaching(inside: str, reach: str = "") -> str:
    """A policy as it stands in a wall: `inside`, and for who sees some of the people only the condition `reach`."""
    return f"({inside}{_REACH.format(otherwise=f'OR {reach}' if reach else '')})"


def walled_tables(connection: BaseDatabaseWrapper) -> frozenset[str]:
    """Names of the tables whose row-level security is forced, as the database has them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_catalog.pg_class WHERE relrowsecurity AND relforcerowsecurity"
            " AND relnamespace = 'public'::regnamespace"
        )
        return frozenset(name for (name,) in cursor.fetchall())


def quoted(name: str) -> str:
    """A table, column or function name of ours, quoted; anything else is a mistake in a migration."""
    if not name.isidentifier() or not name.isascii() or name != name.lower():
        raise ValueError(f"'{name}' is no name of a table, column or function of ours (lower case ASCII).")
    return f'"{name}"'


class Sql(Operation):
    """An operation that only runs SQL, forwards and backwards; the base of those below."""

    reversible = True
    atomic = True

    def forwards(self) -> list[str]:
        raise NotImplementedError

    def backwards(self) -> list[str]:
        raise NotImplementedError

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Django's models do not know about this."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in self.forwards():
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        for statement in self.backwards():
            schema_editor.execute(statement, params=None)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        arguments = {name: value for name, value in vars(self).items() if not name.startswith("_")}
        return type(self).__name__, [], arguments


class Grant(Sql):
    """What the application role may do with a table: exactly these rights and no others.

    The default of every new table (config/roles.sql) is reading and writing; this narrows it.
    """

    def __init__(self, table: str, rights: str, *, role: str = APP) -> None:
        self.table, self.rights, self.role = table, rights, role

    def forwards(self) -> list[str]:
        table, role = quoted(self.table), quoted(self.role)
        granted = [f"GRANT {self.rights} ON {table} TO {role}"] if self.rights else []
        return [f"REVOKE ALL ON {table} FROM {role}", *granted]

    def backwards(self) -> list[str]:
        table, role = quoted(self.table), quoted(self.role)
        back = "GRANT SELECT, INSERT, UPDATE, DELETE" if self.role == APP else "REVOKE ALL"
        return [f"{back} ON {table} {'TO' if self.role == APP else 'FROM'} {role}"]

    def describe(self) -> str:
        return f"Let {self.role} do with {self.table}: {self.rights or 'nothing'}"


class Wall(Sql):
    """Put a table behind the walls.

    `rights`: what the application may do inside its scope; rows are voided, never deleted, so DELETE is not among them
    (a projection that is rebuilt asks for it). MAINTAIN lets ANALYZE and VACUUM run after a bulk load. `write`: another
    condition for INSERT, as SQL, for a table that is written about places outside the scope; reading stays as it is.
    `sector`, `compartment`: the columns that hold them, text COLLATE "C" NOT NULL, '' for none. `reach`: when one who
    sees only the people of the own sector's enrolments sees the row, as SQL over its columns:
    "onestop_reached(unit_code, person_id, household_id)", or "onestop_reached_record(unit_code, subject_kind,
    subject_id)" (enrolments/doors.py). Without it such an officer sees no row.
    """

    def __init__(
        self,
        table: str,
        unit_column: str = "unit_code",
        rights: str = "SELECT, INSERT, UPDATE, MAINTAIN",
        write: str | None = None,
        sector: str = "",
        compartment: str = "",
        reach: str = "",
    ) -> None:
        self.table, self.unit_column, self.rights, self.write = table, unit_column, rights, write
        self.sector, self.compartment, self.reach = sector, compartment, reach

    def forwards(self) -> list[str]:
        return wall(
            self.table,
            self.unit_column,
            rights=self.rights,
            write=self.write,
            sector=self.sector,
            compartment=self.compartment,
            reach=self.reach,
        )

    def backwards(self) -> list[str]:
        table = quoted(self.table)
        return [
            *_without_policies(self.table),
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
            *Grant(self.table, "").backwards(),
        ]

    def describe(self) -> str:
        return f"Put {self.table} behind the walls"


class RebuiltWall(Wall):
    """Another wall in place of the one a table has, as when its rows get a sector or a compartment.

    Backwards the wall is that of the area alone again.
    """

    def forwards(self) -> list[str]:
        return [*_without_policies(self.table), *super().forwards()]

    def backwards(self) -> list[str]:
        plain = wall(self.table, self.unit_column, rights=self.rights, write=self.write)
        return [*_without_policies(self.table), *plain]

    def describe(self) -> str:
        return f"Build the walls of {self.table} anew"


def _without_policies(table: str) -> list[str]:
    return [f"DROP POLICY IF EXISTS {name} ON {quoted(table)}" for name in ("scope", "scope_insert")]


def wall(
    table: str,
    unit_column: str = "unit_code",
    *,
    rights: str = "SELECT, INSERT, UPDATE, MAINTAIN",
    write: str | None = None,
    sector: str = "",
    compartment: str = "",
    reach: str = "",
) -> list[str]:
    """The statements of a Wall, for a table that a command makes (the wide rows of facts). Run them as the owner."""
    name, inside = quoted(table), reaching(policy(unit_column, sector=sector, compartment=compartment), reach)
    policies = [f"CREATE POLICY scope ON {name} USING {inside} WITH CHECK {inside}"]
    if write:
        # One policy per command: policies of one command are joined by OR, so a policy FOR ALL would let more in.
        policies = [
            f"CREATE POLICY scope ON {name} FOR SELECT USING {inside}",
            f"CREATE POLICY scope_insert ON {name} FOR INSERT WITH CHECK ({write})",
        ]
    return [
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY",
        *policies,
        *(f"ALTER TABLE {name} ALTER COLUMN {quoted(one)} SET DEFAULT ''" for one in (sector, compartment) if one),
        # many villages, few rows each: with the usual 100 steps the planner takes a district for one row
        f"ALTER TABLE {name} ALTER COLUMN {quoted(unit_column)} SET STATISTICS 1000",
        *Grant(table, rights).forwards(),
    ]


class DoorFunction(Sql):
    """A function that looks over the walls: SECURITY DEFINER, owned by onestop_door, with a fixed search_path.

    `arguments` and `returns` as in SQL; `body` is the text between the quotes. `needs` names the tables it touches and
    what it may do there ({"registry_person": "SELECT"}), since passing the walls is no right to a table. `callers`:
    the roles that may call it; a trigger function needs none. Every one of them stands in the reviewed list of
    tests/architecture/test_walls.py.
    """

    def __init__(
        self,
        name: str,
        arguments: str,
        returns: str,
        body: str,
        language: str = "sql",
        volatility: str = "STABLE",
        needs: Mapping[str, str] | None = None,
        callers: tuple[str, ...] = (APP,),
    ) -> None:
        self.name, self.arguments, self.returns, self.body = name, arguments, returns, body
        self.language, self.volatility = language, volatility
        self.needs, self.callers = dict(needs or {}), tuple(callers)

    def forwards(self) -> list[str]:
        if self.language not in {"sql", "plpgsql"} or self.volatility not in {"STABLE", "VOLATILE", "IMMUTABLE"}:
            raise ValueError(f"The function {self.name} has an unknown language or volatility.")
        if "$door$" in self.body:
            raise ValueError(f"The body of {self.name} may not contain $door$.")
        signature = f"{quoted(self.name)}({self._types()})"
        return [
            *(f"GRANT {rights} ON {quoted(table)} TO {DOOR}" for table, rights in self.needs.items()),
            f"CREATE OR REPLACE FUNCTION {quoted(self.name)}({self.arguments}) RETURNS {self.returns}"
            f" LANGUAGE {self.language} {self.volatility} SECURITY DEFINER"
            " SET search_path = pg_catalog, public, pg_temp"
            f" AS $door${self.body}$door$",
            f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC",
            *(f"GRANT EXECUTE ON FUNCTION {signature} TO {quoted(caller)}" for caller in self.callers),
            f"ALTER FUNCTION {signature} OWNER TO {DOOR}",
        ]

    def backwards(self) -> list[str]:
        return [f"DROP FUNCTION IF EXISTS {quoted(self.name)}({self._types()})"]

    def _types(self) -> str:
        """The arguments without their defaults, as ALTER FUNCTION wants them."""
        return ", ".join(argument.split(" DEFAULT ")[0].strip() for argument in self.arguments.split(",") if argument)

    def describe(self) -> str:
        return f"Open the door {self.name}"
