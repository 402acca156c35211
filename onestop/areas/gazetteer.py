"""The country's list of places, read and judged row by row before anything is stored.

A gazetteer is somebody else's file and has faults: codes that repeat, placeholders, units below a unit that has no row.
Each row is kept or skipped by the rules of `judge`, in the order of the file, and everything but a plain row is told in
the report with its file and line: nothing is merged in silence, nothing guessed, and no row stops the loading.
What the pack knows better (kinds, names, units that were or are new) is laid over it from areas.yaml.
"""

import csv
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onestop.areas.country import Country, Node
from onestop.areas.text import normalise

NAME_LENGTH: Final = 120
USUAL_SIGNS: Final = frozenset("'’-.\"()/‹›")
CORRECTIONS: Final = "areas.yaml"


@dataclass(frozen=True)
class GazetteerRow:
    """One line of a gazetteer file, as written."""

    file: str
    line: int
    level: int
    code: str
    stated: tuple[str, ...]
    name: str
    name_latin: str


@dataclass(frozen=True)
class GazetteerUnit:
    """A unit as it shall stand in the table. `valid_from` None: since before the records."""

    code: str
    level: int
    kind: str
    name: str
    name_latin: str
    parent_code: str
    source: str
    other_names: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    successors: tuple[str, ...] = ()
    successor_known: bool = True


@dataclass(frozen=True)
class Finding:
    """One thing the report tells: where, about which code, and why. `skipped`: the row is not in the table."""

    skipped: bool
    file: str
    line: int
    code: str
    name: str
    reasons: tuple[str | Promise, ...]

    def __str__(self) -> str:
        done = _("skipped") if self.skipped else _("kept")
        about = "  ".join(filter(None, (f"{self.file}:{self.line}", self.code, self.name)))
        return f"{about}: {done}, {'; '.join(map(str, self.reasons))}"


@dataclass
class Reading:
    """A gazetteer after reading: the units to keep, by code, and everything worth telling."""

    edition: str
    on: date
    origin: str
    units: dict[str, GazetteerUnit] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    rows: dict[int, int] = field(default_factory=dict)  # by level: lines read, and codes that stand in more than one
    repeated: dict[int, int] = field(default_factory=dict)
    files: dict[int, str] = field(default_factory=dict)

    @property
    def skipped(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.skipped]

    @property
    def remarks(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.skipped]


def read(country: Country) -> Reading:
    """The country's gazetteer with the pack's corrections. Raises PackRefused when the pack itself is wrong."""
    node = country.node("gazetteer.yaml")
    node.only("edition", "on", "module", "distribution", "source", "files")
    origin = node.text("distribution", "") or country.code
    if node.has("distribution"):
        origin = f"{origin} {metadata.version(origin)}"
    reading = Reading(node.text("edition"), node.day("on"), origin)
    root: Traversable = country.folder
    if node.has("module"):
        root = resources.files(node.text("module"))
    rows: list[GazetteerRow] = []
    for file in node.each("files"):
        found = _rows(root, file, reading)
        level = file.whole("level")
        reading.files[level] = _short(file)
        reading.rows[level] = len(found) + sum(finding.file == _short(file) for finding in reading.findings)
        rows += found
    judge(rows, country, reading, node.text("source"))
    if country.has(CORRECTIONS):
        _correct(reading, country)
    return reading


def _short(file: Node) -> str:
    return file.text("path").rsplit("/", 1)[-1]


def _rows(root: Traversable, file: Node, reading: Reading) -> list[GazetteerRow]:
    """The rows of one CSV file that can be read at all; the others become findings.

    Line by line: a quote that never closes spoils its own line, not the rest of the file.
    """
    file.only("level", "path", "code", "parent", "name", "name_latin")
    try:
        data = root.joinpath(file.text("path")).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise file.refuse("there is no such file.", "path") from error
    lines = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").splitlines()
    head = [cell.strip() for cell in next(csv.reader(lines[:1]), [])]
    wanted = [file.text("code"), file.text("name"), file.text("name_latin"), *file.texts("parent")]
    if missing := [column for column in wanted if column not in head]:
        raise file.refuse(f"the file has no column {', '.join(missing)}.")
    places = [head.index(column) for column in wanted]
    rows, name, level = [], _short(file), file.whole("level")
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], strict=True))]
        except csv.Error:
            cells = []
        if len(cells) != len(head):
            reason = _("the line is broken: %(wanted)d cells are expected") % {"wanted": len(head)}
            reading.findings.append(Finding(True, name, number, "", line[:40], (reason,)))
            continue
        code, own, latin, *stated = (cells[place] for place in places)
        rows.append(GazetteerRow(name, number, level, code, tuple(stated), own, latin))
    return rows


def judge(rows: list[GazetteerRow], country: Country, reading: Reading, source: str) -> None:
    """Keep or skip each row, level by level and in the order of the file.

    A code keeps its first row that is sound; a later one is skipped whether it says the same or another thing: nobody
    can tell from the file which is right, and the first is the one whose place in the list fits its number.
    """
    kept: dict[str, GazetteerRow] = {}
    for row in sorted(rows, key=lambda row: row.level):  # sorted() is stable: the file's order stays
        reasons = tuple(_unreadable(row, country)) or tuple(_misplaced(row, country, kept))
        if reasons:
            reading.findings.append(_of(row, *reasons, skipped=True))
            continue
        kept[row.code] = row
        kind, parent = country.levels[row.level - 1].default_kind, country.parent_code(row.code) or ""
        name, latin = normalise(row.name), normalise(row.name_latin)
        reading.units[row.code] = GazetteerUnit(row.code, row.level, kind, name, latin, parent, source)
        if remarks := tuple(_remarks(row)):
            reading.findings.append(_of(row, *remarks))
    parents = {unit.parent_code for unit in reading.units.values()}
    reading.findings += [
        _of(row, _("no unit below it"))
        for code, row in kept.items()
        if row.level < len(country.levels) and code not in parents
    ]
    often = Counter((row.level, row.code) for row in rows)
    reading.repeated = {level: sum(n > 1 for (of, _code), n in often.items() if of == level) for level in reading.rows}


def _of(row: GazetteerRow, *reasons: str | Promise, skipped: bool = False) -> Finding:
    return Finding(skipped, row.file, row.line, row.code, _both(row.name, row.name_latin), reasons)


def _both(name: str, latin: str) -> str:
    return " / ".join(dict.fromkeys(filter(None, (normalise(name), normalise(latin)))))


def _unreadable(row: GazetteerRow, country: Country) -> Iterator[str | Promise]:
    """Why the row cannot be used whatever stands around it."""
    length = country.levels[row.level - 1].length
    if not (row.code.isascii() and row.code.isalnum()):
        yield _("'%(code)s' is no code: only digits and letters make one") % {"code": row.code}
    elif len(row.code) != length:
        yield _("the code has %(found)d characters, those of its level have %(length)d") % {
            "found": len(row.code),
            "length": length,
        }
    names = row.name, row.name_latin
    if not any(names):
        yield _("it has no name")
    if any(len(name) > NAME_LENGTH for name in names):
        yield _("the name is longer than %(length)d characters") % {"length": NAME_LENGTH}
    if any(sign == "\ufffd" or unicodedata.category(sign) == "Cc" for name in names for sign in name):
        yield _("the name has a damaged character")


def _misplaced(row: GazetteerRow, country: Country, kept: dict[str, GazetteerRow]) -> Iterator[str | Promise]:
    """Why the row has no place of its own in the tree."""
    wrong = next((stated for stated in row.stated if not (stated and row.code.startswith(stated))), None)
    if wrong is not None:
        yield _("the row says it lies in %(stated)s, its code does not begin so") % {"stated": wrong or "–"}
    if first := kept.get(row.code):
        if (row.name, row.name_latin) == (first.name, first.name_latin):
            yield _("it repeats line %(line)d word for word") % {"line": first.line}
        else:
            yield _("the first row of this code is kept, line %(line)d, %(name)s") % {
                "line": first.line,
                "name": _both(first.name, first.name_latin),
            }
    parent = country.parent_code(row.code)
    if parent and parent not in kept:
        yield _("the unit above it, %(parent)s, has no row that could be kept") % {"parent": parent}


def _remarks(row: GazetteerRow) -> Iterator[str | Promise]:
    """What is worth telling about a row that is kept."""
    if not (row.name and row.name_latin):
        yield _("one of its two names is missing")
    signs = {sign: unicodedata.category(sign) for sign in row.name + row.name_latin}
    if "Cf" in signs.values():
        yield _("without the invisible characters in its name")
    odd = {sign for sign, category in signs.items() if category[0] not in "LMNZC"} - USUAL_SIGNS
    if odd:
        yield _("its name has the unusual sign %(odd)s") % {"odd": " ".join(sorted(odd))}


# What the pack knows better ------------------------------------------------------------------------------------------
def _correct(reading: Reading, country: Country) -> None:
    """Lay areas.yaml over the units read: names, former and new units, kinds, other spellings."""
    node = country.node(CORRECTIONS)
    node.only("kinds", "names", "former", "former_source", "new", "new_source", "spellings", "spellings_source")
    language = country.languages[0]
    for entry in node.each("names"):
        if unit := _known(entry, reading):
            own, latin = entry.text(language, unit.name), entry.text("latin", unit.name_latin)
            reading.units[unit.code] = replace(unit, name=normalise(own), name_latin=normalise(latin))
            message = _("under the name of the country pack")
            reading.findings.append(_at(entry, unit.code, _both(unit.name, unit.name_latin), message))
    for entry in node.each("former"):
        _former(entry, node.text("former_source"), reading, country)
    for entry in node.each("new"):
        if unit := _known(entry, reading):
            source = f"{unit.source}. {node.text('new_source')}"
            reading.units[unit.code] = replace(unit, valid_from=entry.day("valid_from"), source=source)
    for entry in node.each("spellings"):
        if unit := _known(entry, reading):
            names = (*unit.other_names, normalise(entry.text("latin")))
            reading.units[unit.code] = replace(unit, other_names=names)
    for entry in node.each("kinds"):
        _kinds(entry, reading, country)


def _at(entry: Node, code: str, name: str, reason: str | Promise, *, skipped: bool = False) -> Finding:
    return Finding(skipped, entry.file, entry.line, code, name, (reason,))


def _known(entry: Node, reading: Reading) -> GazetteerUnit | None:
    """The unit an entry of areas.yaml is about; an entry about no unit is told, since another edition may lack it."""
    code = entry.text("code")
    if code not in reading.units:
        reading.findings.append(_at(entry, code, "", _("the gazetteer has no such unit"), skipped=True))
    return reading.units.get(code)


def _former(entry: Node, source: str, reading: Reading, country: Country) -> None:
    """A unit that was there before this edition and is not any more."""
    code = entry.text("code")
    level, parent = country.level_of(code), country.parent_code(code) or ""
    own, latin = normalise(entry.text(f"name_{country.languages[0]}")), normalise(entry.text("name_latin"))
    if level is None:
        raise entry.refuse(f"no level has codes of {len(code)} characters.", "code")
    if code in reading.units:
        reason = _("the gazetteer has this unit, so it is not a former one")
        reading.findings.append(_at(entry, code, _both(own, latin), reason, skipped=True))
        return
    if parent and parent not in reading.units:
        above = _("the unit above it, %(parent)s, has no row that could be kept") % {"parent": parent}
        reading.findings.append(_at(entry, code, _both(own, latin), above, skipped=True))
        return
    published = (entry.text("published_as"),) if entry.has("published_as") else ()
    reading.units[code] = GazetteerUnit(
        code,
        level.number,
        entry.text("kind", level.default_kind),
        own,
        latin,
        parent,
        source,
        tuple(normalise(name) for name in published),
        entry.day("valid_from", None),
        entry.day("valid_to"),
        entry.texts("successors"),
        entry.flag("successor_known", True),
    )
    told = _("a former unit, valid to %(day)s") % {"day": entry.day("valid_to")}
    reading.findings.append(_at(entry, code, _both(own, latin), told))


def _kinds(entry: Node, reading: Reading, country: Country) -> None:
    """Units of another kind than their level's usual one: named by code, or below a unit, or below units of a kind."""
    entry.only("kind", "codes", "below", "below_kinds", "check")
    kind = country.kinds.get(entry.text("kind"))
    if kind is None:
        raise entry.refuse(f"'{entry.text('kind')}' is no kind of country.yaml.", "kind")
    below, below_kinds = entry.texts("below"), entry.texts("below_kinds")
    codes = set(entry.texts("codes"))
    for code in sorted(codes - set(reading.units)):
        reading.findings.append(_at(entry, code, kind.code, _("the gazetteer has no such unit"), skipped=True))
    for unit in list(reading.units.values()):
        if unit.level != kind.level:
            if unit.code in codes:
                raise entry.refuse(f"{unit.code} is of level {unit.level}, the kind of level {kind.level}.", "codes")
            continue
        parent = reading.units.get(unit.parent_code)
        if unit.code in codes or unit.code.startswith(below or ("-",)) or (parent and parent.kind in below_kinds):
            reading.units[unit.code] = replace(unit, kind=kind.code)
