"""Reading one household for its pages: who lives there, where, how poor, what is on paper, what was done.

Every page of a household begins with `opened`, which answers None for a household out of the officer's scope just as
for one that does not exist.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from onestop.areas.clock import local, now, today
from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit
from onestop.areas.queries import path_of
from onestop.areas.scope import Scope
from onestop.desk.choices import NOT_KNOWN
from onestop.desk.words import names_of
from onestop.eligibility.explain import Cell, Folder
from onestop.eligibility.families import completed
from onestop.eligibility.guarantees import book_for
from onestop.eligibility.rulebook import Rulebook
from onestop.journal.models import JournalEntry
from onestop.journal.queries import sentence
from onestop.journal.verbs import DISCLOSING, READ
from onestop.registry import read_family
from onestop.registry.models import AnswerSheet, Household, IdentityDocument, Person, PovertyStatus
from onestop.staff.models import Officer
from onestop.ui import languages

LINES_KEPT = 60


@dataclass(frozen=True)
class Happened:
    """One line of the household's history: what was done, to whom, by whom."""

    entry: JournalEntry
    sentence: str
    officer: str


@dataclass
class Opened:
    """One household on one day as an officer may see it. What needs a query is read when it is asked for."""

    household: Household
    officer: Officer
    scope: Scope
    book: Rulebook
    folder: Folder
    rows: read_family.Rows

    @property
    def on(self) -> date:
        return self.book.on

    @property
    def is_past(self) -> bool:
        """A day gone by is shown as it was: nothing can be answered for it."""
        return self.on < today()

    @cached_property
    def persons(self) -> dict[str, Person]:
        """Everyone who ever belonged to it, by id."""
        return {str(person.pk): person for person in self.rows.persons}

    @cached_property
    def members(self) -> list[Person]:
        """Who lives there on the day: the head first, then by age."""
        here = [self.persons[key] for key in self.folder.members]
        return sorted(here, key=lambda one: (self.relation(one) != "head", one.birth_from or date.max, str(one.pk)))

    def relation(self, person: Person) -> str:
        """The code of the relation to the head on the day; '' where it is not recorded."""
        held = [one for one in self.rows.memberships[person.pk] if one.valid_from <= self.on]
        return held[-1].relation if held else ""

    def last_day(self, person: Person) -> date:
        """The last day on which the person belonged to the household; far ahead for who lives there today."""
        return max((one.valid_to or date.max for one in self.rows.memberships[person.pk]), default=date.max)

    def has_left(self, person: Person) -> bool:
        """True for who belongs to it no more: what is read of that person is no reading of this household."""
        return self.last_day(person) < today()

    @property
    def name(self) -> dict[str, str]:
        """The name of the head, by which everybody calls the household; its folder number where nobody is head."""
        head = self.household.head or (self.members[0] if self.members else None)
        return names_of(head) if head is not None else languages.texts(self.household.folder_number)

    @cached_property
    def path(self) -> list[AdministrativeUnit]:
        """The units it lives in, from the top; the village last."""
        return path_of(self.folder.family.place or self.household.unit_code)

    @property
    def poverty(self) -> PovertyStatus | None:
        """The status in force on the day: the one that began last, of two begun the same day the one recorded later."""
        holding = [
            one for one in self.rows.statuses if one.valid_from <= self.on and self.on <= (one.valid_to or self.on)
        ]
        return max(holding, key=lambda one: (one.valid_from, one.recorded_at, str(one.pk)), default=None)

    @property
    def papers(self) -> dict[UUID, list[IdentityDocument]]:
        """The papers of each member that are valid on the day."""
        return self.rows.papers

    @cached_property
    def lines(self) -> list[JournalEntry]:
        """The newest lines of the journal about the household and its members, without mere openings."""
        return list(self.journal.exclude(verb=READ)[:LINES_KEPT])

    @property
    def journal(self) -> QuerySet[JournalEntry]:
        """Every line about the household and its members, the newest first."""
        kinds = [Household._meta.label_lower, Person._meta.label_lower]
        keys = [str(self.household.pk), *self.persons]
        found = JournalEntry.objects.filter(subject_kind__in=kinds, subject_id__in=keys)
        return found.select_related("officer").order_by("-id")

    def history(self, most: int = LINES_KEPT) -> list[Happened]:
        """The same as sentences, the newest first."""
        found = []
        for entry in self.lines[:most]:
            hidden = untold(entry, self.scope)
            said = sentence(entry, subject=self.called(entry.subject_id), officer=hidden)
            found.append(Happened(entry, said, hidden or entry.officer.name))
        return found

    def called(self, key: str) -> str:
        """How a line names its subject: a member by name, the household by its folder number."""
        person = self.persons.get(key)
        return person_name(person) if person else self.household.folder_number

    def asked_in_vain(self) -> set[tuple[str, str]]:
        """(fact, of whom) of the questions of today whose answer nobody knew: they are not asked first again."""
        return {
            (entry.note, entry.subject_id)
            for entry in self.lines
            if entry.verb == NOT_KNOWN and local(entry.at).date() == local(now()).date()
        }

    def cell(self, code: str, member: str | None) -> Cell | None:
        """The cell of a programme; None where there is none of it here."""
        version = self.book.get(code)
        if version is None or (member is not None and member not in self.folder.members):
            return None
        if member is None and not version.counts_households:
            return None
        return self.folder.cell(version, member or "")


def is_closed(roles: Iterable[str], scope: Scope) -> bool:
    """Whether one of these roles stands in a compartment of which the reader is not."""
    known = pack().roles
    return any(set(known[code].compartments) - scope.compartments for code in roles if code in known)


def untold(entry: JournalEntry, scope: Scope) -> str:
    """What stands in place of the name of who saw a record for a protected service; '' where the name may be told."""
    hidden = entry.verb in DISCLOSING and is_closed(entry.roles.split(), scope)
    return _("an office of the district") if hidden else ""


def person_name(person: Person) -> str:
    """The name in the page's language."""
    return languages.one(names_of(person)) or person.number


def opened(key: UUID, *, officer: Officer, scope: Scope, on: date) -> Opened | None:
    """The household on the day; None when it is not in the officer's scope, or is not there."""
    visible = Household.objects.visible_to(officer).kept().select_related("head")
    household = visible.filter(pk=key).first()
    if household is None:
        return None
    book = book_for(on, scope)
    rows = read_family.rows_of(household, on)
    folder = Folder(book, completed(rows.family, household, book))
    return Opened(household, officer, scope, book, folder, rows)


def last_sheets(persons: Iterable[UUID], household: UUID, on: date) -> dict[tuple[str, str], AnswerSheet]:
    """Of each answer that holds on the day the sheet it stands in, by (fact, of whom): who recorded it, and how."""
    rows = AnswerSheet.objects.filter(voided_at=None, observed_on__lte=on).select_related("observed_by")
    of_persons = rows.filter(person__in=list(persons))
    of_household = rows.filter(household=household)
    found: dict[tuple[str, str], AnswerSheet] = {}
    for sheet in _in_order([*of_persons, *of_household]):
        for code in sheet.answers:
            found[code, str(sheet.person_id) if sheet.person_id else "household"] = sheet
    return found


def _in_order(sheets: Sequence[AnswerSheet]) -> list[AnswerSheet]:
    return sorted(sheets, key=lambda sheet: (sheet.observed_on, sheet.recorded_at, str(sheet.pk)))
