"""Finding a person: by number, paper or telephone straight, by name however it is spelt.

    with scope(officer):
        found = find("Chea Borey", officer=officer, village="17120611")

A name is looked up by its sounds (`names/`) in a table of keys of its own, since under the walls only equality and
ranges of a B-tree are fast; at most 500 people come out of it, and only these are compared letter by letter. Where the
clerk knows the village or the year of birth, the search looks nowhere else: `near` looks everywhere.
Every search is a line in the journal, without what was typed.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import range_of
from onestop.journal.actions import record
from onestop.registry.choices import SEARCHED
from onestop.registry.models import Household, Person, PersonRow
from onestop.registry.models.searching import UNKNOWN_FROM, UNKNOWN_TO
from onestop.registry.names.keys import Asked, asked
from onestop.registry.names.likeness import Name, Written, written
from onestop.registry.straight import straight
from onestop.staff.models import Officer

__all__ = ["Found", "find", "looked_in", "near"]

LIMIT: Final = 20
CANDIDATES: Final = 500
# A name less like than this is another name
LEAST: Final = 66.0
# … and than this too unlike to be shown even when nobody was found
LEAST_NEAR: Final = 60.0
# An estimated year may be missed by so many, and each counts so much
_YEARS: Final = 2
_PER_YEAR: Final = 2.0
_UNKNOWN_YEAR: Final = 4.0
# With fewer found than this, names that begin so are looked up too
_FEW: Final = 5
_LONGEST: Final = 120

_WHERE: Final = """k.unit_code >= %(low)s AND k.unit_code < %(high)s
          AND k.born_to >= %(first)s AND k.born_from <= %(last)s"""
_PERSON: Final = """
SELECT p.id, p.family_name_km, p.given_name_km, p.family_name_latin, p.given_name_latin, p.sex,
       p.birth_from, p.birth_to
FROM (SELECT DISTINCT person_id FROM found) f JOIN registry_person p ON p.id = f.person_id
"""
# Keys are asked one by one, in their order: each is a walk down the index, and the best come before the limit
_BY_KEYS: Final = f"""
WITH found AS MATERIALIZED (
    SELECT one.person_id
    FROM unnest(%(keys)s::text[]) AS asked (key)
    CROSS JOIN LATERAL (
        SELECT k.person_id FROM registry_searchkey k
        WHERE k.key = asked.key AND {_WHERE}
        LIMIT %(most)s
    ) one
    LIMIT %(most)s
){_PERSON}"""  # noqa: S608  (our own text)
_BY_BEGINNING: Final = f"""
WITH found AS MATERIALIZED (
    SELECT k.person_id FROM registry_searchkey k
    WHERE k.key >= %(begins)s AND k.key < %(ends)s AND {_WHERE}
    ORDER BY k.key, k.unit_code LIMIT %(most)s
){_PERSON}"""  # noqa: S608  (our own text)


@dataclass(frozen=True)
class Found:
    """A person, the household the person lives or last lived in, how sure (0–100), and why, as a sentence."""

    person: Person
    household: Household | None
    score: float
    why: str


@dataclass(frozen=True)
class _Evidence:
    """What the clerk knows beside the name."""

    village: str
    birth_year: int | None
    sex: str

    def parameters(self) -> dict[str, Any]:
        low, high = range_of(self.village)
        year = self.birth_year
        return {
            "low": low,
            "high": high,
            "first": UNKNOWN_FROM if year is None else year - _YEARS,
            "last": UNKNOWN_TO if year is None else year + _YEARS,
            "most": CANDIDATES,
        }

    def against(self, sex: str | None, birth_from: date | None, birth_to: date | None) -> float | None:
        """What speaks against a candidate; None when it is somebody else."""
        if self.sex and sex and sex != self.sex:
            return None
        if self.birth_year is None:
            return 0.0
        if birth_from is None or birth_to is None:
            return _UNKNOWN_YEAR
        return _PER_YEAR * max(birth_from.year - self.birth_year, self.birth_year - birth_to.year, 0)


def find(
    text: str,
    *,
    officer: Officer,
    village: str = "",
    birth_year: int | None = None,
    sex: str = "",
    limit: int = LIMIT,
) -> list[Found]:
    """The people a clerk may mean, the likeliest first, at most `limit`; inside the officer's open scope.

    `text`: a name in Khmer or Latin letters, either part first, whole or in part; or a membership number, a folder
    number, a telephone number, the number of a paper: these give exactly who has them, whatever else is known.
    `village`: the code of a village, or of any unit above. `birth_year` may be missed by two. Raises ScopeMissing,
    TooManyQuestions (straight.py).
    """
    people = Person.objects.visible_to(officer)  # raises without a scope, also for an empty text
    text = _typed(text)
    exact = straight(text, officer=officer)
    if exact is not None:
        why, persons = exact
        found = _with_households([(person, 100.0, why) for person in persons[:limit]])
    elif people.query.is_empty():  # sees figures, not persons
        found = []
    else:
        found = _by_name(text, _Evidence(village, birth_year, sex), officer=officer, limit=limit, least=LEAST)
    record(SEARCHED, by=officer, subject_kind="registry.person", unit_code=village, note=str(len(found)))
    return found


def near(text: str, *, officer: Officer, limit: int = 5) -> list[Found]:
    """When nothing was found: names anywhere in the officer's area that are nearly like it. Raises ScopeMissing."""
    text = _typed(text)
    if Person.objects.visible_to(officer).query.is_empty():
        found = []
    else:
        found = _by_name(text, _Evidence("", None, ""), officer=officer, limit=limit, least=LEAST_NEAR)
    record(SEARCHED, by=officer, subject_kind="registry.person", note=str(len(found)))
    return found


def looked_in(village: str = "", birth_year: int | None = None) -> str:
    """Where `find` has looked, as a sentence for the page."""
    unit = AdministrativeUnit.objects.filter(code=village).first() if village else None
    place = unit.full_name if unit else _("your whole area")
    if birth_year is None:
        return _("Looked in: %(place)s.") % {"place": place}
    years = {"place": place, "first": birth_year - _YEARS, "last": birth_year + _YEARS}
    return _("Looked in: %(place)s, among people born from %(first)s to %(last)s or whose birth is not known.") % years


def _typed(text: str) -> str:
    """What may have been meant as a name or number: no letter PostgreSQL refuses, and no page pasted by mistake."""
    return text.replace("\x00", " ")[:_LONGEST]


def _by_name(text: str, evidence: _Evidence, *, officer: Officer, limit: int, least: float) -> list[Found]:
    keys, name = asked(text), written(text)
    if not keys.exact:
        return []
    best = _ranked(_candidates(keys, evidence), name, evidence, least)
    if len(best) < _FEW:
        seen = {key for _score, key in best}
        more = _ranked(_beginning(keys, evidence), name, evidence, least)
        best = sorted([*best, *(one for one in more if one[1] not in seen)], key=lambda one: -one[0])
    best = best[:limit]
    persons = Person.objects.visible_to(officer).kept().in_bulk([key for _score, key in best])
    return _with_households([(persons[key], score, _why(score)) for score, key in best if key in persons])


def _ranked(rows: list[tuple[Any, ...]], name: Written, evidence: _Evidence, least: float) -> list[tuple[float, UUID]]:
    """The candidates that are like enough, the likeliest first."""
    scored = []
    for key, family_km, given_km, family_latin, given_latin, sex, birth_from, birth_to in rows:
        against = evidence.against(sex, birth_from, birth_to)
        if against is None:
            continue
        likeness = name.likeness(Name(family_km, given_km, family_latin, given_latin))
        if likeness >= least:
            scored.append((likeness - against, key))
    return sorted(scored, key=lambda one: (-one[0], one[1]))


def _candidates(keys: Asked, evidence: _Evidence) -> list[tuple[Any, ...]]:
    return _rows(_BY_KEYS, evidence.parameters() | {"keys": [*keys.exact, *keys.near]})


def _beginning(keys: Asked, evidence: _Evidence) -> list[tuple[Any, ...]]:
    most = CANDIDATES // len(keys.begins)
    rows = []
    for begins, ends in keys.begins:
        rows += _rows(_BY_BEGINNING, evidence.parameters() | {"begins": begins, "ends": ends, "most": most})
    return list({row[0]: row for row in rows}.values())


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _why(score: float) -> str:
    if score >= 99.5:
        return _("The name as it is recorded")
    return _("Sounds like it") if score >= 85 else _("A similar name")


def _with_households(found: list[tuple[Person, float, str]]) -> list[Found]:
    keys = [person.pk for person, _score, _why in found]
    rows = PersonRow.objects.filter(pk__in=keys).select_related("household") if keys else []
    households = {row.person_id: row.household for row in rows}
    return [Found(person, households.get(person.pk), round(score, 1), why) for person, score, why in found]
