"""Why: the members of one household and all programmes, each cell with its reasons, what to ask, what will change.

`Folder` is the one reading of a household behind the family folder, the reason page and the command `entitlements`; it
computes only what is asked of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from criteria import explain as why
from criteria.dates import completes_on, shift_days
from criteria.explain import Change, Missing, NearestMiss
from criteria.family import Family
from criteria.interpret import HOUSEHOLD, Assessment, Verdict, assess
from criteria.values import Truth
from onestop.eligibility.families import family_of, family_of_person
from onestop.eligibility.rulebook import Rulebook, Version
from onestop.registry.models import Household, Person

MONTHS_AHEAD = 24


@dataclass(frozen=True)
class Cell:
    """A programme for one member (`member` is the person's id), or for the whole household (None)."""

    version: Version
    member: str | None
    assessment: Assessment
    enrolled: bool

    @property
    def truth(self) -> Truth:
        return self.assessment.truth

    @property
    def state(self) -> str:
        """The state shown: receiving before anything the rules say."""
        if self.enrolled:
            return "receiving"
        return self.assessment.verdict.value


@dataclass(frozen=True)
class Question:
    """A missing fact and the unknown cells that its answer alone may decide; `of` is a person's id or "household"."""

    name: str
    of: str
    missing: Missing
    cells: tuple[Cell, ...]

    @property
    def settles(self) -> int:
        return len(self.cells)


@dataclass(frozen=True)
class Turn:
    """One cell is shown in another state from a day on; `after` is "" for one who is no longer a member."""

    on: date
    cell: Cell
    before: str
    after: str


@dataclass
class Folder:
    """One household, or one person in none, on the day of a rulebook."""

    book: Rulebook
    family: Family
    _cells: dict[tuple[str, str | None], Cell] = field(default_factory=dict)
    _missing: dict[tuple[str, str | None], tuple[Missing, ...]] = field(default_factory=dict)
    _changes: dict[tuple[str, str | None, int], tuple[Change, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, household: Household, book: Rulebook) -> "Folder":
        return cls(book, family_of(household, book))

    @classmethod
    def of_person(cls, person: Person, book: Rulebook) -> "Folder":
        """The household of a person on the day; of a person in no household the person alone."""
        return cls(book, family_of_person(person, book))

    @cached_property
    def members(self) -> tuple[str, ...]:
        """Ids of the members present on the day; of a person in no household the person alone."""
        if not self.family.is_household:
            return tuple(member.id for member in self.family.members)
        return tuple(member.id for member in self.family.present(self.book.on))

    def cell(self, version: Version, member: str) -> Cell:
        """The cell of a member; that of a household programme is the household's, shared by all."""
        who = None if version.counts_households else member
        key = (version.code, who)
        if key not in self._cells:
            found = assess(version.rules, self.family, self.book.on, self.book.catalogue, person=who)
            self._cells[key] = Cell(version, who, found, self.is_enrolled(version.code, who))
        return self._cells[key]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell once: household programmes have one, others one for each member."""
        found = {}
        for version in self.book.versions:
            for member in self.members:
                cell = self.cell(version, member)
                found[version.code, cell.member] = cell
        return tuple(found.values())

    def is_enrolled(self, code: str, member: str | None, on: date | None = None) -> bool:
        """In the programme on the day (default: the rulebook's): the person, or the household for everybody."""
        day = on or self.book.on
        return any(
            one.programme == code and one.period.includes(day) and one.member in {None, member}
            for one in self.family.enrolments
        )

    def missing(self, cell: Cell) -> tuple[Missing, ...]:
        """The facts that matter to an unknown cell."""
        key = (cell.version.code, cell.member)
        if key not in self._missing:
            self._missing[key] = why.missing(cell.assessment, self.family, self.book.catalogue)
        return self._missing[key]

    def questions(self) -> list[Question]:
        """What to ask, the fact that settles most cells first (F3-10); what nobody may answer alone comes last."""
        found: dict[tuple[str, str], list[Cell]] = {}
        named: dict[tuple[str, str], Missing] = {}
        for cell in self.cells:
            if cell.truth is None and not cell.enrolled:
                for one in self.missing(cell):
                    named.setdefault((one.name, one.of), one)
                    settled = found.setdefault((one.name, one.of), [])
                    if one.alone:
                        settled.append(cell)
        order = {member: number for number, member in enumerate((HOUSEHOLD, *self.members))}
        questions = [Question(name, of, named[name, of], tuple(cells)) for (name, of), cells in found.items()]
        return sorted(questions, key=lambda one: (-one.settles, order.get(one.of, len(order)), one.name))

    def nearest_miss(self, cell: Cell) -> NearestMiss | None:
        return why.nearest_miss(cell.assessment, self.family, self.book.catalogue) if cell.truth is False else None

    def changes(self, cell: Cell, months: int = MONTHS_AHEAD) -> tuple[Change, ...]:
        """Each day of the coming months on which the cell becomes another, if nothing new is learned."""
        key = (cell.version.code, cell.member, months)
        if key not in self._changes:
            self._changes[key] = why.changes(cell.assessment, self.family, self.book.catalogue, months=months)
        return self._changes[key]

    def yes_from(self, cell: Cell, months: int = MONTHS_AHEAD) -> date | None:
        """The day from which a no becomes a yes by a date alone."""
        if cell.truth is not False:
            return None
        return next((change.on for change in self.changes(cell, months) if change.verdict == "eligible"), None)

    def outlook(self, months: int = MONTHS_AHEAD) -> list[Turn]:
        """What begins and ends for whom in the coming months, in the order of days."""
        return sorted((turn for cell in self.cells for turn in self._turns(cell, months)), key=lambda turn: turn.on)

    def _turns(self, cell: Cell, months: int) -> Iterator[Turn]:
        """The states of one cell, one after the other: who is enrolled receives as long as rule and term both hold."""
        verdicts = {change.on: change.verdict for change in self.changes(cell, months)}
        days = {*verdicts, *self._terms(cell, months)}
        before, verdict = cell.state, Verdict.of(cell.truth)
        for day in sorted(days):
            now = verdicts.get(day, verdict)
            if now is None:
                yield Turn(day, cell, before, "")
                return
            verdict = now
            enrolled = cell.enrolled and self.is_enrolled(cell.version.code, cell.member, day)
            after = "receiving" if enrolled and (now is Verdict.ELIGIBLE or day not in verdicts) else now.value
            if after != before:
                yield Turn(day, cell, before, after)
            before = after

    def _terms(self, cell: Cell, months: int) -> set[date]:
        """The day after an enrolment of an enrolled cell ends."""
        end = completes_on(self.book.on, months)
        return {
            shift_days(one.period.end, 1)
            for one in self.family.enrolments
            if cell.enrolled
            and one.programme == cell.version.code
            and one.member in {None, cell.member}
            and one.period.end is not None
            and self.book.on <= one.period.end < end
        }
