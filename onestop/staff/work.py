"""With whom work lies: taken on, given back, handed to another officer; absences, and the hand-over of all open work.

A piece of work belongs to everybody who holds the right of its next step at its unit. Taking it on keeps others from
doing the same twice; it gives nobody a right. Who is handed work must be able to do it alone: hold the right there, see
the record's sector and compartment, and not be barred by four eyes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.guards import demand
from onestop.areas.scope import Scope, current
from onestop.journal.actions import record
from onestop.staff.choices import AWAY, BACK, HANDED, HANDED_OVER, PUT_BACK, TAKEN
from onestop.staff.humans import did_before
from onestop.staff.models import Absence, Officer
from onestop.staff.scope import scope_of, system_scope
from onestop.staff.workflow import TABLES, WithAnother, Workflow, WrongState

__all__ = ["HandedOver", "able", "come_back", "go_away", "hand", "hand_over", "put_back", "take"]

ASSIGN: Final = "work.assign"
HANDOVER: Final = "system.handover"


def able(table: Workflow[Any], subject: Any, officer: Officer, held: Scope | None = None) -> bool:
    """True when the officer, alone and today, may take a step that leads on from where the record is."""
    held = held or scope_of(officer)
    sector, compartment = getattr(subject, "sector", ""), getattr(subject, "compartment", "")
    if subject.is_void or (sector and not held.sees_sector(sector)) or not held.sees_compartment(compartment):
        return False
    for step in table.leading_on(getattr(subject, table.field)):
        if step.right and not held.may(step.right, subject.unit_code):
            continue
        if step.whose and getattr(subject, f"{step.whose}_id") != officer.pk:
            continue
        if any((before := getattr(subject, name)) and before.human == officer.human for name in step.not_by):
            continue
        if not did_before(subject, {table.verb(table.transitions[verb]): verb for verb in step.not_same_as}, officer):
            return True
    return False


def _set(table: Workflow[Any], subject: Any, officer: Officer | None) -> Any:
    subject.assigned_to = officer
    subject.version += 1
    subject.save(update_fields=["assigned_to", "version"])
    return subject


def _is_free(subject: Any, by: Officer) -> bool:
    """True when nobody has the record, or its holder is away, or may no longer sign in, or is the same human."""
    holder = subject.assigned_to
    if holder is None or not holder.is_active or holder.human == by.human:
        return True
    return Absence.objects.on(clock.today()).filter(officer=holder).exists()


@transaction.atomic
def take(table: Workflow[Any], subject: Any, *, by: Officer) -> Any:
    """Take a record on. Raises PermissionDenied, WithAnother, and DoesNotExist outside the scope."""
    fresh = table.locked(subject)
    if not able(table, fresh, by, current()):
        raise PermissionDenied(_("No step of yours leads on from here, so this cannot lie with you."))
    if not _is_free(fresh, by):
        raise WithAnother(_("%s has taken this on. Ask for it to be handed to you.") % fresh.assigned_to.name)
    record(TAKEN, by=by, subject=_set(table, fresh, by))
    return fresh


@transaction.atomic
def put_back(table: Workflow[Any], subject: Any, *, by: Officer) -> Any:
    """Give a record back to everybody of the role. Raises WrongState when it does not lie with the officer."""
    fresh = table.locked(subject)
    if fresh.assigned_to is None or fresh.assigned_to.human != by.human:
        raise WrongState(_("This does not lie with you."))
    record(PUT_BACK, by=by, subject=_set(table, fresh, None))
    return fresh


@transaction.atomic
def hand(table: Workflow[Any], subject: Any, *, to: Officer, by: Officer, note: str = "") -> Any:
    """Hand one record to another officer. Raises PermissionDenied, WithAnother and ValidationError with the reason."""
    fresh = table.locked(subject)
    mine = fresh.assigned_to is not None and fresh.assigned_to.human == by.human
    if not (mine or able(table, fresh, by, current()) or current().may(ASSIGN, fresh.unit_code)):
        raise PermissionDenied(_("Only who has this work, or may do it, hands it on."))
    if not (mine or _is_free(fresh, by) or current().may(ASSIGN, fresh.unit_code)):
        raise WithAnother(_("%s has taken this on. Ask for it to be handed to you.") % fresh.assigned_to.name)
    if refusal := why_not_to(table, fresh, to):
        raise ValidationError({"to": refusal})
    record(HANDED, by=by, subject=_set(table, fresh, to), note=note or to.username)
    return fresh


def why_not_to(table: Workflow[Any], subject: Any, officer: Officer, held: Scope | None = None) -> str:
    """Why a record cannot be handed to an officer; '' when it can."""
    if not officer.is_active or officer.is_system:
        return _("%s may not sign in.") % officer.name
    away = Absence.objects.on(clock.today()).filter(officer=officer).first()
    if away is not None:
        return _("%s is away today.") % officer.name
    if not able(table, subject, officer, held):
        return _("%s holds no right to the next step here, or has had a hand in it already.") % officer.name
    return ""


@dataclass(frozen=True)
class HandedOver:
    """What a hand-over did: records that lie with the other officer now, and those that went back to the office."""

    handed: int
    returned: int


@transaction.atomic
def hand_over(officer: Officer, *, to: Officer | None, by: Officer, because: str = "") -> HandedOver:
    """All work that lies with an officer who leaves or is away: to another, who must be able to do it, or back.

    `by` is the officer, or holds work.assign over the officer's office. The records are moved in the name of the
    machine, since who orders it may not see them; the journal says at each by whom it was ordered. Work the other
    officer may not do goes back to everybody of its role: nobody gets a right by a hand-over.
    """
    if by.human != officer.human:
        demand(current(), ASSIGN, officer.unit_code)
    if to is not None and (to.human == officer.human or not to.is_active or to.is_system):
        raise ValidationError({"to": _("Choose another officer who may sign in.")})
    note = f"{officer.username} → {to.username if to else '–'} ({by.username})"
    held = scope_of(to) if to is not None else None
    handed = returned = 0
    with system_scope(HANDOVER):
        machine = Officer.objects.get(username=HANDOVER)
        for table, subject in _lying_with(officer):
            taker = to if to is not None and not why_not_to(table, subject, to, held) else None
            record(HANDED, by=machine, subject=_set(table, subject, taker), note=note)
            handed, returned = handed + (taker is not None), returned + (taker is None)
    told = f"{handed} → {to.username}; " if to else ""
    record(HANDED_OVER, by=by, subject=officer, note=f"{told}{returned} → –. {because}".strip())
    return HandedOver(handed, returned)


def _lying_with(officer: Officer) -> Iterator[tuple[Workflow[Any], Any]]:
    """Every open record that lies with the officer, in the open scope, locked."""
    for table in TABLES.values():
        if table.is_worked:
            manager: Any = table.model._default_manager
            for subject in manager.select_for_update(of=("self",)).filter(assigned_to=officer):
                yield table, subject


@transaction.atomic
def go_away(officer: Officer, *, from_on: date, to_on: date, stand_in: Officer | None, by: Officer) -> Absence:
    """Note that an officer is away. Raises ValidationError by field, PermissionDenied.

    `by` is the officer, the supervisor, or holds work.assign over the officer's office.
    """
    _own_or_in_care(officer, by)
    if to_on < clock.today():
        raise ValidationError({"to_on": _("This absence is over already.")})
    if stand_in is not None and (stand_in.human == officer.human or not stand_in.is_active or stand_in.is_system):
        raise ValidationError({"stand_in": _("Choose another officer who may sign in.")})
    absence = Absence(officer=officer, from_on=from_on, to_on=to_on, stand_in=stand_in)
    absence.full_clean()
    absence.save(force_insert=True)
    record(AWAY, by=by, subject=officer, note=f"{from_on} – {to_on}" + (f" ({stand_in.username})" if stand_in else ""))
    return absence


@transaction.atomic
def come_back(absence: Absence, *, by: Officer) -> None:
    """End an absence: it did not begin yet and is taken out, or its last day was yesterday. May who may note one."""
    officer, today = absence.officer, clock.today()
    _own_or_in_care(officer, by)
    if absence.from_on >= today:
        absence.delete()
    else:
        absence.to_on = min(absence.to_on, date.fromordinal(today.toordinal() - 1))
        absence.save(update_fields=["to_on"])
    record(BACK, by=by, subject=officer)


def _own_or_in_care(officer: Officer, by: Officer) -> None:
    supervises = officer.supervisor is not None and officer.supervisor.human == by.human
    if by.human != officer.human and not supervises:
        demand(current(), ASSIGN, officer.unit_code)
