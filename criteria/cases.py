"""Cases: small families in JSON, each with a rule, answered by any reader.

A case is `{id, as_of, unit, place, household, members, enrolments, openings, rule}`. A fact that is absent or null is
missing; a value may be `{value, observed_on}`, and a bare one was observed on `as_of`. Dates that are only a month or a
year are written "2014-07" or "2014"; a date that does not apply is "none". `household: null` is a person in none.
`criteria.case_schema.schema` gives the exact shape, made from a catalogue.

    cases = read_cases(text, catalogue, {"poverty": "id_poor"})
    for result in by_interpreter(cases, catalogue): print(result.json())     # criteria.case_readers
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal

from criteria.catalogue import Catalogue, Fact, FactType
from criteria.dates import NONE_DATE, Interval, Precision, interval
from criteria.family import Answer, Enrolment, Family, Member, Opening, Period, Status
from criteria.problems import Problem, RuleRefused
from criteria.read import Unit, read
from criteria.tokens import NO_CHARACTER, WHOLE_HIGH, WHOLE_LOW
from criteria.tree import Node
from criteria.values import NONE, Range, Value

Reader = Literal["interpreter", "duckdb", "postgresql"]
READERS: tuple[Reader, ...] = ("interpreter", "duckdb", "postgresql")

_CASE_KEYS = ("id", "as_of", "unit", "place", "household", "members", "enrolments", "openings", "rule")
_MEMBER_KEYS = ("id", "birth_date", "birth_precision", "membership", "died_on")


class CaseRefused(ValueError):
    """The file is not a list of cases; the message says in which case, at which key, and what is expected."""


@dataclass(frozen=True)
class Case:
    """One family on one date with one rule."""

    id: str
    as_of: date
    unit: Unit
    family: Family
    rule: str
    programmes: tuple[str, ...]

    @cached_property
    def members(self) -> list[str]:
        """Who is answered for: the present members; in no household, those alive."""
        if self.family.is_household:
            return [member.id for member in self.family.present(self.as_of)]
        alive = [
            member
            for member in self.family.members
            if (member.died_on is None or member.died_on >= self.as_of)
            and (member.birth is None or member.birth[0] <= self.as_of)
        ]
        return [member.id for member in alive]

    def tree(self, catalogue: Catalogue) -> Node:
        """The rule, read with the programmes that the case names too; RuleRefused when it does not check."""
        extra = {code: None for code in self.programmes if code not in catalogue.programmes}
        known = catalogue.with_programmes({**catalogue.programmes, **extra}) if extra else catalogue
        return read(self.rule, known, unit=self.unit)


@dataclass(frozen=True)
class CaseResult:
    """The answer of one reader for one member, or for the household (member None)."""

    id: str
    member: str | None
    reader: str
    value: bool | None | Literal["refused"]
    problem: Problem | None = None

    def record(self, messages: Mapping[str, str] | None = None) -> dict[str, object]:
        found: dict[str, object] = {"id": self.id, "member": self.member, "reader": self.reader, "value": self.value}
        if self.problem is not None:
            text = self.problem.text(messages) if messages else self.problem.message
            found |= {"line": self.problem.line, "column": self.problem.column, "message": text}
            if self.problem.proposal is not None:
                found["proposal"] = self.problem.proposal
        return found

    def json(self) -> str:
        return json.dumps(self.record(), ensure_ascii=False)


def refusal(case: Case, reader: str, refused: RuleRefused) -> CaseResult:
    return CaseResult(case.id, None, reader, "refused", refused.problems[0])


def read_cases(text: str, catalogue: Catalogue, status_keys: Mapping[str, str] | None = None) -> list[Case]:
    """All cases of a JSON text (a list, or one case). `status_keys` maps a list of periods to its status fact."""
    try:
        found = json.loads(text, parse_float=Decimal, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise CaseRefused(f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}") from error
    except RecursionError:
        raise CaseRefused("lists and objects stand too deep inside each other") from None
    except ValueError as error:  # a whole number of thousands of digits
        raise CaseRefused(str(error)) from error
    if isinstance(found, dict):
        found = [found]
    if not isinstance(found, list):
        raise CaseRefused("a list of cases is expected")
    return [_Reader(catalogue, status_keys or {}, case, number).case() for number, case in enumerate(found)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys stand in it once: of two answers JSON itself would keep the last without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for number, (key, _) in enumerate(pairs) if key in dict(pairs[:number]))
        raise CaseRefused(f"the key “{twice}” stands twice in one object")
    return found


def _texts(raw: object) -> Iterator[str]:
    """Every text in a JSON value, keys too."""
    if isinstance(raw, str):
        yield raw
    elif isinstance(raw, dict | list):
        for inner in (*raw, *raw.values()) if isinstance(raw, dict) else raw:
            yield from _texts(inner)


class _Reader:
    """Reads one case; every refusal names the case and the key."""

    def __init__(self, catalogue: Catalogue, status_keys: Mapping[str, str], raw: object, number: int) -> None:
        self.catalogue = catalogue
        self.status_keys = status_keys
        self.where = f"case {number + 1}"
        if not isinstance(raw, dict):
            raise self.refuse("", "an object is expected")
        self.raw: Mapping[str, Any] = raw
        self.id = str(raw.get("id", number + 1))
        self.where = f"case {self.id}"
        self.known(raw, _CASE_KEYS, "")
        # the rule itself says where in it such a sign stands
        if any(NO_CHARACTER.search(text) for text in _texts({**raw, "rule": None})):
            raise self.refuse("", "a text holds a sign that no database keeps (U+0000, or half of a surrogate pair)")
        self.as_of = self.day(raw.get("as_of"), "as_of")

    def refuse(self, key: str, what: str) -> CaseRefused:
        return CaseRefused(f"{self.where}{', ' + key if key else ''}: {what}")

    def known(self, raw: Mapping[str, Any], keys: Sequence[str], at: str) -> None:
        for key in raw:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                raise self.refuse(f"{at}{key}", "not a key of a case" + (f"; did you mean {near[0]}?" if near else ""))

    def case(self) -> Case:
        raw = self.raw
        if raw.get("unit") not in ("person", "household", None):
            raise self.refuse("unit", "person or household is expected")
        unit: Unit = "household" if raw.get("unit") == "household" else "person"
        rule = raw.get("rule")
        if not isinstance(rule, str):
            raise self.refuse("rule", "a text is expected")
        household = raw.get("household", {})
        if household is not None and not isinstance(household, dict):
            raise self.refuse("household", "an object of facts is expected")
        members = tuple(self.member(member, number) for number, member in enumerate(self.items(raw, "members")))
        if len({member.id for member in members}) != len(members):
            raise self.refuse("members", "an id stands twice")
        enrolments = tuple(self.enrolment(one, members) for one in self.items(raw, "enrolments"))
        openings = self.openings(raw.get("openings"))
        place = raw.get("place")
        family = Family(
            f"c{self.id}",
            members,
            self.answers(household or {}, "household", "household."),
            self.statuses(household or {}),
            enrolments,
            openings,
            None if place is None else str(place),
            is_household=household is not None,
        )
        named = tuple(dict.fromkeys([*openings, *(enrolment.programme for enrolment in enrolments)]))
        return Case(self.id, self.as_of, unit, family, rule, named)

    def items(self, raw: Mapping[str, Any], key: str, at: str = "") -> list[Any]:
        found = [] if raw.get(key) is None else raw[key]
        if not isinstance(found, list):
            raise self.refuse(at + key, "a list is expected")
        return found

    # --- facts -----------------------------------------------------------------------------------------------------

    def answers(self, raw: Mapping[str, Any], of: str, at: str) -> dict[str, Answer]:
        found = {}
        for code, given in raw.items():
            if (of == "person" and code in _MEMBER_KEYS) or (of == "household" and code in self.status_keys):
                continue
            fact = self.fact(of, code, at)
            if fact.status:
                continue
            value, observed_on = self.observed(given, f"{at}{code}")
            if value is not None:
                found[code] = Answer(self.value(fact, value, f"{at}{code}"), observed_on)
        return found

    def fact(self, of: str, code: str, at: str) -> Fact:
        fact = self.catalogue.get(of, code)
        if fact is None:
            near = get_close_matches(code, [one.code for one in self.catalogue.of(of)], 1)
            raise self.refuse(f"{at}{code}", f"no fact of a {of}" + (f"; did you mean {near[0]}?" if near else ""))
        if not fact.stored:
            instead = {True: "give birth_date", False: "give the facts it is worked out from"}[fact.type.is_age]
            raise self.refuse(f"{at}{code}", f"this fact is worked out; {instead}")
        return fact

    def observed(self, given: object, at: str) -> tuple[object, date]:
        if not isinstance(given, dict):
            return given, self.as_of
        self.known(given, ("value", "observed_on"), at + ".")
        observed_on = given.get("observed_on")
        return given.get("value"), self.as_of if observed_on is None else self.day(observed_on, f"{at}.observed_on")

    def value(self, fact: Fact, value: object, at: str) -> Value:
        if fact.type is FactType.BOOL and isinstance(value, bool):
            return value
        if fact.type is FactType.WHOLE and isinstance(value, int) and not isinstance(value, bool):
            if WHOLE_LOW <= value <= WHOLE_HIGH:
                return value
            raise self.refuse(at, "the number does not fit into 64 bits")
        if fact.type is FactType.DECIMAL and isinstance(value, int | Decimal) and not isinstance(value, bool):
            return self.decimal(value, at)
        if fact.type is FactType.CODE and isinstance(value, str | int) and not isinstance(value, bool):
            return self.code(fact, value, at)
        if fact.type is FactType.SET and isinstance(value, list):
            return frozenset(self.code(fact, code, at) for code in value)
        if fact.type is FactType.TEXT and isinstance(value, str):
            return self.catalogue.normalise(value)
        if fact.type is FactType.DATE and isinstance(value, str):
            return NONE if value == "none" else self.date_value(fact, value, at)
        raise self.refuse(at, f"a {fact.type.value} is expected, not {json.dumps(value, default=str)}")

    def decimal(self, value: int | Decimal, at: str) -> Decimal:
        try:
            exact = Decimal(value).quantize(Decimal("0.0001"))
        except InvalidOperation as error:
            raise self.refuse(at, "the number is too long") from error
        if exact != value or abs(exact) >= Decimal(10**14):
            raise self.refuse(at, "at most fourteen digits before the point and four places after it are kept")
        return exact

    def code(self, fact: Fact, value: object, at: str) -> str:
        code = str(value)
        if code not in fact.codes:
            near = get_close_matches(code, fact.codes, 1)
            raise self.refuse(at, f"“{code}” is not in the code list" + (f"; did you mean {near[0]}?" if near else ""))
        return code

    def date_value(self, fact: Fact, text: str, at: str) -> Range:
        first, last = self.imprecise(text, None, at)
        if first != last and not fact.imprecise:
            raise self.refuse(at, "this date is known by its day")
        return Range(first, last)

    def imprecise(self, text: object, precision: object, at: str) -> Interval:
        """A date, a month "2014-07" or a year "2014"; a precision may say that less of it is known."""
        if not isinstance(text, str) or text.count("-") > 2:
            raise self.refuse(at, "a date is expected, as 2014-07-31, 2014-07 or 2014")
        parts = text.split("-")
        written: Precision = ("year", "month", "day")[len(parts) - 1]
        day = self.day("-".join([*parts, "01", "01"][:3]), at)
        if precision is None:
            return interval(day, written)
        if precision not in ("day", "month", "year", "estimated"):
            raise self.refuse(at, "the precision is day, month, year or estimated")
        known: Precision = written if precision == "day" else precision
        if known == "month" and written == "year":
            known = "year"
        return interval(day, known, self.catalogue.estimated_years)

    def statuses(self, raw: Mapping[str, Any]) -> dict[str, tuple[Status, ...]]:
        found: dict[str, tuple[Status, ...]] = {}
        for key, code in self.status_keys.items():
            fact = self.catalogue.get("household", code)
            assert fact is not None, f"the catalogue has no household fact {code}"
            periods = [self.status(fact, one, f"household.{key}") for one in self.items(raw, key)]
            found[code] = tuple(status for status in periods if status is not None)
        for fact in self.catalogue.of("household"):
            if fact.status and raw.get(fact.code) is not None:
                value, observed_on = self.observed(raw[fact.code], f"household.{fact.code}")
                if value is not None:
                    since = observed_on if isinstance(raw[fact.code], dict) else None
                    level = self.level(fact, value, f"household.{fact.code}")
                    found[fact.code] = (*found.get(fact.code, ()), Status(level, Period(since, None)))
        return found

    def status(self, fact: Fact, raw: object, at: str) -> Status | None:
        if not isinstance(raw, dict):
            raise self.refuse(at, "{level, from, to, recorded} is expected")
        self.known(raw, ("level", "from", "to", "recorded"), at + ".")
        if raw.get("level") is None:
            return None
        return Status(
            self.level(fact, raw["level"], f"{at}.level"), self.period(raw, at), str(raw.get("recorded") or "")
        )

    def level(self, fact: Fact, value: object, at: str) -> str | int:
        level = self.value(fact, value, at)
        assert isinstance(level, str | int)
        return level

    # --- people, enrolments, openings ------------------------------------------------------------------------------

    def member(self, raw: object, number: int) -> Member:
        at = f"members[{number}]."
        if not isinstance(raw, dict):
            raise self.refuse(at[:-1], "an object is expected")
        birth = None
        if raw.get("birth_date") is not None:
            birth = self.imprecise(raw["birth_date"], raw.get("birth_precision"), f"{at}birth_date")
        died_on = raw.get("died_on")
        died = None if died_on is None else self.imprecise(died_on, None, f"{at}died_on")[1]
        memberships = {} if raw.get("membership") is None else raw["membership"]
        periods = memberships if isinstance(memberships, list) else [memberships]
        return Member(
            str(raw.get("id", number + 1)),
            self.answers(raw, "person", at),
            birth,
            tuple(self.period(period, f"{at}membership") for period in periods),
            died,
        )

    def enrolment(self, raw: object, members: Sequence[Member]) -> Enrolment:
        if not isinstance(raw, dict):
            raise self.refuse("enrolments", "an object is expected")
        self.known(raw, ("member", "household", "programme", "from", "to"), "enrolments.")
        member = raw.get("member")
        if member is not None and str(member) not in {one.id for one in members}:
            raise self.refuse("enrolments.member", f"no member “{member}”")
        if not isinstance(raw.get("programme"), str):
            raise self.refuse("enrolments.programme", "the code of a programme is expected")
        return Enrolment(raw["programme"], None if member is None else str(member), self.period(raw, "enrolments"))

    def openings(self, raw: object) -> dict[str, tuple[Opening, ...]]:
        if raw is None:
            return {}
        if not isinstance(raw, dict):
            raise self.refuse("openings", "{programme: [{units, from, to}]} is expected")
        return {
            str(code): tuple(self.opening(opening, code) for opening in self.items(raw, code, "openings."))
            for code in raw
        }

    def opening(self, raw: object, code: object) -> Opening:
        at = f"openings.{code}"
        if not isinstance(raw, dict) or not isinstance(raw.get("units"), list):
            raise self.refuse(at, "{units: [codes], from, to} is expected")
        return Opening(tuple(str(unit) for unit in raw["units"]), self.period(raw, at))

    def period(self, raw: Mapping[str, Any], at: str) -> Period:
        if not isinstance(raw, dict):
            raise self.refuse(at, "{from, to} is expected")
        start, end = raw.get("from"), raw.get("to")
        first = None if start is None else self.imprecise(start, None, f"{at}.from")[0]
        return Period(first, None if end is None else self.imprecise(end, None, f"{at}.to")[1])

    def day(self, text: object, at: str) -> date:
        try:
            day = date.fromisoformat(str(text))
        except ValueError:
            day = NONE_DATE
        # 0001-01-01 is how “does not apply” is stored; 20140731 and 2014-W31-4 are days for Python alone
        if day == NONE_DATE or day.isoformat() != text:
            raise self.refuse(at, f"a date is expected, as 2014-07-31, not {text!r}")
        return day


def trees_of(cases: Iterable[Case], catalogue: Catalogue) -> Iterator[tuple[Case, Node | RuleRefused]]:
    """Each case with the tree of its rule, or with its refusal; a rule that comes again is read once."""
    kept: dict[tuple[str, str, tuple[str, ...]], Node | RuleRefused] = {}
    for case in cases:
        key = (case.rule, case.unit, case.programmes)
        if key not in kept:
            try:
                kept[key] = case.tree(catalogue)
            except RuleRefused as refused:
                kept[key] = refused
        yield case, kept[key]
