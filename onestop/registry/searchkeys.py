"""The keys of persons in the database: written with the person, moved with it, taken away with it.

Whoever writes a name calls `write_keys` in the same transaction (actions/registering.py, actions/mending.py); a load
copies the lines of `lines_of` (staging.py). A move is followed by `registry_follow`, as that of every row of a person.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from onestop.registry.models import Person
from onestop.registry.models.searching import UNKNOWN_FROM, UNKNOWN_TO
from onestop.registry.names.keys import keys_of

__all__ = ["drop_keys", "lines_of", "rebuild_keys", "write_keys"]

_CHUNK = 5_000


def years_of(birth_from: date | None, birth_to: date | None) -> tuple[int, int]:
    """The years in which the birth may have been, both included."""
    return (birth_from.year if birth_from else UNKNOWN_FROM, birth_to.year if birth_to else UNKNOWN_TO)


def lines_of(names: Iterable[str], birth_from: date | None, birth_to: date | None) -> list[str]:
    """The keys of a person of these four names as lines of COPY: key, first and last year; without person and place."""
    first, last = years_of(birth_from, birth_to)
    return [f"{_copied(key)}\t{first}\t{last}" for key in keys_of(*names)]


def _copied(key: str) -> str:
    return key if key.isascii() else key.replace("\\", "\\\\")


def write_keys(persons: Sequence[Person]) -> None:
    """Make the keys of these persons anew, in the caller's transaction; the voided and the merged have none."""
    rows: list[tuple[Any, ...]] = []
    for person in persons:
        if person.is_void or person.merged_into_id:
            continue
        first, last = years_of(person.birth_from, person.birth_to)
        keys = keys_of(person.family_name_km, person.given_name_km, person.family_name_latin, person.given_name_latin)
        rows += [(person.pk, key, person.unit_code, first, last) for key in sorted(keys)]
    drop_keys([person.pk for person in persons])
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO registry_searchkey (person_id, key, unit_code, born_from, born_to)"
                " SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::smallint[], %s::smallint[])",
                [list(column) for column in zip(*rows, strict=True)],
            )


def drop_keys(persons: Iterable[UUID]) -> None:
    """Let nobody find these persons by name any more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_searchkey WHERE person_id = ANY(%s::uuid[])", [list(persons)])


def rebuild_keys(progress: Callable[[int], object] | None = None) -> int:
    """Make the keys of everybody in the open scope anew, a few thousand at a time; returns of how many persons.

    Needed when the rules of `names` change: a key made by the old ones is not found by the new.
    """
    done, last = 0, UUID(int=0)
    while persons := list(Person.objects.filter(pk__gt=last).order_by("pk")[:_CHUNK]):
        with transaction.atomic():
            write_keys(persons)
        done, last = done + len(persons), persons[-1].pk
        if progress:
            progress(done)
    return done
