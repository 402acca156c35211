"""The facts a country declares (`facts.yaml` of the pack), as this room needs them: to store, ask and check answers.

`declared()` reads the file once. How rules read facts is `eligibility.catalogue`'s matter, which starts from here.
A fact declared in the pack needs nothing else: it has its column after `facts load`, its form field
(`forms.fact_field`) and its history.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeVar

from onestop.areas.country import Country, Node, in_words, pack

T = TypeVar("T")
TYPES: Final = ("bool", "whole", "decimal", "date", "code", "set", "text", "age")
# Where the value of a fact comes from; only answers and documents are stored in columns of the wide row
SOURCES: Final = ("identity", "membership", "status", "count", "documents", "derived", "answer")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
_KEYS: Final = (
    "code", "of", "type", "unit", "source", "codes", "ordered", "min", "max", "good_for", "school_year", "topic",
    "compartment", "imprecise", "none", "kinds", "derived", "asked_when", "otherwise", "sensitive", "shown_as", "label",
    "question", "hint", "measure", "words", "check",
)  # fmt: skip


@dataclass(frozen=True)
class Code:
    """One entry of a code list; `number` when rules write it as a whole number."""

    code: str
    label: dict[str, str]
    is_number: bool = False


@dataclass(frozen=True, eq=False)
class Declared:
    """One fact as the country declares it; there is one object of each. `node` is its place in the file."""

    code: str
    of: str
    type: str
    source: str
    label: dict[str, str]
    question: dict[str, str]
    hint: dict[str, str]
    codes: tuple[Code, ...]
    ordered: bool
    minimum: int | Decimal | None
    maximum: int | Decimal | None
    good_for: int | None
    school_year: bool
    topic: str
    compartment: str
    imprecise: bool
    may_not_apply: bool
    kinds: tuple[str, ...]
    derived: str
    asked_when: str
    otherwise: Any
    sensitive: bool
    shown_as: str
    measure: dict[str, str]
    node: Node = field(repr=False)

    @property
    def is_stored(self) -> bool:
        """True when answers to it are kept in the wide row; others are read from their own tables or computed."""
        return self.source in {"answer", "documents"}

    @property
    def is_asked(self) -> bool:
        """True when a form may ask it."""
        return self.is_stored and bool(self.topic)

    @property
    def has_day(self) -> bool:
        """True when an answer grows old, so that the wide row keeps the day it was given."""
        return self.is_stored and (self.good_for is not None or self.school_year)

    @property
    def storage(self) -> str:
        """The kind of its column, which may not change once answers are stored in it."""
        return "date interval" if self.type == "date" and self.imprecise else self.type

    def name(self, language: str | None = None) -> str:
        return in_words(self.label, language)

    def has_code(self, code: str) -> bool:
        return any(one.code == code for one in self.codes)


class Declarations:
    """All facts of a country, in the order of the file."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self._facts: dict[tuple[str, str], Declared] = {}
        for node in country.node("facts.yaml").each("facts"):
            fact = _fact(node, country)
            if (fact.of, fact.code) in self._facts:
                raise node.refuse(f"the fact {fact.of}.{fact.code} stands twice.", "code")
            self._facts[fact.of, fact.code] = fact

    def __iter__(self) -> Iterator[Declared]:
        return iter(self._facts.values())

    def get(self, of: str, code: str) -> Declared | None:
        return self._facts.get((of, code))

    def of(self, subject: str) -> list[Declared]:
        return [fact for fact in self if fact.of == subject]

    def stored(self, subject: str) -> list[Declared]:
        """The facts that have a column in the wide row of a subject."""
        return [fact for fact in self.of(subject) if fact.is_stored]

    def codes_of(self, of: str, code: str) -> tuple[str, ...]:
        """The codes of a coded fact; none when the country does not declare it."""
        fact = self.get(of, code)
        return tuple(one.code for one in fact.codes) if fact else ()


@lru_cache(maxsize=8)
def _read(country: Country) -> Declarations:
    return Declarations(country)


def parted(of: str, answers: Mapping[str, T]) -> dict[str, dict[str, T]]:
    """Answers by the compartment of their facts, those in none ('') first: each part stands in a sheet of its own."""
    parts: dict[str, dict[str, T]] = {}
    for code, value in answers.items():
        fact = declared().get(of, code)
        parts.setdefault(fact.compartment if fact else "", {})[code] = value
    return dict(sorted(parts.items()))


def declared(country: Country | None = None) -> Declarations:
    """The facts of the installed country, or of another pack. Raises PackRefused with file, line and key."""
    return _read(country or pack())


def _fact(node: Node, country: Country) -> Declared:
    """One entry of facts.yaml, checked for everything storing and asking it needs."""
    node.only(*_KEYS)
    code, of = node.text("code"), node.text("of")
    if not _CODE.fullmatch(code):
        raise node.refuse(f"'{code}' is no code of a fact: small letters a–z, digits and _, a letter first.", "code")
    if of not in {"person", "household"}:
        raise node.refuse(f"'{of}' must be person or household.", "of")
    kind, source = _one_of(node, "type", TYPES), _one_of(node, "source", SOURCES, "answer")
    topic, compartment = node.text("topic", ""), node.text("compartment", "")
    if topic and topic not in country.topics:
        raise node.refuse(f"there is no topic '{topic}' in topics.yaml.", "topic")
    kinds = node.texts("kinds")
    for paper in kinds:
        if paper not in country.documents:
            raise node.refuse(f"there is no kind of document '{paper}' in documents.yaml.", "kinds")
    codes = _codes(node, country)
    if kind in {"code", "set"} and not codes:
        raise node.refuse("a fact of codes needs its list of codes.")
    good_for = node.whole("good_for", None)
    if good_for is not None and good_for < 1:
        raise node.refuse("good_for is a number of months, 1 or more; null when an answer never grows old.", "good_for")
    return Declared(
        code=code,
        of=of,
        type=kind,
        source=source,
        label=node.names("label"),
        question=node.names("question", {}),
        hint=node.names("hint", {}),
        codes=codes,
        ordered=node.flag("ordered", False),
        minimum=_number(node, "min"),
        maximum=_number(node, "max"),
        good_for=good_for,
        school_year=node.flag("school_year", False),
        topic=topic,
        compartment=compartment,
        imprecise=node.flag("imprecise", False),
        may_not_apply=node.flag("none", False),
        kinds=kinds,
        derived=node.text("derived", ""),
        asked_when=node.text("asked_when", ""),
        otherwise=_otherwise(node),
        sensitive=node.flag("sensitive", False),
        shown_as=node.text("shown_as", ""),
        measure=node.names("measure", {}),
        node=node,
    )


def _one_of(node: Node, key: str, known: tuple[str, ...], default: str | None = None) -> str:
    value = node.text(key) if default is None else node.text(key, default)
    if value not in known:
        raise node.refuse(f"'{value}' is not one of {', '.join(known)}.", key)
    return value


def _number(node: Node, key: str) -> int | Decimal | None:
    value = node.decimal(key, None)
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else value


def _otherwise(node: Node) -> Any:
    """The value stored where the question does not apply; codes are texts whatever they look like."""
    value = node.child("otherwise").plain() if node.has("otherwise") else None
    return (
        str(value) if isinstance(value, int) and not isinstance(value, bool) and node.text("type") == "code" else value
    )


def _codes(node: Node, country: Country) -> tuple[Code, ...]:
    """The codes of a fact: written out, or the name of a list in codes.yaml."""
    if not node.has("codes"):
        return ()
    listed = node.child("codes")
    entries = listed.each() if listed.is_list else country.node("codes.yaml").each(listed.text())
    codes = []
    for entry in entries:
        plain = entry.child("code").plain()
        if isinstance(plain, bool) or not isinstance(plain, int | str):
            raise entry.refuse(f"'{plain}' is no code: write a word or a whole number.", "code")
        codes.append(Code(str(plain), entry.names("label"), isinstance(plain, int)))
    if len({code.code for code in codes}) < len(codes):
        raise node.refuse("a code stands twice in its list.", "codes")
    return tuple(codes)
