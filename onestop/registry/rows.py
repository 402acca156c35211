"""The wide rows: made from the answer sheets, memberships and papers, by one statement, for one person or for all.

A row is never patched: whatever was done, the rows of the persons and households concerned are made anew in the same
transaction (`refresh`). So the last answers, the correction that takes one back, the late paper form with an older date
and the voided sheet all come out right by the same few lines, and `rebuild_everything` cannot differ from them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from psycopg import sql

from onestop.registry.columns import TABLES
from onestop.registry.declared import Declared, declared
from onestop.registry.fold import fold, folded, papers
from onestop.registry.models import Household, Person
from onestop.staff.scope import projecting

# Day of a row in which nothing has a beginning
NEVER: Final = "DATE '0001-01-01'"
_CHUNK: Final = 5_000

# Of residences, the void are left out by FILTER: asked for by WHERE, the planner takes the index of their exclusion
# constraint (GiST), which reads many times as much as the B-tree beside it
_PERSONS: Final = """
INSERT INTO registry_personrow (person_id, household_id, unit_code, joined_on, left_on, relation, sex,
                                birth_from, birth_to, died_on, latest_on{names})
SELECT p.id, m.household_id, p.unit_code, m.valid_from, m.valid_to, nullif(m.relation, ''), p.sex,
       p.birth_from, p.birth_to, p.died_on,
       greatest({never}, f.latest_on, m.valid_from, {papers_on} m.lives_on){values}
FROM registry_person p
LEFT JOIN LATERAL (
    SELECT one.household_id, one.relation, one.valid_from, one.valid_to,
           (SELECT max(r.valid_from) FILTER (WHERE r.voided_at IS NULL) FROM registry_residence r
            WHERE r.household_id = one.household_id
              AND (one.valid_to IS NULL OR r.valid_from <= one.valid_to)) AS lives_on
    FROM registry_householdmembership one
    WHERE one.person_id = p.id AND one.voided_at IS NULL
    ORDER BY one.valid_from DESC LIMIT 1
) m ON true
{papers}
{fold}
WHERE p.id {these} AND p.voided_at IS NULL AND p.merged_into_id IS NULL
ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id, unit_code = excluded.unit_code,
    joined_on = excluded.joined_on, left_on = excluded.left_on, relation = excluded.relation, sex = excluded.sex,
    birth_from = excluded.birth_from, birth_to = excluded.birth_to, died_on = excluded.died_on,
    latest_on = excluded.latest_on{updates}
"""

_HOUSEHOLDS: Final = """
INSERT INTO registry_householdrow (household_id, unit_code, latest_on{names})
SELECT h.id, h.unit_code,
       greatest({never}, f.latest_on, (SELECT max(r.valid_from) FILTER (WHERE r.voided_at IS NULL)
                                       FROM registry_residence r WHERE r.household_id = h.id)){values}
FROM registry_household h
{fold}
WHERE h.id {these} AND h.voided_at IS NULL
ON CONFLICT (household_id) DO UPDATE SET unit_code = excluded.unit_code, latest_on = excluded.latest_on{updates}
"""

_GONE: Final = {
    "person": "DELETE FROM registry_personrow r USING registry_person p WHERE p.id = r.person_id"
    " AND r.person_id = ANY(%(ids)s) AND (p.voided_at IS NOT NULL OR p.merged_into_id IS NOT NULL)",
    "household": "DELETE FROM registry_householdrow r USING registry_household h WHERE h.id = r.household_id"
    " AND r.household_id = ANY(%(ids)s) AND h.voided_at IS NOT NULL",
}


THESE: Final = sql.SQL("= ANY(%(ids)s)")


def statement(subject: str, these: sql.Composable = THESE) -> sql.Composed:
    """The statement that makes rows anew; `these` says of which keys, by default of the parameter `ids`."""
    facts = declared().stored(subject)
    columns: list[tuple[str, sql.Composable]] = []
    for fact in facts:
        columns += values_of(fact)
    beside = papers(facts, sql.SQL("p.id"), sql.SQL("true")) if subject == "person" else None
    parts = {
        "never": sql.SQL(NEVER),
        "names": _listed(sql.SQL(", {}").format(sql.Identifier(name)) for name, _value in columns),
        "values": _listed(sql.SQL(", {}").format(value) for _name, value in columns),
        "updates": _listed(sql.SQL(", {0} = excluded.{0}").format(sql.Identifier(name)) for name, _value in columns),
        "fold": fold(subject, facts, sql.SQL("p.id" if subject == "person" else "h.id"), sql.SQL("true")),
        "these": these,
        "papers": beside or sql.SQL(""),
        "papers_on": sql.SQL("d.papers_on,") if beside else sql.SQL(""),
    }
    return sql.SQL(_PERSONS if subject == "person" else _HOUSEHOLDS).format(**parts)


def values_of(fact: Declared) -> list[tuple[str, sql.Composable]]:
    """The columns of one fact in a row, from the fold f and the papers d."""
    columns = folded(fact)
    if fact.source == "documents":
        columns.append((f"{fact.code}_until", sql.SQL("d.{}").format(sql.Identifier(f"{fact.code}_until"))))
    return columns


def _listed(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL("").join(parts)


def refresh(*, persons: Iterable[UUID] = (), households: Iterable[UUID] = ()) -> None:
    """Make these rows anew, in the caller's transaction; rows of the voided and the merged go.

    A row holds every answer, also those of compartments the caller is outside of: rules of officers inside read them.
    """
    for subject, asked in (("person", list(persons)), ("household", list(households))):
        if asked:
            with projecting(), connection.cursor() as cursor:
                cursor.execute(statement(subject), {"ids": asked})
                cursor.execute(_GONE[subject], {"ids": asked})


def rebuild_everything(
    progress: Callable[[str, int], object] | None = None, subjects: Sequence[str] = tuple(TABLES)
) -> dict[str, int]:
    """Make every row anew, in chunks of a few thousand, each in its own transaction; returns how many of each subject.

    Run inside a scope: only what the scope covers is made anew.
    """
    done = dict.fromkeys(subjects, 0)
    for subject in subjects:
        for ids in _chunks(subject):
            with transaction.atomic():
                refresh(**{"persons" if subject == "person" else "households": ids})
            done[subject] += len(ids)
            if progress:
                progress(subject, done[subject])
    return done


def _chunks(subject: str) -> Iterator[list[UUID]]:
    model: type[Person] | type[Household] = Person if subject == "person" else Household
    last = UUID(int=0)
    while ids := list(model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_CHUNK]):
        yield ids
        last = ids[-1]
