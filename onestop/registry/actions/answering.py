"""Answers: a form, an answer given in place, and the correction of an answer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now, today
from onestop.areas.country import pack
from onestop.areas.scope import current
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.asking import with_what_does_not_apply
from onestop.registry.choices import ANSWERED, CORRECTED, Source
from onestop.registry.declared import Declared, declared, parted
from onestop.registry.models import AnswerSheet, Household, Person
from onestop.registry.rows import refresh
from onestop.registry.values import AnswerRefused, Written, written
from onestop.registry.writing import insert, locked, require, standing
from onestop.staff.models import Officer


def kind_of(subject: Person | Household) -> str:
    return "person" if isinstance(subject, Person) else "household"


def subject_of(sheet: AnswerSheet) -> Person | Household:
    subject = sheet.person or sheet.household
    assert subject is not None, "a constraint of the database holds this"
    return subject


def question(of: str, code: str) -> Declared:
    """A fact that may be asked of this subject by the officer of the open scope. Raises ValidationError.

    A fact of a compartment the officer is outside of is answered like one that does not exist.
    """
    fact = declared().get(of, code)
    if fact is None or not fact.is_stored or not current().sees_compartment(fact.compartment):
        raise ValidationError(_("There is no question “%(code)s”.") % {"code": code}, code="question")
    return fact


def written_answers(of: str, answers: Mapping[str, Any], topic: str = "") -> dict[str, Written]:
    """All answers in their stored form. Raises ValidationError with every problem, by fact code."""
    stored: dict[str, Written] = {}
    problems: dict[str, str | Promise] = {}
    for code, value in answers.items():
        fact = question(of, code)
        if topic and fact.topic != topic:
            problems[code] = _("This question is not on this form.")
            continue
        try:
            stored[code] = written(fact, value, estimated_years=pack().estimated_years)
        except AnswerRefused as refused:
            problems[code] = refused.message
    if problems:
        raise ValidationError({code: [message] for code, message in problems.items()})
    return stored


def _on_a_day(subject: Person | Household, observed_on: date) -> None:
    if observed_on > today():
        raise ValidationError({"observed_on": _("Nobody can have answered on a day in the future.")})
    if isinstance(subject, Person) and subject.birth_from and observed_on < subject.birth_from:
        raise ValidationError({"observed_on": _("This day is before the birth of the person.")})


@transaction.atomic
def answer(
    subject: Person | Household,
    answers: Mapping[str, Any],
    *,
    observed_on: date,
    by: Officer,
    topic: str = "",
    source: str = Source.INTERVIEW,
) -> AnswerSheet:
    """Record what was answered in one sitting: the sheet, the wide row and one line in the journal.

    `answers` is {fact: value}, values as `values.written` takes them. With `topic` every fact must be of that form;
    without, the answers were given in place. What does not apply is stored as answered (asking.py). Answers in a
    compartment are a sheet and a line of their own; the sheet given back is the open one, if there is one. Raises
    ValidationError with a message for each wrong answer.
    """
    subject = locked(subject)
    require(by, "registry.answer", subject.unit_code)
    _on_a_day(subject, observed_on)
    if not answers:
        raise ValidationError(_("No question was answered."))
    stored = written_answers(kind_of(subject), answers, topic)
    stored, wrong = with_what_does_not_apply(subject, stored, on=observed_on, topic=topic)
    if wrong:
        raise ValidationError({fact.code: [_("This question does not apply here. Leave it open.")] for fact in wrong})
    sheets = []
    for compartment, part in parted(kind_of(subject), stored).items():
        if not current().sees_compartment(compartment):  # what follows from an answer, in a compartment of others
            continue
        sheets.append(
            insert(
                AnswerSheet(
                    **{kind_of(subject): subject},
                    unit_code=subject.unit_code,
                    topic=topic,
                    compartment=compartment,
                    observed_on=observed_on,
                    observed_by=by,
                    source=source,
                    answers=part,
                    recorded_at=now(),
                )
            )
        )
        record(ANSWERED, by=by, subject=subject, note=topic, compartment=compartment)
    _refreshed(subject)
    return sheets[0]


@transaction.atomic
def correct_answer(sheet: AnswerSheet, answers: Mapping[str, Any], *, by: Officer, reason: str) -> list[AnswerSheet]:
    """Put a wrong answer right, on every date: {fact: the right value, or None for "was never answered"}.

    The sheet stays as it was and is replaced in these facts. Raises ValidationError.
    """
    sheet = standing(AnswerSheet.objects.all(), sheet)
    subject = locked(subject_of(sheet))
    require(by, "registry.answer", subject.unit_code)
    reason = normalise(reason)
    if not reason:
        raise ValidationError({"reason": _("Write why the answer is corrected.")})
    missing = [code for code in answers if code not in sheet.answers]
    if missing or not answers:
        raise ValidationError(_("Only an answer of this sheet can be corrected here."))
    of = kind_of(subject)
    right: dict[str, Written | None] = dict(
        written_answers(of, {code: value for code, value in answers.items() if value is not None})
    )
    right |= {question(of, code).code: None for code, value in answers.items() if value is None}
    written_sheets = []
    for replaced, codes in _in_force(sheet, right).items():
        written_sheets.append(
            insert(
                AnswerSheet(
                    **{of: subject},
                    unit_code=subject.unit_code,
                    topic=sheet.topic,
                    compartment=sheet.compartment,
                    observed_on=sheet.observed_on,
                    observed_by=by,
                    source=Source.CORRECTION,
                    answers={code: right[code] for code in codes},
                    replaces=replaced,
                    recorded_at=now(),
                )
            )
        )
    _refreshed(subject)
    record(CORRECTED, by=by, subject=subject, note=reason, compartment=sheet.compartment)
    return written_sheets


def _in_force(sheet: AnswerSheet, codes: Mapping[str, object]) -> dict[AnswerSheet, list[str]]:
    """Which sheet holds each answer now: this one, or the last correction of it."""
    holders: dict[AnswerSheet, list[str]] = {}
    for code in codes:
        holder = sheet
        while later := holder.corrections.filter(answers__has_key=code, voided_at=None).order_by("recorded_at").last():
            holder = later
        holders.setdefault(holder, []).append(code)
    return holders


def _refreshed(subject: Person | Household) -> None:
    refresh(**{f"{kind_of(subject)}s": [subject.pk]})
