"""Asking to have a person's record put right, and deciding it (GOV-43). The decision writes the change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.dates import PartialDate
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.actions.doubles import look_for_doubles
from onestop.registry.actions.mending import write_change
from onestop.registry.actions.registering import NAMES
from onestop.registry.choices import CHANGED, CORRECTABLE
from onestop.registry.models import CorrectionRequest, Person
from onestop.registry.workflow import CORRECTION
from onestop.registry.writing import insert, locked
from onestop.staff.models import Officer

__all__ = [
    "approve_correction",
    "ask_correction",
    "as_written",
    "refuse_correction",
    "tell_correction",
    "withdraw_correction",
]


def as_written(person: Person) -> dict[str, Any]:
    """What stands in the record, in the form of a request: names and sex as text, the birth as [date, precision]."""
    birth = [person.birth_date.isoformat(), person.birth_precision] if person.birth_date else None
    return {name: getattr(person, name) for name in NAMES} | {"sex": person.sex or "", "birth": birth}


@transaction.atomic
def ask_correction(person: Person, *, wanted: Mapping[str, Any], proof: str, by: Officer) -> CorrectionRequest:
    """Ask for other values of CORRECTABLE fields (`birth` a PartialDate or None). Raises ValidationError by field."""
    person = locked(person)
    if unknown := set(wanted) - set(CORRECTABLE):
        raise TypeError(f"Not to be corrected here: {sorted(unknown)}.")
    before = as_written(person)
    asked = {name: _plain(name, value) for name, value in wanted.items()}
    changes = {name: [before[name], value] for name, value in asked.items() if value != before[name]}
    if not changes:
        raise ValidationError(_("Nothing differs from what is written. Change at least one field."))
    if CorrectionRequest.objects.waiting().filter(person=person).exists():
        raise ValidationError(_("A correction for this person waits already. Decide or withdraw it first."))
    proof = normalise(proof)
    if not proof:
        raise ValidationError({"proof": _("Write what shows it: a paper seen, or who told it.")})
    request = insert(
        CorrectionRequest(person=person, unit_code=person.unit_code, changes=changes, proof=proof, asked_by=by)
    )
    return CORRECTION.move(request, "ask", by=by)


def _plain(name: str, value: Any) -> Any:
    """A wanted value as it is kept in a request."""
    if name == "birth":
        return [value.value.isoformat(), value.precision] if isinstance(value, PartialDate) else None
    return normalise(value or "")


@transaction.atomic
def approve_correction(request: CorrectionRequest, *, by: Officer) -> CorrectionRequest:
    """Decide for it and change the record. Raises ValidationError when a field was changed since it was asked."""
    person = locked(request.person)
    done = CORRECTION.move(request, "approve", by=by, decided_by=by)
    now_written = as_written(person)
    if moved := [name for name, (before, _wanted) in done.changes.items() if now_written[name] != before]:
        raise ValidationError(
            _("The record was changed since this was asked: %(fields)s. Refuse the request and ask anew.")
            % {"fields": ", ".join(str(CORRECTABLE[name]) for name in moved)},
            code="stale",
        )
    write_change(
        person, version=person.version, fields={name: _value(name, new) for name, (_old, new) in done.changes.items()}
    )
    record(CHANGED, by=by, subject=person, note=", ".join(sorted(done.changes)))
    look_for_doubles([person.pk], by=by)
    return done


def _value(name: str, kept: Any) -> Any:
    """A kept value as `change_person` takes it."""
    if name == "birth":
        return PartialDate(date.fromisoformat(kept[0]), kept[1]) if kept else None
    return (kept or None) if name == "sex" else kept


@transaction.atomic
def refuse_correction(request: CorrectionRequest, *, reason: str, by: Officer) -> CorrectionRequest:
    """Decide against it, with the reason the person is told."""
    return CORRECTION.move(request, "refuse", by=by, decided_by=by, reason=normalise(reason))


@transaction.atomic
def withdraw_correction(request: CorrectionRequest, *, reason: str, by: Officer) -> CorrectionRequest:
    """Take the request back: asked by mistake, or the person changed their mind."""
    return CORRECTION.move(request, "withdraw", by=by, reason=normalise(reason))


@transaction.atomic
def tell_correction(request: CorrectionRequest, *, by: Officer) -> CorrectionRequest:
    """The person was told what was decided: the way back of the request has ended."""
    return CORRECTION.move(request, "tell", by=by)
