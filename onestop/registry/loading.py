"""Loading many households at once: the pilot, a village list, a file of another office.

    with system_scope("system.loader"):
        loaded = load(households, by=officer, name="pilot")

Every household is checked as it streams by; a wrong one is left out whole and listed with its line and reason, the good
ones go in. All in one transaction: a server killed on the way leaves nothing behind, and the next start is as before.

PostgreSQL refuses COPY into a table behind a wall. So rows are copied into temporary tables and inserted from there by
a few statements under the scope of the officer; triggers write the history once a statement.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from types import SimpleNamespace
from typing import Any, Final

from django.db import connection, transaction
from psycopg import sql

from onestop.areas.clock import now
from onestop.areas.keys import uuid7
from onestop.journal.actions import record
from onestop.registry.checking import Checked, Checker, RowWrong
from onestop.registry.choices import LOADED, NumberKind
from onestop.registry.issue import take_numbers
from onestop.registry.rows import statement
from onestop.staff.models import Officer

_BATCH: Final = 1_000
Progress = Callable[[int], object]
# (the household as it was given, its key, the keys of its members in the order given)
Written = Callable[[Any, str, list[str]], object]

# Each temporary table, its columns, and where they go. Keys that nothing points at are made by the database.
_TABLES: Final[dict[str, tuple[str, str, str]]] = {
    "load_person": (
        "registry_person",
        "id uuid, number text, family_name_km text, given_name_km text, family_name_latin text, given_name_latin text,"
        " name_sort bytea, sex text, birth_date date, birth_precision text, birth_from date, birth_to date,"
        " died_on date, phone text, unit_code text",
        "",
    ),
    "load_household": (
        "registry_household",
        "id uuid, folder_number text, address text, phone text, head_id uuid, unit_code text",
        "",
    ),
    "load_residence": (
        "registry_residence",
        "household_id uuid, village_code text, valid_from date, unit_code text",
        "",
    ),
    "load_membership": (
        "registry_householdmembership",
        "person_id uuid, household_id uuid, relation text, valid_from date, valid_to date, unit_code text",
        "",
    ),
    "load_document": (
        "registry_identitydocument",
        "person_id uuid, kind text, number text, issuer text, valid_from date, valid_to date, unit_code text",
        "",
    ),
    "load_poverty": (
        "registry_povertystatus",
        "household_id uuid, level smallint, round text, card_number text, valid_from date, valid_to date, source text,"
        " unit_code text",
        "recorded_at",
    ),
    "load_sheet": (
        "registry_answersheet",
        "person_id uuid, household_id uuid, topic text, observed_on date, source text, answers jsonb, unit_code text",
        "recorded_at, observed_by_id",
    ),
}

# What the planner needs to know of the tables: the columns that are searched and joined by, and how many are void
_STATISTICS: Final = (
    "registry_person (id, unit_code, name_sort, birth_date, voided_at, merged_into_id)",
    "registry_household (id, unit_code, voided_at)",
    "registry_residence (household_id, village_code, unit_code, valid_from, valid_to, voided_at)",
    "registry_householdmembership (person_id, household_id, valid_from, valid_to, unit_code, voided_at)",
    "registry_identitydocument (person_id, kind, number, unit_code, voided_at)",
    "registry_povertystatus (household_id, valid_from, valid_to, unit_code, voided_at)",
    "registry_answersheet (person_id, household_id, replaces_id, observed_on, unit_code, voided_at)",
)
_ROW_STATISTICS: Final = (
    "registry_personrow (person_id, household_id, unit_code, joined_on, left_on, sex, birth_from, died_on, latest_on)",
    "registry_householdrow (household_id, unit_code, latest_on)",
)


@dataclass(frozen=True)
class RowProblem:
    """A household that was left out: its place in the file (1-based), its key, and why."""

    line: int
    key: str
    reason: str


@dataclass
class Loaded:
    """What a load did."""

    households: int = 0
    persons: int = 0
    sheets: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def load(
    households: Iterable[Any],
    *,
    by: Officer,
    name: str = "",
    source: str = "list",
    progress: Progress | None = None,
    written: Written | None = None,
) -> Loaded:
    """Check and write households with everything that belongs to them, all or nothing; the wrong ones are listed.

    `households`: objects, or mappings, of the shape of `pilot.people.Household`. `progress` is told the households read
    so far. `written` is told the keys under which each good household stands, so that a higher room can add to it in
    the same transaction. Needs an open scope of `by` that covers the villages.
    """
    loaded = Loaded()
    with transaction.atomic(), connection.cursor() as cursor:
        _make_tables(cursor)
        checker = Checker(source)
        read = 0
        lines = enumerate(households, start=1)
        while batch := list(islice(lines, _BATCH)):
            good = list(_checked(checker, batch, loaded.problems))
            _copy(cursor, _rows_of(good, written))
            read += len(batch)
            loaded.households += len(good)
            loaded.persons += sum(len(household.members) for _given, household in good)
            loaded.sheets += sum(household.sheet_count for _given, household in good)
            if progress:
                progress(read)
        _insert(cursor, by)
        for table in _TABLES:  # a second load may follow in the same transaction
            cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(table)))
        note = f"{name}: {loaded.households} / {loaded.persons} ({len(loaded.problems)})"
        record(LOADED, by=by, subject_kind="registry.household", note=note.lstrip(": "))
    return loaded


def _make_tables(cursor: Any) -> None:
    for table, (_target, columns, _constant) in _TABLES.items():
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ({}) ON COMMIT DROP").format(sql.Identifier(table), sql.SQL(columns))
        )


def _checked(
    checker: Checker, batch: list[tuple[int, Any]], problems: list[RowProblem]
) -> Iterator[tuple[Any, Checked]]:
    """The good households of a batch, with what was given; the others go to the problems."""
    for line, given in batch:
        try:
            yield given, checker.household(_as_object(given) if isinstance(given, Mapping) else given)
        except RowWrong as wrong:
            problems.append(RowProblem(line, wrong.key, wrong.reason))


def _as_object(given: Any) -> Any:
    """A mapping, and the mappings inside it, as objects with attributes; answers stay a mapping."""
    if isinstance(given, Mapping):
        return SimpleNamespace(
            **{key: value if key == "answers" else _as_object(value) for key, value in given.items()}
        )
    return [_as_object(one) for one in given] if isinstance(given, list | tuple) else given


def _rows_of(good: list[tuple[Any, Checked]], written: Written | None) -> dict[str, list[str]]:
    """The lines of every temporary table, with numbers and keys given."""
    rows: dict[str, list[str]] = {table: [] for table in _TABLES}
    folders = iter(take_numbers(NumberKind.HOUSEHOLD, len(good), office=None))
    persons = sum(len(household.members) for _given, household in good)
    numbers = iter(take_numbers(NumberKind.PERSON, persons, office=None))
    for given, household in good:
        key, unit = str(uuid7()), household.unit_code
        members = [str(uuid7()) for _member in household.members]
        head = members[household.head] if household.head is not None else "\\N"
        rows["load_household"].append(
            f"{key}\t{next(folders)}\t{household.address}\t{household.phone}\t{head}\t{unit}\n"
        )
        rows["load_residence"].append(f"{key}\t{unit}\t{household.since}\t{unit}\n")
        rows["load_poverty"] += [f"{key}\t{line}\t{unit}\n" for line in household.poverty]
        rows["load_sheet"] += [f"\\N\t{key}\t{line}\t{unit}\n" for line in household.sheets]
        for member_key, member in zip(members, household.members, strict=True):
            rows["load_person"].append(f"{member_key}\t{next(numbers)}\t{member.columns}\t{unit}\n")
            rows["load_membership"].append(f"{member_key}\t{key}\t{member.membership}\t{unit}\n")
            rows["load_document"] += [f"{member_key}\t{line}\t{unit}\n" for line in member.documents]
            rows["load_sheet"] += [f"{member_key}\t\\N\t{line}\t{unit}\n" for line in member.sheets]
        if written:
            written(given, key, members)
    return rows


def _copy(cursor: Any, rows: dict[str, list[str]]) -> None:
    for table, lines in rows.items():
        if lines:
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                copy.write("".join(lines))


def _insert(cursor: Any, by: Officer) -> None:
    """From the temporary tables into the walled ones, then the wide rows, with statistics for the planner."""
    constants = {"recorded_at": now(), "observed_by_id": by.pk}
    for table, (target, columns, constant) in _TABLES.items():
        names = [column.split()[0] for column in columns.split(",")]
        extra = [name for name in constant.split(", ") if name]
        cursor.execute(
            sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
                sql.Identifier(target),
                sql.SQL(", ").join(map(sql.Identifier, names + extra)),
                sql.SQL(", ").join([*map(sql.Identifier, names), *(sql.Placeholder(name) for name in extra)]),
                sql.Identifier(table),
            ),
            {name: constants[name] for name in extra},
        )
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("load_person (id)", "load_household (id)", *_STATISTICS):
        cursor.execute(f"ANALYZE {table}")
    cursor.execute(statement("person", sql.SQL("IN (SELECT id FROM load_person)")))
    cursor.execute(statement("household", sql.SQL("IN (SELECT id FROM load_household)")))
    for row in _ROW_STATISTICS:
        cursor.execute(f"ANALYZE {row}")
