"""The tables of a load: where checked lines are copied to, and the statements that put them behind the walls.

PostgreSQL refuses COPY into a table behind a wall. So lines are copied into temporary tables, and inserted from there
under the scope of the officer; triggers write the history once a statement. Then the wide rows of the new people are
made by the same statement as always.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Self

from psycopg import sql

from onestop.areas.clock import now
from onestop.areas.keys import uuid7_texts
from onestop.registry.checking import NULL, Checked
from onestop.registry.rows import statement
from onestop.staff.models import Officer

# Each temporary table, its columns, and where they go. Keys are made here, many at once: the server of the wheel opens
# /dev/urandom for each.
_TABLES: Final[dict[str, tuple[str, str, str]]] = {
    "load_person": (
        "registry_person",
        "number text, id uuid, family_name_km text, given_name_km text, family_name_latin text, given_name_latin text,"
        " name_sort bytea, sex text, birth_date date, birth_precision text, birth_from date, birth_to date,"
        " died_on date, phone text, unit_code text",
        "",
    ),
    "load_household": (
        "registry_household",
        "folder_number text, id uuid, address text, phone text, head_id uuid, unit_code text",
        "",
    ),
    "load_residence": (
        "registry_residence",
        "id uuid, household_id uuid, village_code text, valid_from date, unit_code text",
        "",
    ),
    "load_membership": (
        "registry_householdmembership",
        "id uuid, person_id uuid, household_id uuid, relation text, valid_from date, valid_to date, unit_code text",
        "",
    ),
    "load_document": (
        "registry_identitydocument",
        "id uuid, person_id uuid, kind text, number text, issuer text, valid_from date, valid_to date, unit_code text",
        "",
    ),
    "load_poverty": (
        "registry_povertystatus",
        "id uuid, household_id uuid, level smallint, round text, card_number text, valid_from date, valid_to date,"
        " source text, unit_code text",
        "recorded_at",
    ),
    "load_sheet": (
        "registry_answersheet",
        "id uuid, person_id uuid, household_id uuid, topic text, compartment text, observed_on date, source text,"
        " answers jsonb, unit_code text",
        "recorded_at observed_by_id",
    ),
    "load_searchkey": (
        "registry_searchkey",
        "person_id uuid, key text, born_from smallint, born_to smallint, unit_code text",
        "",
    ),
}

# Those whose rows get a number of the office's, which is taken last
_NUMBERED: Final = ("load_person", "load_household")

# What the planner needs to know of the tables: the columns that are searched and joined by, and how many are void
_SEARCHED: Final = {
    "registry_person": "id, name_sort, birth_date, voided_at, merged_into_id",
    "registry_household": "id, voided_at",
    "registry_residence": "household_id, village_code, valid_from, valid_to, voided_at",
    "registry_householdmembership": "person_id, household_id, valid_from, valid_to, voided_at",
    "registry_identitydocument": "person_id, kind, number, voided_at",
    "registry_povertystatus": "household_id, valid_from, valid_to, voided_at",
    "registry_answersheet": "person_id, household_id, replaces_id, observed_on, voided_at",
    "registry_searchkey": "person_id, key, born_from, born_to",
    "registry_personrow": "person_id, household_id, joined_on, left_on, sex, birth_from, died_on, latest_on",
    "registry_householdrow": "household_id, latest_on",
}
# The unit has ten times the steps of a usual column (areas/walls.py). Asked for together, all would be looked at with
# a sample ten times as large.
_STATISTICS: Final = tuple(
    f"{table} ({columns})" for table, searched in _SEARCHED.items() for columns in ("unit_code", searched)
)


class Lines:
    """Checked households as lines of the temporary tables, with keys; the numbers come last, in `tables`."""

    def __init__(self, households: Iterable[Checked]) -> None:
        self.keys: list[tuple[str, list[str]]] = []
        self.rows: dict[str, list[str]] = {table: [] for table in _TABLES}
        self.texts: dict[str, bytes] = {}
        checked = list(households)
        keys = iter(uuid7_texts(sum(household.row_count for household in checked)))
        for household in checked:
            self._add(household, keys)

    @property
    def persons(self) -> int:
        return len(self.rows["load_person"])

    def _add(self, household: Checked, keys: Iterator[str]) -> None:
        rows, unit, key = self.rows, household.unit_code, next(keys)
        members = list(islice(keys, len(household.members)))
        self.keys.append((key, members))
        head = members[household.head] if household.head is not None else NULL
        rows["load_household"].append(f"{key}\t{household.address}\t{household.phone}\t{head}\t{unit}\n")
        rows["load_residence"].append(f"{next(keys)}\t{key}\t{unit}\t{household.since}\t{unit}\n")
        rows["load_poverty"] += [f"{next(keys)}\t{key}\t{line}\t{unit}\n" for line in household.poverty]
        rows["load_sheet"] += [f"{next(keys)}\t{NULL}\t{key}\t{line}\t{unit}\n" for line in household.sheets]
        for member_key, member in zip(members, household.members, strict=True):
            rows["load_person"].append(f"{member_key}\t{member.columns}\t{unit}\n")
            rows["load_membership"].append(f"{next(keys)}\t{member_key}\t{key}\t{member.membership}\t{unit}\n")
            rows["load_document"] += [f"{next(keys)}\t{member_key}\t{line}\t{unit}\n" for line in member.documents]
            rows["load_sheet"] += [f"{next(keys)}\t{member_key}\t{NULL}\t{line}\t{unit}\n" for line in member.sheets]
            rows["load_searchkey"] += [f"{member_key}\t{line}\t{unit}\n" for line in member.search_keys]

    def joined(self) -> Self:
        """Make the texts that need no number, so that the server does not wait for them afterwards."""
        self.texts = {table: "".join(self.rows.pop(table)).encode() for table in _TABLES if table not in _NUMBERED}
        return self

    def tables(self, numbers: Iterable[str], folders: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Each temporary table and what COPY writes to it."""
        for table, given in zip(_NUMBERED, (numbers, folders), strict=True):
            lines = zip(given, self.rows[table], strict=True)
            yield table, "".join([f"{number}\t{line}" for number, line in lines]).encode()
        yield from self.texts.items()


def _put(connection: Any, text: bytes) -> None:
    """Hand over a whole text at once; Copy.write gives block after block, and each waits for the busy interpreter."""
    connection.nonblocking = 0
    try:
        connection.put_copy_data(text)
    finally:
        connection.nonblocking = 1


class Staging:
    """The temporary tables of one load in the open transaction; `close` takes them away again."""

    def __init__(self, cursor: Any, by: Officer) -> None:
        self.cursor = cursor
        self.constants = {"recorded_at": now(), "observed_by_id": by.pk}
        for table, (_target, columns, _constant) in _TABLES.items():
            cursor.execute(sql.SQL("CREATE TEMPORARY TABLE {} ({})").format(sql.Identifier(table), sql.SQL(columns)))
        # keys are checked at the end of each statement: no queue of a million checks waits for the commit
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.first, self.further = (
            sql.SQL(";\n").join(self._statements(first=first)).as_string(cursor.connection) for first in (True, False)
        )

    def write(self, tables: Iterable[tuple[str, bytes]]) -> None:
        """Copy, insert behind the walls, make the wide rows."""
        for table, text in tables:
            if text:
                with self.cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    _put(copy.connection.pgconn, text)
        # one message to the server: each answer waits until the thread that reads lets go of the interpreter
        self.cursor.execute(self.first or self.further)
        self.first = ""

    def _statements(self, *, first: bool) -> Iterator[sql.Composable]:
        """From the temporary tables to the rows behind the walls, the wide rows among them."""
        for table, (target, columns, constant) in _TABLES.items():
            yield self._insert(table, target, [column.split()[0] for column in columns.split(",")], constant.split())
        yield sql.SQL("ANALYZE load_person (id), load_household (id)")
        if first:  # an empty table has no statistics, and the next statement would take hours for minutes
            yield self._analyze()
        yield statement("person", sql.SQL("= ANY(ARRAY(SELECT id FROM load_person))"))
        yield statement("household", sql.SQL("= ANY(ARRAY(SELECT id FROM load_household))"))
        yield sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, _TABLES)))

    def _insert(self, table: str, target: str, names: list[str], constants: list[str]) -> sql.Composable:
        return sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
            sql.Identifier(target),
            sql.SQL(", ").join(map(sql.Identifier, names + constants)),
            sql.SQL(", ").join(
                [*map(sql.Identifier, names), *(sql.Literal(self.constants[name]) for name in constants)]
            ),
            sql.Identifier(table),
        )

    def _analyze(self) -> sql.Composable:
        """Let the planner know the tables as they are now."""
        return sql.SQL("ANALYZE {}").format(sql.SQL(", ".join(_STATISTICS)))

    def close(self) -> None:
        """Statistics for the first cross-table, and no trace of the load but what was loaded."""
        self.cursor.execute(self._analyze())
        for table in _TABLES:  # a second load may follow in the same transaction
            self.cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
        self.cursor.execute("SET CONSTRAINTS ALL DEFERRED")
