"""The shape of a programme file: which keys, in which order, with which values.

One table says it all: the checker, the canonical order of keys and the documentation read it. What a country decides
(languages, guarantees, sectors, kinds of documents, roles) comes from its pack through `Lists`.
"""

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from criteria.check import OPEN_KEY
from onestop.programmes.choices import Status, Unit

CODE: Final = re.compile(r"[A-Z0-9_]{1,30}")
KEY: Final = re.compile(r"[a-z0-9_]{1,40}")

STATUSES: Final = tuple(Status.values)
UNITS: Final = tuple(Unit.values)
PROVIDERS: Final = ("government", "district", "ngo", "un_agency", "insurer", "employer", "school", "bank")
RUN_BY: Final = ("district", "province", "national", "ngo")
BENEFITS: Final = ("cash", "in_kind", "voucher", "service", "insurance", "training", "work", "loan", "information")
RHYTHMS: Final = ("once", "day", "week", "month", "quarter", "year", "visit")
MODES: Final = ("centre", "enterprise")
LINK_MOMENTS: Final = ("applied", "accepted", "enrolled", "exited")


@dataclass(frozen=True, slots=True)
class Lists:
    """What the country pack allows in a programme file."""

    languages: tuple[str, ...]
    guarantees: frozenset[str]
    pillars: frozenset[int]
    sectors: frozenset[str]
    documents: frozenset[str]
    roles: frozenset[str]
    compartments: frozenset[str]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at one path of the document, and what was perhaps meant."""

    path: str
    message: str
    proposal: str = ""


Check = Callable[[Any, str, Lists], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its name, the check of its value, and whether it may be left out."""

    name: str
    check: Check
    needed: bool = False


def text(value: Any, path: str, lists: Lists) -> Iterator[Problem]:
    if not isinstance(value, str) or not value.strip():
        yield Problem(path, "a text is needed here")


def translated(value: Any, path: str, lists: Lists) -> Iterator[Problem]:
    """A text in each language of the country; a plain text is taken for a proper name that needs no translation."""
    if isinstance(value, str) and value.strip():
        return
    if not isinstance(value, dict):
        yield Problem(path, "a text in each language is needed here", "{" + ": …, ".join(lists.languages) + ": …}")
        return
    for language in lists.languages:
        if not isinstance(value.get(language), str) or not value[language].strip():
            yield Problem(path, f"the text in '{language}' is missing")
    for language in value:
        if language not in lists.languages:
            yield Problem(
                f"{path}.{language}", f"'{language}' is no language of this country", _near(language, lists.languages)
            )


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number, not below the minimum."""

    minimum: int = 0

    def __call__(self, value: Any, path: str, lists: Lists) -> Iterator[Problem]:
        if isinstance(value, bool) or not isinstance(value, int) or value < self.minimum:
            yield Problem(path, f"a whole number of at least {self.minimum} is needed here")


def number(value: Any, path: str, lists: Lists) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        yield Problem(path, "a number of at least 0 is needed here")


def boolean(value: Any, path: str, lists: Lists) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(path, "true or false is needed here")


def day(value: Any, path: str, lists: Lists) -> Iterator[Problem]:
    if not isinstance(value, date):
        yield Problem(path, "a date like 2014-06-01 is needed here")


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a fixed list, or of a list of the country pack."""

    allowed: tuple[Any, ...] | Callable[[Lists], frozenset[Any]]

    def __call__(self, value: Any, path: str, lists: Lists) -> Iterator[Problem]:
        choices = sorted(self.allowed(lists)) if callable(self.allowed) else list(self.allowed)
        if isinstance(value, dict | list) or value not in choices:
            yield Problem(path, f"'{value}' is not one of {', '.join(map(str, choices))}", _near(value, choices))


@dataclass(frozen=True, slots=True)
class Matching:
    """A text of one form, named in words for the message."""

    pattern: re.Pattern[str]
    words: str

    def __call__(self, value: Any, path: str, lists: Lists) -> Iterator[Problem]:
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            yield Problem(path, f"'{value}' is no {self.words}")


@dataclass(frozen=True, slots=True)
class Many:
    """A list whose items all pass one check."""

    inner: Check
    at_least: int = 0

    def __call__(self, value: Any, path: str, lists: Lists) -> Iterator[Problem]:
        if not isinstance(value, list) or len(value) < self.at_least:
            yield Problem(
                path, f"a list of at least {self.at_least} is needed here" if self.at_least else "a list is needed here"
            )
            return
        for position, item in enumerate(value):
            yield from self.inner(item, f"{path}.{position}", lists)


@dataclass(frozen=True, slots=True)
class Optional:
    """Null, or what the inner check wants."""

    inner: Check

    def __call__(self, value: Any, path: str, lists: Lists) -> Iterator[Problem]:
        if value is not None:
            yield from self.inner(value, path, lists)


class Map:
    """A map with these keys and no others; their order here is the canonical one."""

    def __init__(self, *keys: Key) -> None:
        self.keys = keys

    def __call__(self, value: Any, path: str, lists: Lists) -> Iterator[Problem]:
        if not isinstance(value, dict):
            yield Problem(path, "a map is needed here", "{" + ", ".join(f"{key.name}: …" for key in self.keys) + "}")
            return
        names = [key.name for key in self.keys]
        for name in value:
            if name not in names:
                yield Problem(f"{path}.{name}:key".lstrip("."), f"there is no key '{name}' here", _near(name, names))
        for key in self.keys:
            inner = f"{path}.{key.name}".lstrip(".")
            if key.name in value:
                yield from key.check(value[key.name], inner, lists)
            elif key.needed:
                yield Problem(path, f"the key '{key.name}' is missing")


def free(value: Any, path: str, lists: Lists) -> Iterator[Problem]:
    """Example families: their shape is the rule library's to check."""
    if not isinstance(value, dict):
        yield Problem(path, "a map is needed here")


def _near(value: Any, choices: Any) -> str:
    found = difflib.get_close_matches(str(value), [str(choice) for choice in choices], 1, 0.5)
    return found[0] if found else ""


NAME: Final = Key("name", translated, needed=True)
PROGRAMME: Final = Map(
    Key("code", Matching(CODE, "programme code (A–Z 0–9 _)"), needed=True),
    NAME,
    Key("summary", Optional(translated)),
    Key("status", OneOf(STATUSES), needed=True),
    Key("unit", OneOf(UNITS), needed=True),
    Key("guarantees", Many(OneOf(lambda lists: lists.guarantees)), needed=True),
    Key("pillars", Many(OneOf(lambda lists: lists.pillars))),
    Key("dci", Map(Key("type", Whole()), Key("functions", Many(Whole())))),
    Key(
        "provider",
        Map(NAME, Key("kind", OneOf(PROVIDERS), needed=True)),
        needed=True,
    ),
    Key("sector", OneOf(lambda lists: lists.sectors), needed=True),
    Key("run_by", OneOf(RUN_BY), needed=True),
    Key(
        "benefits",
        Many(
            Map(
                Key("kind", OneOf(BENEFITS), needed=True),
                NAME,
                Key("quantity", Optional(number)),
                Key("unit", Optional(text)),
                Key("per", Optional(text)),
                Key("every", Optional(OneOf(RHYTHMS))),
            )
        ),
    ),
    Key("courses", Many(Map(NAME, Key("mode", OneOf(MODES), needed=True)))),
    Key(
        "versions",
        Many(
            Map(
                Key("from", day, needed=True),
                Key("to", Optional(day)),
                Key("reference", text, needed=True),
                Key(
                    "criteria",
                    Many(
                        Map(
                            Key("key", Matching(KEY, "key (a–z 0–9 _)"), needed=True),
                            Key("rule", text, needed=True),
                            Key("words", Optional(translated)),
                        ),
                    ),
                    needed=True,
                ),
            )
        ),
    ),
    Key(
        "openings",
        Many(
            Map(
                Key("units", Many(text, at_least=1), needed=True),
                Key("from", day, needed=True),
                Key("to", Optional(day)),
                Key("places", Optional(Whole())),
            )
        ),
    ),
    Key("ssdm_may_register", boolean),
    Key("mou", Optional(Map(Key("from", day, needed=True), Key("to", Optional(day))))),
    Key(
        "documents",
        Many(
            Map(
                Key("kind", OneOf(lambda lists: lists.documents), needed=True),
                Key("needed", boolean, needed=True),
                Key("instead", Many(OneOf(lambda lists: lists.documents))),
                Key("waiver", boolean),
            )
        ),
    ),
    Key("steps", Many(Map(NAME, Key("days", Whole()), Key("by", OneOf(lambda lists: lists.roles), needed=True)))),
    Key("fee", Optional(Map(Key("amount", Whole(), needed=True), Key("per", text)))),
    Key("contact", Optional(Map(Key("name", translated), Key("phone", text), Key("office", translated)))),
    Key(
        "links",
        Many(
            Map(
                Key("when", OneOf(LINK_MOMENTS), needed=True),
                Key("open", Matching(CODE, "programme code"), needed=True),
                Key("consent", boolean),
            )
        ),
    ),
    Key("excludes", Many(Matching(CODE, "programme code"))),
    Key("compartment", Optional(OneOf(lambda lists: lists.compartments))),
    Key("demo", Many(text)),
    Key("examples", Many(free)),
)


def problems(data: dict[str, Any], lists: Lists) -> list[Problem]:
    """Everything wrong with the shape of a programme document, in the order of the file's keys."""
    found = list(PROGRAMME(data, "", lists))
    if found:
        return found
    return [*version_problems(data), *opening_problems(data), *demo_problems(data)]


def version_problems(data: dict[str, Any]) -> Iterator[Problem]:
    """No two versions on one day, stable keys, none used twice."""
    versions = data.get("versions", [])
    spans = [(version["from"], version.get("to"), number) for number, version in enumerate(versions)]
    for begin, end, position in spans:
        if end is not None and end < begin:
            yield Problem(f"versions.{position}.to", f"the version ends ({end}) before it begins ({begin})")
        for other, other_end, other_position in spans[:position]:
            if (
                begin == other
                or (begin < other and end and end >= other)
                or (other < begin and other_end and other_end >= begin)
            ):
                yield Problem(
                    f"versions.{position}.from",
                    f"two versions would hold on one day: this one from {begin} and the one from {other}"
                    f" (versions.{other_position})",
                    "end the earlier one with 'to:', or leave its 'to:' out",
                )
        keys = [criterion["key"] for criterion in versions[position]["criteria"]]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                yield Problem(f"versions.{position}.criteria.{number}.key", f"the key '{key}' is used twice")
            if key == OPEN_KEY:
                yield Problem(
                    f"versions.{position}.criteria.{number}.key",
                    f"the key '{OPEN_KEY}' is kept for the programme's own openings",
                )


def opening_problems(data: dict[str, Any]) -> Iterator[Problem]:
    for position, opening in enumerate(data.get("openings", [])):
        if opening.get("to") is not None and opening["to"] < opening["from"]:
            yield Problem(
                f"openings.{position}.to", f"the opening ends ({opening['to']}) before it begins ({opening['from']})"
            )


def demo_problems(data: dict[str, Any]) -> Iterator[Problem]:
    """Each dotted path under `demo:` must lead to something."""
    for position, path in enumerate(data.get("demo", [])):
        value: Any = data
        for part in path.split("."):
            if isinstance(value, dict) and part in value:
                value = value[part]
            elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
                value = value[int(part)]
            else:
                yield Problem(f"demo.{position}", f"there is no '{path}' in this file")
                break


def ordered(data: Any, check: Check = PROGRAMME) -> Any:
    """The same data with the keys of each map in the order of the schema; unknown keys stay behind them."""
    if isinstance(check, Optional):
        check = check.inner
    if isinstance(check, Map) and isinstance(data, dict):
        checks = {key.name: key.check for key in check.keys}
        names = [name for name in checks if name in data] + [name for name in data if name not in checks]
        return {name: ordered(data[name], checks.get(name, free)) for name in names}
    if isinstance(check, Many) and isinstance(data, list):
        return [ordered(item, check.inner) for item in data]
    return data
