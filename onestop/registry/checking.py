"""Checking one household of a file, and writing it as lines for COPY.

The same rules as those of the actions and of the database's constraints, told before anything is written, since a
statement that inserts a hundred thousand rows cannot say which of them was wrong. Made for speed: what was seen before
is not looked at again: a day, a birth, an answer, the answers of a whole sheet.
"""

import json
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.dates import birth_interval
from onestop.areas.models import AdministrativeUnit
from onestop.areas.phones import PhoneWrong, e164
from onestop.areas.scope import current
from onestop.areas.text import normalise
from onestop.registry.actions.papers import paper_kinds, paper_number
from onestop.registry.actions.registering import NAMES, sort_key_of
from onestop.registry.choices import Precision, Sex
from onestop.registry.declared import Declared, declared
from onestop.registry.searchkeys import lines_of
from onestop.registry.values import AnswerRefused, written

NULL: Final = "\\N"
_SEXES: Final = frozenset(Sex.values)
_PRECISIONS: Final = frozenset(Precision.values)
# Values of which two that are equal are the same answer, when they are of one type
_PLAIN: Final = frozenset({bool, int, float, str, date, Decimal})
_REMEMBERED: Final = 30_000  # sheets; some 20 MB
_NOTHING: Final[dict[Any, Any]] = {}


class RowWrong(Exception):
    """A household that cannot be loaded: the key of the row at fault, and why."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key, self.reason = key, reason


@dataclass(slots=True)
class CheckedMember:
    """One person as lines of COPY, without the keys."""

    columns: str
    membership: str
    documents: list[str]
    sheets: list[str]
    search_keys: list[str]


@dataclass(slots=True)
class Checked:
    """One household as lines of COPY, without the keys."""

    unit_code: str
    address: str
    phone: str
    since: str
    head: int | None
    members: list[CheckedMember] = field(default_factory=list)
    poverty: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)

    @property
    def sheet_count(self) -> int:
        return len(self.sheets) + sum(len(member.sheets) for member in self.members)

    @property
    def row_count(self) -> int:
        """Rows with a key: household and residence, person and membership, and what belongs to them."""
        own = 2 + len(self.poverty) + 2 * len(self.members) + self.sheet_count
        return own + sum(len(member.documents) for member in self.members)


def text(value: Any) -> str:
    """A value as COPY reads it."""
    return NULL if value is None else str(value).replace("\\", "\\\\").replace("\t", " ").replace("\n", " ")


class Checker:
    """Checks households against the country, the scope and the day; remembers every answer it has seen."""

    def __init__(self, source: str) -> None:
        self.source, self.today, self.scope = source, today(), current()
        self.villages = frozenset(
            AdministrativeUnit.objects.filter(level=len(pack().levels)).values_list("code", flat=True)
        )
        self.years, self.kinds = pack().estimated_years, paper_kinds(pack())
        self.relations = frozenset(declared().codes_of("person", "relation"))
        # a fact of a compartment the loader is outside of is as though it did not exist
        self.facts: dict[str, dict[str, Declared]] = {
            of: {one.code: one for one in declared().stored(of) if self.scope.sees_compartment(one.compartment)}
            for of in ("person", "household")
        }
        # what was found right once, as it is written
        self.days: dict[Any, str] = {}
        self.births: dict[tuple[Any, Any], tuple[date, date, str]] = {}
        self.answers: dict[Any, tuple[str, str]] = {}
        self.sheets: dict[Any, dict[Any, list[tuple[str, str]]]] = {}
        self.remembered = 0

    def household(self, given: Any) -> Checked:
        """The household in its stored form. Raises RowWrong."""
        key = str(getattr(given, "key", ""))
        unit = given.unit_code
        if unit not in self.villages:
            raise RowWrong(key, _("There is no village with the code “%s”.") % unit)
        if not self.scope.covers(unit):
            raise RowWrong(key, _("The village %s lies outside your area.") % unit)
        if not given.members:
            raise RowWrong(key, _("A household has at least one member."))
        heads = [place for place, member in enumerate(given.members) if member.relation == "head"]
        if len(heads) > 1:
            raise RowWrong(key, _("Only one member is the head of the household."))
        since = self._past(given.formed_on, key)
        return Checked(
            unit_code=unit,
            address=text(normalise(getattr(given, "address", ""))),
            phone=self._phone(getattr(given, "phone", ""), key),
            since=since,
            head=heads[0] if heads else None,
            members=[self._member(member) for member in given.members],
            poverty=[self._poverty(status, key) for status in getattr(given, "poverty", ())],
            sheets=self._sheets("household", getattr(given, "sheets", ()), key),
        )

    def _past(self, day: Any, key: str) -> str:
        """A day that is not in the future, as it is written."""
        try:
            return self.days[day]
        except (KeyError, TypeError):  # not seen yet, or nothing that can be a day
            pass
        if not isinstance(day, date) or isinstance(day, datetime):
            raise RowWrong(key, _("A date is missing or is no date: “%s”.") % day)
        if day > self.today:
            raise RowWrong(key, _("The day %s is in the future.") % day)
        self.days[day] = day.isoformat()
        return self.days[day]

    def _phone(self, phone: str, key: str) -> str:
        try:
            return e164(phone) if phone else ""
        except PhoneWrong as wrong:
            raise RowWrong(key, str(wrong)) from wrong

    def _member(self, given: Any) -> CheckedMember:
        key = str(getattr(given, "key", ""))
        names = [normalise(getattr(given, name, "")) for name in NAMES]
        if not any(names):
            raise RowWrong(key, _("Write at least one name, in Khmer or in Latin letters."))
        if given.sex is not None and given.sex not in _SEXES:
            raise RowWrong(key, _("The sex is F, M, or left open when it is not known."))
        if given.relation and given.relation not in self.relations:
            raise RowWrong(key, _("There is no relation “%s” in the country's list.") % given.relation)
        first, last, birth = self._birth(given.birth_date, given.birth_precision, key)
        left, died = getattr(given, "left_on", None), getattr(given, "died_on", None)
        joined = self._past(given.joined_on, key)
        for day in (left, died):
            if day is not None:
                self._past(day, key)
        if left is not None and left < given.joined_on:
            raise RowWrong(key, _("The last day is before the first. Look at both dates again."))
        if died is not None and first is not None and died < first:
            raise RowWrong(key, _("The death is before the birth. Look at both dates again."))
        ends = [day for day in (left, died) if day is not None]
        end = max(min(ends), given.joined_on) if ends else NULL
        sort_key = sort_key_of(**dict(zip(NAMES, names, strict=True))).hex()
        phone = self._phone(getattr(given, "phone", ""), key)
        # normalised names hold no tab and no end of line
        written_names = "\t".join(names).replace("\\", "\\\\")
        return CheckedMember(
            columns=f"{written_names}\t\\\\x{sort_key}\t{given.sex or NULL}\t{birth}\t{text(died)}\t{phone}",
            membership=f"{given.relation or ''}\t{joined}\t{end}",
            documents=[self._document(paper, key) for paper in getattr(given, "documents", ())],
            sheets=self._sheets("person", getattr(given, "sheets", ()), key),
            search_keys=lines_of(names, first, last),
        )

    def _birth(self, day: date | None, precision: Any, key: str) -> tuple[date | None, date | None, str]:
        """The first and the last day on which the birth may have been, and the four columns of a birth."""
        if day is None:
            return None, None, f"{NULL}\t\t{NULL}\t{NULL}"
        if seen := self.births.get((day, precision)):
            return seen
        if not isinstance(day, date):
            raise RowWrong(key, _("A date is missing or is no date: “%s”.") % day)
        if precision not in _PRECISIONS:
            raise RowWrong(key, _("A date of birth needs its precision: day, month, year or estimated."))
        first, last = birth_interval(day, precision, self.years)
        self._past(first, key)
        self.births[day, precision] = first, last, f"{day}\t{precision}\t{first}\t{last}"
        return self.births[day, precision]

    def _document(self, paper: Any, key: str) -> str:
        try:
            number = paper_number(paper.kind, paper.number, self.kinds)
        except ValidationError as error:
            raise RowWrong(key, " ".join(error.messages)) from None
        begin, end = getattr(paper, "valid_from", None), getattr(paper, "valid_to", None)
        if begin is not None:
            self._past(begin, key)
        if begin and end and end < begin:
            raise RowWrong(key, _("The paper ends before it begins. Look at both dates again."))
        issuer = text(normalise(getattr(paper, "issuer", "")))
        return f"{paper.kind}\t{text(number)}\t{issuer}\t{text(begin)}\t{text(end)}"

    def _poverty(self, status: Any, key: str) -> str:
        if status.level not in (0, 1, 2, 3):
            raise RowWrong(key, _("The level is 0 (assessed, not poor), 1, 2 or 3 (at risk)."))
        self._past(status.valid_from, key)
        end = getattr(status, "valid_to", None)
        if end is not None and end < status.valid_from:
            raise RowWrong(key, _("The last day is before the first. Look at both dates again."))
        source = "demo" if getattr(status, "demo", False) else getattr(status, "source", "")
        texts = [text(normalise(one)) for one in (status.round, status.card_number)]
        return f"{status.level}\t{texts[0]}\t{texts[1]}\t{status.valid_from}\t{text(end)}\t{text(source)}"

    def _sheets(self, of: str, sheets: Iterable[Any], key: str) -> list[str]:
        """One line a sitting and compartment: what was asked on several forms on one day is one sheet."""
        sittings: dict[tuple[str, str], list[str]] = {}  # of a day and a compartment: the topic, what was answered
        for sheet in sheets:
            day, topic = self._past(sheet.observed_on, key), sheet.topic
            for closed, answers in self._sheet(of, sheet.answers, key):
                if sitting := sittings.get((day, closed)):
                    sitting.append(answers)
                    if sitting[0] != topic:
                        sitting[0] = ""
                else:
                    sittings[day, closed] = [topic, answers]
        return [
            f"{text(topic)}\t{closed}\t{day}\t{self.source}\t{{{','.join(answers)}}}"
            for (day, closed), (topic, *answers) in sittings.items()
        ]

    def _sheet(self, of: str, answers: Mapping[str, Any], key: str) -> list[tuple[str, str]]:
        """Compartments, and what was answered to their facts: the inside of a JSON document, as COPY reads it.

        Of two answers to one question in a document the database keeps the later.
        """
        values: tuple[Any, ...] = tuple(answers.values())
        types = tuple(map(type, values))
        if not _PLAIN.issuperset(types):
            values = tuple(map(_marked, values))
        shape = of, tuple(answers), types
        found = self.sheets.get(shape, _NOTHING).get(values)
        if found is None:
            parts: dict[str, list[str]] = {}
            for code, value in answers.items():
                closed, answer = self._answer(of, code, value, key)
                parts.setdefault(closed, []).append(answer)
            found = [(closed, ",".join(part)) for closed, part in parts.items()]
            if self.remembered < _REMEMBERED:
                self.sheets.setdefault(shape, {})[values] = found
                self.remembered += 1
        return found

    def _answer(self, of: str, code: str, value: Any, key: str) -> tuple[str, str]:
        """The compartment of the fact, and the answer as a part of a JSON document, checked."""
        known = of, code, _marked(value)
        found = self.answers.get(known)
        if found is None:
            fact = self.facts[of].get(code)
            if fact is None:
                raise RowWrong(key, _("There is no question “%s”.") % code)
            if isinstance(value, list | set | frozenset):
                value = tuple(value)
            try:
                stored = json.dumps(written(fact, value, estimated_years=self.years), ensure_ascii=False)
            except AnswerRefused as refused:
                raise RowWrong(key, f"{code}: {refused.message}") from None
            found = fact.compartment, f'"{code}":{stored}'.replace("\\", "\\\\")
            if len(self.answers) < 100_000:
                self.answers[known] = found
        return found


def _marked(value: Any) -> Hashable:
    """A value with its type, to be found again: True is not 1, also in a list."""
    if isinstance(value, list | tuple | set | frozenset):
        return type(value), *map(_marked, value)
    return type(value), value if isinstance(value, Hashable) else repr(value)
