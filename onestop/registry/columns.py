"""The columns of the wide rows: one for every fact the country declares, added by the owner (`facts load`).

Nothing is ever dropped. A fact that is no longer declared is marked withdrawn and keeps its column and its answers; a
fact whose type changed is refused, since what was answered under the old type cannot be read under the new.
"""

from dataclasses import dataclass, field
from typing import Final

from django.db import connection, transaction
from psycopg import sql

from onestop.areas.clock import now
from onestop.registry.declared import Declarations, Declared, declared
from onestop.registry.models import FactColumn, HouseholdRow, PersonRow

TABLES: Final = {"person": PersonRow._meta.db_table, "household": HouseholdRow._meta.db_table}
KEYS: Final = {"person": "person_id", "household": "household_id"}
FIXED: Final = {
    "person": frozenset(column.column for column in PersonRow._meta.concrete_fields),
    "household": frozenset(column.column for column in HouseholdRow._meta.concrete_fields),
}
_SQL_TYPES: Final = {
    "bool": "boolean",
    "whole": "bigint",
    "decimal": "numeric(18,4)",
    "date": "date",
    "date interval": "date",
    "code": 'text COLLATE "C"',
    "text": 'text COLLATE "C"',
    "set": 'text[] COLLATE "C"',
}


class FactsRefused(Exception):
    """The declared facts cannot be stored beside what is stored already; each problem is one line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass
class Loaded:
    """What `facts load` did, in fact keys such as person.grade."""

    added: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    returned: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    dated: list[str] = field(default_factory=list)

    @property
    def must_rebuild(self) -> bool:
        """True when a column is new for answers that may be there already."""
        return bool(self.added or self.returned or self.dated)


def columns_of(fact: Declared) -> list[tuple[str, str]]:
    """Names and SQL types of a stored fact's columns.

    `<code>`; of an imprecise date `<code>_to` too; `<code>_on` when answers grow old; `<code>_until`, the last day of
    the paper, for a fact that documents prove.
    """
    columns = [(fact.code, _SQL_TYPES[fact.storage])]
    if fact.storage == "date interval":
        columns.append((f"{fact.code}_to", "date"))
    if fact.has_day:
        columns.append((f"{fact.code}_on", "date"))
    if fact.source == "documents":
        columns.append((f"{fact.code}_until", "date"))
    return columns


def place(fact: Declared) -> str:
    return f"{fact.node.file}:{fact.node.line}"


def problems_of(declarations: Declarations) -> list[str]:
    """What keeps these facts from being stored, one line each with the way out."""
    problems = []
    before = {(one.of, one.code): one for one in FactColumn.objects.all()}
    for subject in TABLES:
        taken = dict.fromkeys(FIXED[subject], "a column of our own")
        for fact in declarations.stored(subject):
            for column, _type in columns_of(fact):
                if column in taken:
                    problems.append(
                        f"{place(fact)}: the fact {subject}.{fact.code} needs the column '{column}', "
                        f"which is {taken[column]}. Give the fact another code."
                    )
                taken[column] = f"of the fact {subject}.{fact.code}"
            known = before.get((subject, fact.code))
            if known and known.kind != fact.storage:
                problems.append(
                    f"{place(fact)}: the fact {subject}.{fact.code} was stored as {known.kind} and is now "
                    f"declared as {fact.storage}. What was answered cannot change its type: declare a new fact with "
                    f"a new code (for example {fact.code}_2) and leave '{fact.code}' out; its answers stay."
                )
    return problems


def load(declarations: Declarations | None = None) -> Loaded:
    """Make a column for every declared fact, as the owner and in one transaction. Running it again changes nothing.

    Raises FactsRefused with every problem, and then changes nothing. The caller rebuilds the rows when
    `must_rebuild` says so (`rows.rebuild_everything`).
    """
    declarations = declarations or declared()
    if problems := problems_of(declarations):
        raise FactsRefused(problems)
    loaded = Loaded()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('onestop facts load'))")
        known = {(one.of, one.code): one for one in FactColumn.objects.select_for_update()}
        for fact in declarations:
            if not fact.is_stored:
                continue
            key = f"{fact.of}.{fact.code}"
            for column, kind in columns_of(fact):
                cursor.execute(
                    sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} {}").format(
                        sql.Identifier(TABLES[fact.of]), sql.Identifier(column), sql.SQL(kind)
                    )
                )
            one = known.pop((fact.of, fact.code), None)
            if one is None:
                FactColumn.objects.create(of=fact.of, code=fact.code, kind=fact.storage, has_day=fact.has_day)
                loaded.added.append(key)
                continue
            if one.withdrawn_at:
                loaded.returned.append(key)
            elif fact.has_day and not one.has_day:
                loaded.dated.append(key)
            else:
                loaded.kept.append(key)
            FactColumn.objects.filter(pk=one.pk).update(withdrawn_at=None, has_day=one.has_day or fact.has_day)
        for (of, code), one in known.items():
            if one.withdrawn_at is None:
                FactColumn.objects.filter(pk=one.pk).update(withdrawn_at=now())
                loaded.withdrawn.append(f"{of}.{code}")
    return loaded
