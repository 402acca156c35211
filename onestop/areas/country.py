"""The country pack: everything that is true of one country and not of the next, read from data.

`pack()` is the installed country. Levels, code lengths, kinds, roles, topics, documents, calendar and languages are
typed here; other rooms read their own files of the pack through `node` and `nodes` (see packfile.Node). Files are read
when first asked for and once in a process. Every refusal names file, line and key (PackRefused).
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.utils.translation import get_language

from criteria.dates import SchoolYears
from onestop.areas.masks import MASKS
from onestop.areas.masks import nearest as nearest_mask
from onestop.areas.packfile import Node, PackRefused, read_pack_file
from onestop.areas.rights import RIGHTS, nearest

__all__ = ["Conflict", "Country", "Holiday", "Kind", "Level", "Node", "PackRefused", "Role", "pack"]

_ROLE_KEYS: Final = (
    "code",
    "level",
    "label",
    "also",
    "rights",
    "sees",
    "sectors",
    "compartments",
    "may_sign_in",
    "stands_for",
    "masks",
)
_MONTH_DAY: Final = re.compile(r"(\d{2})-(\d{2})")


def in_words(names: dict[str, str], language: str | None = None) -> str:
    """The name in the reader's language, else in the first language that has one."""
    wanted = (language or get_language() or "").split("-")[0]
    return names.get(wanted) or next(iter(names.values()), "")


@dataclass(frozen=True)
class Level:
    """A step of the tree: 1 is the highest; its codes have `length` characters, its parent's code among them."""

    number: int
    length: int
    names: dict[str, str]
    default_kind: str

    def name(self, language: str | None = None) -> str:
        return in_words(self.names, language)


@dataclass(frozen=True)
class Kind:
    """What a unit is called at its level (khum or sangkat): the word stands before or after the name."""

    code: str
    level: int
    names: dict[str, str]
    before: dict[str, str]
    after: dict[str, str]

    def name(self, language: str | None = None) -> str:
        return in_words(self.names, language)

    def of(self, name: str, language: str) -> str:
        """The unit's name with the word of its kind, as it is said: ឃុំចារឈូក, Char Chhuk Commune."""
        before, after = self.before.get(language, ""), self.after.get(language, "")
        name = name if name.startswith(before) else before + name
        return f"{name} {after}".strip()


@dataclass(frozen=True)
class Role:
    """A role of an officer: rights, what it sees (persons, own or figures), sectors (None = all) and compartments.

    Of the own people are those with an enrolment in a programme of the role's sectors, with their households.

    `may_sign_in`: False for roles of committees and papers; they open no session (ORG-33). `also`: other names of the
    role (A11). `stands_for`: the roles of which any may take a step that names this one. `masks`: kinds of columns that
    the role does not see of the people it sees (masks.py).
    """

    code: str
    level: int
    label: dict[str, str]
    rights: frozenset[str]
    sees: str
    sectors: frozenset[str] | None
    compartments: frozenset[str]
    may_sign_in: bool = True
    also: tuple[str, ...] = ()
    stands_for: tuple[str, ...] = ()
    masks: frozenset[str] = frozenset()

    @property
    def sees_people(self) -> bool:
        """True when it sees persons: all of the area, or its own."""
        return self.sees != "figures"


@dataclass(frozen=True)
class Conflict:
    """Rights one officer may not hold together with others over the same place (front and back office: ORG-05)."""

    code: str
    these: frozenset[str]
    those: frozenset[str]
    why: dict[str, str]

    def joins(self, rights: frozenset[str]) -> bool:
        """True when both sides are among the rights."""
        return bool(rights & self.these) and bool(rights & self.those)


@dataclass(frozen=True)
class Holiday:
    """A day nobody works: of one year, or of every year when `year` is None."""

    month: int
    day: int
    year: int | None
    names: dict[str, str]


@dataclass(frozen=True)
class Coded:
    """An entry of a plain list: a code and its label in each language."""

    code: str
    label: dict[str, str]
    node: Node


class Country:
    """One country pack. Attributes are read from its files when first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._nodes: dict[str, Node] = {}

    def node(self, name: str) -> Node:
        """A file of the pack as a tree of nodes. Raises PackRefused when it is missing or is not YAML."""
        if name not in self._nodes:
            shown = "/".join([*self.folder.parts[-2:], name])
            self._nodes[name] = read_pack_file(self.folder / name, shown)
        return self._nodes[name]

    def has(self, name: str) -> bool:
        """True when the pack has this file."""
        return (self.folder / name).is_file()

    def nodes(self, folder: str) -> list[Node]:
        """Every *.yaml of a folder of the pack, by file name; none when there is no such folder."""
        return [self.node(f"{folder}/{path.name}") for path in sorted((self.folder / folder).glob("*.yaml"))]

    @cached_property
    def _settings(self) -> Node:
        return self.node("country.yaml")

    @cached_property
    def code(self) -> str:
        return self._settings.text("code")

    @cached_property
    def names(self) -> dict[str, str]:
        return self._settings.names("name")

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Language codes; the first is the country's working language."""
        languages = self._settings.texts("languages")
        if not languages:
            raise self._settings.refuse("at least one language is needed.", "languages")
        return languages

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone whose calendar day is `clock.today()`."""
        name = self._settings.text("zone")
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise self._settings.refuse(
                f"'{name}' is no time zone; write one as in Asia/Phnom_Penh.", "zone"
            ) from error

    @cached_property
    def estimated_years(self) -> int:
        """An estimated birth year stands for this many years on both sides of it."""
        return self._settings.whole("estimated_years", 2)

    @cached_property
    def attribution(self) -> str:
        """The line that names where the places come from; their terms ask for it wherever they are shown."""
        return self._settings.child("gazetteer").text("attribution", "") if self._settings.has("gazetteer") else ""

    @cached_property
    def demo_on(self) -> date | None:
        """The day on which the demonstration stands."""
        return self._settings.child("demo").day("on") if self._settings.has("demo") else None

    # the tree ----------------------------------------------------------------------------------------------------
    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """The levels from the top; code lengths grow from one to the next."""
        defaults = dict(self._settings.child("default_kinds").items())
        levels = []
        for number, node in enumerate(self._settings.each("levels"), 1):
            node.only("level", "digits", "name")
            if node.whole("level") != number:
                raise node.refuse(f"levels are numbered from the top without a gap; this one is {number}.", "level")
            if str(number) not in defaults:
                raise self._settings.refuse(f'level "{number}" has no default kind.', "default_kinds")
            kind = defaults[str(number)]
            if kind.text() not in self.kinds or self.kinds[kind.text()].level != number:
                raise kind.refuse(f"'{kind.text()}' is no kind of level {number}.")
            levels.append(Level(number, node.whole("digits"), node.names("name"), kind.text()))
        if not levels or any(below.length <= above.length for above, below in pairwise(levels)):
            raise self._settings.refuse("each level's code is longer than the one above it.", "levels")
        return tuple(levels)

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """What units are called, by code."""
        kinds: dict[str, Kind] = {}
        for node in self._settings.each("kinds"):
            node.only("code", "level", "name", "before", "after")
            code = node.text("code")
            if code in kinds:
                raise node.refuse(f"the kind '{code}' stands twice.", "code")
            before, after = node.names("before", {}), node.names("after", {})
            kinds[code] = Kind(code, node.whole("level"), node.names("name"), before, after)
        return kinds

    def level_of(self, code: str) -> Level | None:
        """The level whose codes have this length; None when no level has."""
        return next((level for level in self.levels if level.length == len(code)), None)

    def parent_code(self, code: str) -> str | None:
        """The code of the unit above, which every code begins with; None at the top or for a code of no level."""
        lengths = [level.length for level in self.levels]
        if len(code) not in lengths:
            return None
        place = lengths.index(len(code))
        return code[: lengths[place - 1]] if place else None

    # people and lists --------------------------------------------------------------------------------------------
    @cached_property
    def roles(self) -> dict[str, Role]:
        """Roles by code. Level 0 is the nation."""
        roles = {}
        for node in self.node("roles.yaml").each("roles"):
            node.only(*_ROLE_KEYS)
            sees = node.text("sees")
            if sees not in {"persons", "own", "figures"}:
                raise node.refuse(f"'{sees}' must be persons, own or figures.", "sees")
            level = node.whole("level")
            if not 0 <= level <= len(self.levels):
                raise node.refuse(f"{level} is no level; 0 is the nation, {len(self.levels)} the lowest.", "level")
            code = node.text("code")
            if code in roles:
                raise node.refuse(f"the role '{code}' stands twice.", "code")
            role = Role(
                code,
                level,
                node.names("label"),
                _rights(node, "rights"),
                sees,
                frozenset(node.texts("sectors")) if node.has("sectors") else None,
                frozenset(node.texts("compartments")),
                node.flag("may_sign_in", True),
                node.texts("also"),
                node.texts("stands_for"),
                _masks(node, sees),
            )
            if clash := next((each for each in self.conflicts if each.joins(role.rights)), None):
                raise node.refuse(f"these rights may not be in one hand: {in_words(clash.why, 'en')}", "rights")
            roles[code] = role
        for node in self.node("roles.yaml").each("roles"):
            for other in node.each("stands_for"):
                if other.text() not in roles:
                    raise other.refuse(f"'{other.text()}' is no role of this file.")
        return roles

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """Which rights may not be in one hand at one place; none when the pack names none."""
        conflicts = []
        for node in self.node("roles.yaml").each("incompatible"):
            node.only("code", "these", "those", "why")
            these, those = _rights(node, "these"), _rights(node, "those")
            if not these or not those or these & those:
                raise node.refuse("two lists of rights without a common one are needed.", "those")
            conflicts.append(Conflict(node.text("code"), these, those, node.names("why")))
        return tuple(conflicts)

    def coded(self, file: str, key: str) -> dict[str, Coded]:
        """A list of {code, label or name or title, …} under a key of a file, by code."""
        entries: dict[str, Coded] = {}
        for node in self.node(file).each(key):
            code = node.text("code")
            if code in entries:
                raise node.refuse(f"the code '{code}' stands twice.", "code")
            label = next((word for word in ("label", "name", "title") if node.has(word)), "label")
            entries[code] = Coded(code, node.names(label), node)
        return entries

    @cached_property
    def topics(self) -> dict[str, Coded]:
        """Topics of facts by code, in the order of the file."""
        return self.coded("topics.yaml", "topics")

    @cached_property
    def documents(self) -> dict[str, Coded]:
        """Kinds of documents by code."""
        return self.coded("documents.yaml", "documents")

    # the calendar ------------------------------------------------------------------------------------------------
    @cached_property
    def weekend(self) -> frozenset[int]:
        """ISO days of the week on which offices are closed (1 Monday … 7 Sunday)."""
        return frozenset(node.whole() for node in self._settings.each("weekend"))

    @cached_property
    def holidays(self) -> tuple[Holiday, ...]:
        """Public holidays of calendar.yaml; none when the pack has no such file."""
        if not self.has("calendar.yaml"):
            return ()
        return tuple(self._holiday(node) for node in self.node("calendar.yaml").each("holidays"))

    def _holiday(self, node: Node) -> Holiday:
        text = str(node.child("on").plain())
        if match := _MONTH_DAY.fullmatch(text):
            month, day = int(match[1]), int(match[2])
            try:
                date(2000, month, day)
            except ValueError as error:
                raise node.refuse(f"'{text}' is no day of a year; write it MM-DD.", "on") from error
            return Holiday(month, day, None, node.names("name"))
        on = node.day("on")
        return Holiday(on.month, on.day, on.year, node.names("name"))

    @cached_property
    def school_years(self) -> SchoolYears:
        """The known starts of school years, and month and day of every other one."""
        node = self._settings.child("school_years")
        starts = tuple(start.day() for start in node.each("starts"))
        if any(later <= earlier for earlier, later in pairwise(starts)):
            raise node.refuse("the starts are written in ascending order, each once.", "starts")
        match = _MONTH_DAY.fullmatch(node.text("then"))
        if not match:
            raise node.refuse('month and day of every later year, written "MM-DD".', "then")
        return SchoolYears((int(match[1]), int(match[2])), starts)


def _rights(node: Node, key: str) -> frozenset[str]:
    """The rights under a key. Raises PackRefused, with the nearest name, for one that nobody knows."""
    for named in node.each(key):
        if named.text() not in RIGHTS:
            near = nearest(named.text())
            hint = f"did you mean {near}?" if near else f"known: {', '.join(RIGHTS)}."
            raise named.refuse(f"'{named.text()}' is no right; {hint}")
    return frozenset(node.texts(key))


def _masks(node: Node, sees: str) -> frozenset[str]:
    """The masked columns of a role. Raises PackRefused for a kind that nobody knows, and where nobody is seen."""
    if not node.has("masks"):
        return frozenset()
    for named in node.each("masks"):
        if named.text() not in MASKS:
            near = nearest_mask(named.text())
            hint = f"did you mean {near}?" if near else f"known: {', '.join(MASKS)}."
            raise named.refuse(f"'{named.text()}' is no masked column; {hint}")
    if sees == "figures":
        raise node.refuse("a role that sees no persons has nothing to mask.", "masks")
    return frozenset(node.texts("masks"))


@lru_cache(maxsize=8)
def _at(folder: Path) -> Country:
    if not folder.is_dir():
        raise PackRefused(f"{folder}: there is no country pack here; ONESTOP_COUNTRY names a folder of countries/.")
    return Country(folder)


def pack(folder: Path | None = None) -> Country:
    """The installed country (settings.COUNTRY_PACK), or the pack in another folder. Raises PackRefused."""
    return _at(Path(folder or settings.COUNTRY_PACK))
