"""The catalogue: what rules may ask about, as plain data.

A `Fact` is declared once: its code, whether a person or a household has it, its type, the values it may take, how long
an answer stays good, and its labels. A `Catalogue` is a set of facts with the programmes that rules may name and the
few settings of a country that change an answer: the start of the school year, how far an estimated birth may be off.

Nothing here knows any office. The words of the language are the three roots `person`, `household` and
`household.members`, the date `as_of` and the functions `has`, `enrolled` and `in_area`; every other word comes from
the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

from criteria.dates import SchoolYears

Subject = Literal["person", "household"]

# The oldest age that a literal may ask about when the catalogue sets none: longer than any life on record.
OLDEST_YEARS = 130

_CODE = re.compile(r"[a-z][a-z0-9_]*")
# Columns that stand beside the facts in the wide rows and in the steps of a compiled statement.
_COLUMNS = {
    "person_id",
    "household_id",
    "unit_code",
    "joined_on",
    "left_on",
    "died_on",
    "birth_from",
    "birth_to",
    "members",
}
_STEP_COLUMNS = re.compile(r"[bcp][0-9]+(_.*)?|(enrolled|open|perhaps)_[0-9]+")


class FactType(StrEnum):
    """The types of facts; `count` is only the type of `household.members.filter(..).size()`."""

    BOOL = "bool"
    WHOLE = "whole"
    DECIMAL = "decimal"
    DATE = "date"
    CODE = "code"
    TEXT = "text"
    SET = "set"
    AGE_YEARS = "age_years"
    AGE_MONTHS = "age_months"

    @property
    def is_age(self) -> bool:
        return self in (FactType.AGE_YEARS, FactType.AGE_MONTHS)

    @property
    def is_number(self) -> bool:
        return self in (FactType.WHOLE, FactType.DECIMAL)


class CatalogueError(ValueError):
    """The catalogue contradicts itself; the message names the fact and what to change."""


@dataclass(frozen=True, eq=False)
class Fact:
    """One named value of a person or a household. Declared once, so equal only to itself.

    `codes` is the closed list of a code or a set, in its order. A list made of digits only ("0", "1", "2") is written
    in rules as whole numbers (`person.disability >= 2`), any other as text. `ordered` lists allow `<` and `>`.
    `good_for` is in completed months, None means that an answer never ages; `school_year` adds that it does not outlive
    the start of the next school year. `timeless` facts hold on every date, also before they were asked.
    `derived` is a rule in the same language, over facts of the same subject. `imprecise` dates are intervals.
    `status` facts are levels of dated periods; `counts_members` is the number of present members.
    `words` are for sentences, by language: `noun` names the fact inside one, `yes` and `no` are the predicates of a
    fact that is true or false. `as_number`: a code list of digits is stored as a number, not as text, as status
    levels are.
    """

    code: str
    of: Subject
    type: FactType
    codes: tuple[str, ...] = ()
    ordered: bool = False
    minimum: int | Decimal | date | None = None
    maximum: int | Decimal | date | None = None
    good_for: int | None = None
    school_year: bool = False
    topic: str = ""
    compartment: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    question: Mapping[str, str] = field(default_factory=dict)
    code_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    derived: str | None = None
    imprecise: bool = False
    status: bool = False
    counts_members: bool = False
    timeless: bool = False
    as_number: bool | None = None

    def __post_init__(self) -> None:
        listed = self.type in (FactType.CODE, FactType.SET)
        if listed and not self.codes:
            raise CatalogueError(f"{self.key}: a fact of type {self.type} needs its list of codes")
        if not listed and self.codes:
            raise CatalogueError(f"{self.key}: only codes and sets have a list of codes, not {self.type}")
        if len(set(self.codes)) != len(self.codes):
            raise CatalogueError(f"{self.key}: a code stands twice in the list")
        if self.imprecise and self.type is not FactType.DATE:
            raise CatalogueError(f"{self.key}: only a date can be imprecise")
        if self.status and (self.of != "household" or self.type not in (FactType.CODE, FactType.WHOLE)):
            raise CatalogueError(f"{self.key}: a status is a code or a whole number of a household")
        if self.counts_members and (self.of != "household" or self.type is not FactType.WHOLE):
            raise CatalogueError(f"{self.key}: the number of members is a whole number of a household")
        if self.type.is_age and self.of != "person":
            raise CatalogueError(f"{self.key}: only a person has an age")

    @property
    def key(self) -> str:
        """`person.in_school`, `household.roof`: unique in a catalogue."""
        return f"{self.of}.{self.code}"

    @property
    def numeric_codes(self) -> bool:
        """The list is written as whole numbers in rules."""
        return bool(self.codes) and all(code.isascii() and code.isdigit() for code in self.codes)

    @property
    def stored_as_number(self) -> bool:
        """Columns of this code hold integers; otherwise text."""
        if self.as_number is not None:
            return self.as_number
        return self.status and self.numeric_codes

    @property
    def low(self) -> int | Decimal | date | None:
        """The least value a literal may ask about."""
        return 0 if self.minimum is None and self.type.is_age else self.minimum

    @property
    def high(self) -> int | Decimal | date | None:
        """The greatest value a literal may ask about."""
        if self.maximum is None and self.type.is_age:
            return OLDEST_YEARS if self.type is FactType.AGE_YEARS else OLDEST_YEARS * 12
        return self.maximum

    @property
    def stored(self) -> bool:
        """An answer to this fact is kept; ages, derived facts and the number of members are worked out."""
        return not (self.type.is_age or self.derived is not None or self.counts_members)

    def label(self, language: str) -> str:
        return self.labels.get(language) or self.code.replace("_", " ")

    def noun(self, language: str) -> str:
        """The fact's name inside a sentence; its label where the language has no other."""
        return self.words.get(language, {}).get("noun") or self.label(language)

    def predicate(self, language: str, positive: bool) -> str:
        """What is said of whom the fact is true, or not true; "" where the language has no such words."""
        return self.words.get(language, {}).get("yes" if positive else "no", "")

    def code_label(self, code: str, language: str) -> str:
        return self.code_labels.get(code, {}).get(language) or code.replace("_", " ")


def _check_name(fact: Fact, by_key: Mapping[str, Fact]) -> None:
    """A code is the name of a column too, with others made from it."""
    if not _CODE.fullmatch(fact.code):
        raise CatalogueError(f"{fact.key}: a code has only a–z, 0–9 and _, and begins with a letter")
    if fact.code in _COLUMNS or _STEP_COLUMNS.fullmatch(fact.code):
        raise CatalogueError(f"{fact.key}: this code is kept for a column of the tables; choose another")
    suffixes = ["_to"] if fact.imprecise else []
    if fact.good_for is not None or fact.school_year:
        suffixes.append("_on")
    for suffix in suffixes:
        if fact.key + suffix in by_key:
            raise CatalogueError(f"{fact.key + suffix}: this is the column beside {fact.code}; choose another code")


def _as_written(text: str) -> str:
    return text


@dataclass(frozen=True)
class Catalogue:
    """All facts, the programme codes that rules may name, and a country's settings.

    `programmes` maps a code to its compartment (None for most). `normalise` brings a text literal into the form in
    which texts are stored. `school_years` says when school years start.
    """

    facts: tuple[Fact, ...]
    programmes: Mapping[str, str | None] = field(default_factory=dict)
    programme_names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    normalise: Callable[[str], str] = _as_written
    school_years: SchoolYears | None = None
    estimated_years: int = 2
    _by_key: dict[str, Fact] = field(init=False, repr=False, compare=False)
    # trees of derived facts, filled by criteria.read on first use
    trees: dict[tuple[str, str], Any] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[str, Fact] = {}
        for fact in self.facts:
            if fact.key in by_key:
                raise CatalogueError(f"{fact.key} is declared twice")
            by_key[fact.key] = fact
        for fact in self.facts:
            _check_name(fact, by_key)
        object.__setattr__(self, "_by_key", by_key)
        object.__setattr__(self, "trees", {})

    def get(self, of: str, code: str) -> Fact | None:
        """The fact of `person` or `household` with this code, or None."""
        return self._by_key.get(f"{of}.{code}")

    def fact(self, key: str) -> Fact:
        """The fact of this key (`person.sex`); KeyError when there is none."""
        return self._by_key[key]

    def of(self, subject: str) -> list[Fact]:
        return [fact for fact in self.facts if fact.of == subject]

    def with_programmes(
        self, programmes: Mapping[str, str | None], names: Mapping[str, Mapping[str, str]] | None = None
    ) -> Catalogue:
        """The same facts with other programmes."""
        return replace(self, programmes=dict(programmes), programme_names=dict(names or self.programme_names))

    def programme_name(self, code: str, language: str) -> str:
        return self.programme_names.get(code, {}).get(language) or code
