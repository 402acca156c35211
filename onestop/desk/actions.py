"""Writing an answer down where it was asked, with what it changed; nobody's newer answer is written over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from onestop.areas.clock import today
from onestop.areas.keys import uuid7
from onestop.desk.asking import Asked
from onestop.desk.choices import NOT_KNOWN
from onestop.desk.queries import Opened
from onestop.eligibility.explain import Folder
from onestop.journal.actions import record
from onestop.registry import actions as registry
from onestop.registry.models import AnswerSheet, Household, Person, PovertyStatus
from onestop.registry.writing import locked


class AnsweredMeanwhile(Exception):
    """Somebody wrote this answer after the page was opened. `who`, `at` and `value` (as stored) tell what stands."""

    def __init__(self, who: str, at: datetime, value: Any) -> None:
        super().__init__("the answer was given meanwhile")
        self.who, self.at, self.value = who, at, value


@dataclass(frozen=True)
class Told:
    """What an answer changed: the cells by (programme, member's id or ""), each with the state before and after."""

    key: str
    of: str
    name: str
    cells: tuple[tuple[str, str, str, str], ...]


@transaction.atomic
def answer_in_place(page: Opened, what: Asked, answer: dict[str, Any], *, asked_at: datetime, version: int = 0) -> Told:
    """Save the answer to one question and tell which cells it changed.

    `answer` is what the form of the question gives: {"value": …}, or the fields of a poverty status. Raises
    AnsweredMeanwhile, registry's StaleSave for a birth, ValidationError, PermissionDenied.
    """
    before = {(cell.version.code, cell.member or ""): cell.state for cell in page.folder.cells}
    subject = locked(what.person or page.household)
    _refuse_newer(what, subject, asked_at)
    _save(what, subject, answer, page, version)
    after = Folder.of(page.household, page.book)
    changed = [
        (cell.version.code, cell.member or "", before.get((cell.version.code, cell.member or ""), ""), cell.state)
        for cell in after.cells
        if before.get((cell.version.code, cell.member or "")) != cell.state
    ]
    return Told(str(uuid7()), what.of, what.name, tuple(changed))


def _save(what: Asked, subject: Person | Household, answer: dict[str, Any], page: Opened, version: int) -> None:
    by = page.officer
    match what.way, subject:
        case "birth", Person():
            registry.change_person(subject, version=version, by=by, birth=answer["value"])
        case "sex", Person():
            registry.change_person(subject, version=version, by=by, sex=answer["value"])
        case "status", Household():
            registry.record_poverty_status(subject, by=by, **answer)
        case "answer", _:
            registry.answer(subject, {what.name: answer["value"]}, observed_on=today(), by=by)
        case _:
            raise ValueError(f"{what.name} is not answered in place")


def _refuse_newer(what: Asked, subject: Person | Household, asked_at: datetime) -> None:
    """Raise AnsweredMeanwhile when the same question was answered after the page was opened."""
    if what.way == "answer":
        of = "person" if isinstance(subject, Person) else "household"
        sheets = AnswerSheet.objects.filter(**{of: subject}, answers__has_key=what.name, voided_at=None)
        newer = sheets.filter(recorded_at__gt=asked_at).select_related("observed_by").order_by("recorded_at").last()
        if newer is not None:
            raise AnsweredMeanwhile(newer.observed_by.name, newer.recorded_at, newer.answers[what.name])
    elif what.way == "status":
        rows = PovertyStatus.objects.filter(household=subject.pk, voided_at=None, recorded_at__gt=asked_at)
        status = rows.order_by("recorded_at").last()
        if status is not None:
            raise AnsweredMeanwhile("", status.recorded_at, str(status.level))


@transaction.atomic
def not_known(page: Opened, what: Asked) -> None:
    """Keep that it was asked and nobody knew: the question stays open and goes to the end of the list for today.

    Of a fact in a compartment the line is read inside of it only.
    """
    closed = what.stored.compartment if what.stored is not None else ""
    record(NOT_KNOWN, by=page.officer, subject=what.person or page.household, note=what.name, compartment=closed)
