"""Every write of this room: enrol one, enrol many, end, void.

An action checks the officer's right at the place and for the programme, writes, and journals once for each person or
household. What is wrong comes back as a ValidationError with a sentence for the reader; nothing is half done.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from onestop.areas.clock import now
from onestop.areas.scope import current
from onestop.areas.text import normalise
from onestop.enrolments import loading
from onestop.enrolments.choices import ENDED, ENROLLED, VOIDED
from onestop.enrolments.models import Enrolment
from onestop.journal.actions import record
from onestop.programmes.choices import Unit
from onestop.programmes.models import Programme
from onestop.registry import writing
from onestop.registry.models import Household, Person
from onestop.staff.models import Officer

# Who registers families also records who is in which programme, until applications decide it
RIGHT: Final = "registry.register"


@dataclass(frozen=True)
class EnrolledMany:
    """What `enrol_many` did: enrolled now, enrolled on some of these days already, and not (any more) in the area."""

    enrolled: int
    already: int
    gone: int


@transaction.atomic
def enrol(
    subject: Person | Household,
    programme: Programme,
    *,
    valid_from: date,
    by: Officer,
    valid_to: date | None = None,
) -> Enrolment:
    """Enrol a person or a household, as the programme's unit says, from a day on.

    A merged person's enrolment is written for the one that stays. Raises ValidationError, PermissionDenied.
    """
    _in_programme(programme)
    stands = _locked(subject)
    writing.require(by, RIGHT, stands.unit_code)
    if isinstance(stands, Person) is not (programme.unit == Unit.PERSON):
        raise ValidationError(_wrong_unit(programme))
    enrolment = writing.insert(
        Enrolment(
            programme=programme,
            person=stands if isinstance(stands, Person) else None,
            household=stands if isinstance(stands, Household) else None,
            unit_code=stands.unit_code,
            sector=programme.sector,
            compartment=programme.compartment,
            valid_from=valid_from,
            valid_to=valid_to,
            enrolled_by=by,
        )
    )
    _record(ENROLLED, enrolment, note=programme.code, by=by)
    return enrolment


@transaction.atomic
def enrol_many(
    programme: Programme,
    subjects: Sequence[UUID],
    *,
    valid_from: date,
    by: Officer,
    valid_to: date | None = None,
) -> EnrolledMany:
    """Enrol thousands at once, such as the matches of a cross-table: keys of persons, or of households.

    Who is enrolled on one of these days already is left as it is; who was voided or merged, or moved out of the
    officer's area meanwhile, is left out. Both are counted. Raises ValidationError, PermissionDenied.
    """
    _in_programme(programme)
    if valid_to is not None and valid_to < valid_from:
        raise ValidationError({"valid_to": _("An enrolment cannot end before it begins.")})
    of = "person" if programme.unit == Unit.PERSON else "household"
    parameters: dict[str, Any] = {
        "subjects": list(subjects),
        "programme": programme.pk,
        "from": valid_from,
        "to": valid_to,
        "by": by.pk,
        "sector": programme.sector,
        "compartment": programme.compartment,
    }
    with connection.cursor() as cursor:
        cursor.execute(_standing(of, "count(*), array_agg(DISTINCT s.unit_code)"), parameters)
        found, units = cursor.fetchone() or (0, None)
    for unit in units or ():
        writing.require(by, RIGHT, unit)
    try:
        with transaction.atomic():
            enrolled = loading.insert(_enrol_many(of), parameters, by=by)
    except IntegrityError as error:  # somebody enrolled one of them in this very moment
        raise ValidationError(writing.words_of(Enrolment, error), code="refused") from error
    return EnrolledMany(enrolled, already=found - enrolled, gone=len(set(subjects)) - found)


_MERGED: Final = {"person": " AND s.merged_into_id IS NULL", "household": ""}
_SELECTED: Final = "%(programme)s, s.id, %(from)s::date, %(to)s::date, s.unit_code, %(by)s, %(sector)s, %(compartment)s"
_STANDING: Final = "SELECT {what} FROM {table} s WHERE s.id = ANY(%(subjects)s) AND s.voided_at IS NULL{merged}"
_ENROL_MANY: Final = """
INSERT INTO {enrolments} (programme_id, {subject}, valid_from, valid_to, unit_code, enrolled_by_id, sector, compartment)
{standing} AND NOT EXISTS (
    SELECT FROM {enrolments} e
    WHERE e.{subject} = s.id AND e.programme_id = %(programme)s AND e.voided_at IS NULL
      AND daterange(e.valid_from, e.valid_to, '[]') && daterange(%(from)s, %(to)s, '[]')
)
"""


def _standing(of: str, what: str) -> sql.Composed:
    """Of the asked keys, those that are there."""
    table = (Person if of == "person" else Household)._meta.db_table
    return sql.SQL(_STANDING).format(what=sql.SQL(what), table=sql.Identifier(table), merged=sql.SQL(_MERGED[of]))


def _enrol_many(of: str) -> sql.Composed:
    return sql.SQL(_ENROL_MANY).format(
        enrolments=sql.Identifier(loading.TABLE),
        subject=sql.Identifier(f"{of}_id"),
        standing=_standing(of, _SELECTED),
    )


@transaction.atomic
def end(enrolment: Enrolment, *, last_day: date, by: Officer, reason: str = "") -> Enrolment:
    """Let an enrolment end on a day, which still belongs to it. One that ends already can only end earlier.

    Raises ValidationError.
    """
    enrolment = _standing_now(enrolment, by)
    if enrolment.valid_to is not None and last_day >= enrolment.valid_to:
        raise ValidationError({"last_day": _("This enrolment ends before that day already.")})
    writing.update(Enrolment.objects.filter(pk=enrolment.pk), valid_to=last_day, version=F("version") + 1)
    enrolment.valid_to, enrolment.version = last_day, enrolment.version + 1
    _record(ENDED, enrolment, note=_note(enrolment, reason), by=by)
    return enrolment


@transaction.atomic
def void(enrolment: Enrolment, *, reason: str, by: Officer) -> None:
    """Take back an enrolment that should never have been, with the reason: it holds on no day.

    Raises ValidationError.
    """
    reason = normalise(reason)
    if not reason:
        raise ValidationError({"reason": _("Write why this is voided.")})
    enrolment = _standing_now(enrolment, by)
    writing.update(
        Enrolment.objects.filter(pk=enrolment.pk),
        voided_at=now(),
        voided_by=by,
        void_reason=reason,
        version=F("version") + 1,
    )
    _record(VOIDED, enrolment, note=_note(enrolment, reason), by=by)


def _record(verb: str, enrolment: Enrolment, *, note: str, by: Officer) -> None:
    """A line about who is enrolled; it names the programme and is closed like it."""
    subject, sector, compartment = enrolment.subject, enrolment.sector, enrolment.compartment
    record(verb, by=by, subject=subject, note=note, sector=sector, compartment=compartment)


def _locked(subject: Person | Household) -> Person | Household:
    # one call a kind: `locked` gives back the kind it is given, and a union is none
    return writing.locked(subject) if isinstance(subject, Person) else writing.locked(subject)


def _standing_now(enrolment: Enrolment, by: Officer) -> Enrolment:
    """The enrolment as it is now, locked, for an officer who may change it."""
    enrolment = writing.standing(Enrolment.objects.all(), enrolment)
    _in_programme(enrolment.programme)
    writing.require(by, RIGHT, enrolment.unit_code)
    return enrolment


def _in_programme(programme: Programme) -> None:
    """Refuse a programme outside the officer's compartments, as if it were not there, or outside his sectors."""
    scope = current()
    if not scope.sees_compartment(programme.compartment):
        raise ValidationError(_("There is no such programme."), code="programme")
    if not scope.sees_sector(programme.sector):
        raise PermissionDenied(_("This programme belongs to another sector. Ask the office that runs it."))


def _wrong_unit(programme: Programme) -> str:
    if programme.unit == Unit.PERSON:
        return str(_("This programme enrols persons. Choose the member of the household."))
    return str(_("This programme enrols whole households. Choose the household."))


def _note(enrolment: Enrolment, reason: str) -> str:
    reason = normalise(reason)
    return f"{enrolment.programme_id}: {reason}" if reason else enrolment.programme_id
