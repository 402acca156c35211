"""Plain values that pages hand to the parts of this room: bars, the matrix, criteria, questions, coming changes.

They hold ready texts and URLs, no models, so that a page builder sees here exactly what a part can show. A text may be
a str, a lazy message, or a mapping of languages ({"km": …, "en": …}); see onestop.ui.languages.texts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, Literal

from onestop.ui.words import STATES

State = Literal["receiving", "applied", "eligible", "unknown", "not_eligible", "no_programme"]
NOT_KNOWN = "unknown"  # the value of the answer "not known", which every question offers


@dataclass(frozen=True)
class Part:
    """One stretch of a bar: a state (or "plain"), how many, and a word where the state's own does not fit."""

    state: str
    count: int
    label: Any = ""

    @property
    def word(self) -> Any:
        """The words of a legend for this part."""
        return self.label or (STATES[self.state].long if self.state in STATES else "")


@dataclass(frozen=True)
class Stretch:
    """A part with its place in the bar, in per cent as text (SVG wants a point, whatever the language)."""

    part: Part
    start: str
    width: str


@dataclass(frozen=True)
class Bar:
    """A bar of parts that together make its whole length; nothing to count is an empty frame."""

    parts: Sequence[Part]
    small: bool = False

    def stretches(self) -> list[Stretch]:
        """Where each part lies; parts of nothing are left out."""
        total = sum(part.count for part in self.parts)
        found, at = [], 0
        for part in self.parts:
            if part.count:
                found.append(Stretch(part, f"{at * 100 / total:.3f}%", f"{part.count * 100 / total:.3f}%"))
            at += part.count
        return found


@dataclass(frozen=True)
class Cell:
    """One cell of the matrix. `from_on` is the day from which a no becomes a yes; without `url` it is no link."""

    state: State
    url: str = ""
    from_on: date | None = None

    @property
    def is_folded(self) -> bool:
        """Whether a phone folds this cell into "not eligible for so many more"."""
        return self.state == "not_eligible" and self.from_on is None


@dataclass(frozen=True)
class MatrixColumn:
    """A programme: its name, and the heading over its group ("for the household", "for each person")."""

    name: Any
    group: Any = ""
    url: str = ""


@dataclass(frozen=True)
class MatrixRow:
    """A member, or the whole household: names in both languages, a quiet second line, one entry per column.

    An entry is a Cell or None where the programme is not for this row.
    """

    name: Any
    cells: Sequence[Cell | None]
    detail: Any = ""
    url: str = ""
    is_whole: bool = False

    @property
    def folded(self) -> int:
        """How many plain cells of "no" a phone leaves out."""
        return sum(1 for cell in self.cells if cell and cell.is_folded)


@dataclass(frozen=True)
class Matrix:
    """Members down, programmes across."""

    caption: Any
    columns: Sequence[MatrixColumn]
    rows: Sequence[MatrixRow]
    corner: Any = ""

    @property
    def is_many(self) -> bool:
        """More columns than stand beside each other with ease: their words are set smaller."""
        return len(self.columns) > 10

    def groups(self) -> list[tuple[Any, int]]:
        """The headings over the columns, each with its span; empty when no column has one."""
        if not any(column.group for column in self.columns):
            return []
        return [(name, len(list(group))) for name, group in groupby(self.columns, key=lambda column: column.group)]

    def lines(self) -> Iterator[tuple[MatrixRow, list[tuple[MatrixColumn, Cell | None]]]]:
        """Each row with its cells beside their columns."""
        for row in self.rows:
            yield row, list(zip(self.columns, row.cells, strict=True))


@dataclass(frozen=True)
class Question:
    """A question asked in place: one fact of one person or household, answered by one POST.

    kind: buttons (yes / no), radios (few choices, all read), select (many), number, date, text. "Not known" is added to
    each. `settles` says what the answer decides, `count` how many cells; `hidden` names the fact and of whom.
    """

    text: Any
    action: str
    kind: Literal["buttons", "radios", "select", "number", "date", "text"]
    choices: Sequence[tuple[str, Any]] = ()
    hidden: Mapping[str, str] = field(default_factory=dict)
    settles: Any = ""
    count: int = 0
    last_known: Any = ""
    in_private: bool = False
    error: Any = ""
    value: str = ""
    id: str = "question"
    unit: Any = ""


@dataclass(frozen=True)
class Known:
    """What is known for a criterion: the fact as text, where it comes from and when, and whether it has gone stale."""

    text: Any
    source: Any = ""
    is_stale: bool = False


@dataclass(frozen=True)
class Criterion:
    """One condition of a programme: its outcome, its sentence in both languages, what is known, a question."""

    state: Literal["met", "not_met", "unknown"]
    sentence: Any
    known: Sequence[Known] = ()
    question: Question | None = None
    note: Any = ""


@dataclass(frozen=True)
class Turn:
    """One cell that changes: state before, state after, and the words."""

    before: State
    after: State
    text: Any


@dataclass(frozen=True)
class Change:
    """A coming day on which something changes: the day, what happens, and what turns."""

    on: date
    title: Any
    turns: Sequence[Turn] = ()
    precision: str = "day"


@dataclass(frozen=True)
class Crumb:
    """One step of the trail above the title; the last one has no URL."""

    label: Any
    url: str = ""
