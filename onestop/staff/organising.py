"""What is done to offices, settings, roles, committees and partners. Each action takes `by=`, asks the right where the
record lies, writes once and leaves one line in the journal; nothing is deleted, only voided with a reason.

Raises PermissionDenied (no right there), ValidationError (with words for the form), StaleRecord (somebody was faster).
"""

from datetime import date, timedelta
from typing import Any, Final, TypeVar, cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import Role, in_words, pack
from onestop.areas.guards import demand
from onestop.areas.models import AdministrativeUnit, Edited
from onestop.areas.scope import current, range_of
from onestop.journal.actions import record
from onestop.staff import verbs
from onestop.staff.accounts_queries import accounts_seen
from onestop.staff.bodies import body_kinds
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, OfficeSetting, Partner, RoleAssignment
from onestop.staff.modes import modes
from onestop.staff.rosters import level_of
from onestop.staff.stale import locked, save_changes

__all__ = [
    "add_committee",
    "add_office",
    "add_partner",
    "change",
    "choose_setting",
    "clash",
    "close_office",
    "end_role",
    "give_role",
    "open_office",
    "put_under",
    "seat_member",
    "take_back_role",
    "void",
    "why_not_give",
]

Record = TypeVar("Record", bound=Edited)
# Fields that are set by an action of their own, never by `change`
_SET_ELSEWHERE: Final = frozenset({"opened_on", "closed_on", "version", "voided_at", "voided_by", "void_reason"})


def _may_write(unit_code: str) -> None:
    demand(current(), "office.write", unit_code)


def _kept(fresh: Record) -> Record:
    """Check everything the model says, then insert."""
    fresh.full_clean(exclude=["voided_by"])
    fresh.save(force_insert=True)
    return fresh


def _mine(model: type[Record], pk: object, by: Officer, version: int) -> Record:
    """The record, locked, if it stands and lies where the officer may write. Raises ValidationError, StaleRecord."""
    rows: models.QuerySet[Record] = cast(Any, model._default_manager).standing().editable_by(by)
    try:
        return locked(rows, pk, version=version)
    except model.DoesNotExist as gone:
        raise ValidationError(
            _("This was taken out meanwhile, or lies outside the places you may change. Open the list once more.")
        ) from gone


# offices -------------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_office(*, by: Officer, **fields: Any) -> Office:
    """A new office, not yet open."""
    _may_write(fields.get("unit_code", ""))
    _unit_stands(fields.get("unit_code", ""))
    office = _kept(Office(**fields))
    record(verbs.OFFICE_ADDED, by=by, subject=office, note=office.code)
    return office


@transaction.atomic
def open_office(pk: object, *, on: date, by: Officer, version: int) -> Office:
    """Open an office on a day. Refused without an accountable person (ORG-08, ORG-14)."""
    office = _mine(Office, pk, by, version)
    if not office.holder:
        raise ValidationError({"opened_on": _("Name the accountable person first; then the office can be opened.")})
    save_changes(office, opened_on=on, closed_on=None)
    record(verbs.OFFICE_OPENED, by=by, subject=office, note=f"{office.code} {on:%Y-%m-%d}")
    return office


@transaction.atomic
def close_office(pk: object, *, on: date, by: Officer, version: int) -> Office:
    """Close an office; its records stay."""
    office = _mine(Office, pk, by, version)
    if office.opened_on is None or on < office.opened_on:
        raise ValidationError({"closed_on": _("An office does not close before it has opened.")})
    save_changes(office, closed_on=on)
    record(verbs.OFFICE_CLOSED, by=by, subject=office, note=f"{office.code} {on:%Y-%m-%d}")
    return office


@transaction.atomic
def choose_setting(
    office: Office,
    *,
    key: str,
    value: str,
    valid_from: date,
    by: Officer,
    unit_code: str | None = None,
    valid_to: date | None = None,
    reference: str = "",
) -> OfficeSetting:
    """Choose how a unit works from a day on; an open choice before it ends the day before.

    `unit_code`: the office's own unit, or one below it. Raises ValidationError for an unknown setting or value, a unit
    that does not fit, a missing reference, and a choice that meets another one.
    """
    at = office.unit_code if unit_code is None else unit_code
    _may_write(at)
    mode = modes().get(key)
    if mode is None or value not in mode.values:
        raise ValidationError({"value": _("Choose one of the values.")})
    low, high = range_of(office.unit_code)
    if not low <= at < high:
        raise ValidationError({"unit_code": _("This unit does not lie below the office's own.")})
    if not mode.may_be_chosen_at(level_of(at)):
        raise ValidationError({"unit_code": _("This is asked of larger units only.")})
    if value in mode.with_reference and not reference.strip():
        raise ValidationError({"reference": _("Write down the delegation or agreement this rests on.")})
    standing = OfficeSetting.objects.standing().filter(unit_code=at, key=key)
    before = standing.filter(valid_to=None, valid_from__lt=valid_from).select_for_update(of=("self",)).first()
    if before is not None:
        save_changes(before, valid_to=valid_from - timedelta(days=1))
    setting = OfficeSetting(
        office=office,
        unit_code=at,
        key=key,
        value=value,
        valid_from=valid_from,
        valid_to=valid_to,
        reference=reference.strip(),
        made_by=by,
    )
    setting = _kept(setting)
    record(verbs.SETTING_CHOSEN, by=by, subject=setting, note=f"{key} = {value}")
    return setting


# roles ---------------------------------------------------------------------------------------------------------------
def why_not_give(
    officer: Officer, role_code: str, unit_code: str, *, valid_from: date, valid_to: date | None, by: Officer
) -> str:
    """Why this role may not be given there; '' when it may. Asked before anything is saved.

    Nobody gives a role to themselves or to another account of theirs, nor outside the areas where they make accounts,
    nor to an officer who works elsewhere, who is answered like one that does not exist; the unit is of the role's
    level; rights that may not be in one hand do not meet (roles.yaml, incompatible).
    """
    role = pack().roles.get(role_code)
    if role is None:
        return _("There is no role “%(role)s”.") % {"role": role_code}
    if officer.human == by.human:
        return _("Nobody gives a role to themselves. Ask another officer who makes accounts.")
    if not current().may("account.write", unit_code):
        return _("You make accounts for other places than %(unit)s.") % {"unit": unit_code or _("the nation")}
    if not accounts_seen(current()).filter(pk=officer.pk).exists():
        return no_such_officer(officer.username)
    if level_of(unit_code) != role.level:
        return _("The role “%(role)s” is held at another level: %(level)s.") % {
            "role": in_words(role.label),
            "level": level_word(role.level),
        }
    if valid_to is not None and valid_to < valid_from:
        return _("A role does not end before it begins.")
    held = [
        (one.role_entry, one.unit_code)
        for one in RoleAssignment.objects.filter(officer__human=officer.human)  # a hand has two accounts at times
        if (one.valid_to is None or one.valid_to >= valid_from) and (valid_to is None or one.valid_from <= valid_to)
    ]
    return clash(role, unit_code, [(entry, code) for entry, code in held if entry is not None])


def no_such_officer(username: str) -> str:
    """What is said of an officer who is not there, or works where one makes no accounts."""
    return _("There is no officer “%(name)s” where you make accounts.") % {"name": username}


def level_word(number: int) -> str:
    """What a level is called; the nation is level 0."""
    return pack().levels[number - 1].name() if number else _("the nation")


def clash(role: Role, unit_code: str, held: list[tuple[Role, str]]) -> str:
    """The first conflict of a role with roles held in areas that meet its own; '' when there is none."""
    low, high = range_of(unit_code)
    for other, code in held:
        other_low, other_high = range_of(code)
        if not (low < other_high and other_low < high):
            continue
        for conflict in pack().conflicts:
            if conflict.joins(role.rights | other.rights):
                return _("“%(role)s” and “%(other)s” may not be in one hand there: %(why)s.") % {
                    "role": in_words(role.label),
                    "other": in_words(other.label),
                    "why": in_words(conflict.why),
                }
    return ""


@transaction.atomic
def give_role(
    officer: Officer, *, role: str, unit_code: str, valid_from: date, by: Officer, valid_to: date | None = None
) -> RoleAssignment:
    """Give a role over a unit and all below it. Raises PermissionDenied with the reason, and ValidationError."""
    list(
        Officer.objects.select_for_update().filter(human=officer.human).order_by("pk")
    )  # two given at once see each other
    refusal = why_not_give(officer, role, unit_code, valid_from=valid_from, valid_to=valid_to, by=by)
    if refusal:
        raise PermissionDenied(refusal)
    _unit_stands(unit_code)
    given = RoleAssignment(officer=officer, role=role, unit_code=unit_code, valid_from=valid_from, valid_to=valid_to)
    given.full_clean()
    given.save(force_insert=True)
    record(verbs.ROLE_GIVEN, by=by, subject=given, note=f"{officer.username}: {role} {unit_code or '*'}")
    return given


def _held(given: RoleAssignment, by: Officer) -> RoleAssignment:
    """The role, locked, if the officer may take it away. Raises PermissionDenied."""
    demand(current(), "account.write", given.unit_code)
    if given.officer.human == by.human:
        raise PermissionDenied(_("Nobody changes their own roles. Ask another officer who makes accounts."))
    return RoleAssignment.objects.select_for_update(of=("self",)).get(pk=given.pk)


@transaction.atomic
def end_role(given: RoleAssignment, *, last_day: date, by: Officer) -> RoleAssignment:
    """Let a role end after its last day. Raises ValidationError for one before its first or after its present last.

    Asked for the last day it has already, it stays as it is, and nothing is told twice.
    """
    fresh = _held(given, by)
    if fresh.valid_to == last_day:
        return fresh
    if last_day < fresh.valid_from:
        raise ValidationError({"valid_to": _("A role does not end before it begins.")})
    if fresh.valid_to is not None and last_day > fresh.valid_to:
        day = fresh.valid_to.isoformat()
        told = _("This role is held until %(day)s. Begin the new one after that day.") % {"day": day}
        raise ValidationError({"valid_to": told})
    fresh.valid_to = last_day
    fresh.save(update_fields=["valid_to"])
    record(verbs.ROLE_ENDED, by=by, subject=fresh, note=f"{fresh.officer.username}: {fresh.role} {last_day:%Y-%m-%d}")
    return fresh


@transaction.atomic
def take_back_role(given: RoleAssignment, *, by: Officer) -> None:
    """Take back a role before its first day: it never gives a right. Raises ValidationError for one that has begun.

    Its row goes, since a period has at least one day; the history keeps the row, the officer's journal this line.
    """
    fresh = _held(given, by)
    if fresh.valid_from <= clock.today():
        raise ValidationError(_("This role has begun. End it instead."))
    note = f"{fresh.officer.username}: {fresh.role} {fresh.valid_from:%Y-%m-%d} → –"
    record(verbs.ROLE_ENDED, by=by, subject=fresh.officer, note=note)
    fresh.delete()


@transaction.atomic
def put_under(officer: Officer, *, supervisor: Officer | None, by: Officer) -> Officer:
    """Who supervises an officer (ORG-27); refused outside the area, for oneself, and in a ring."""
    demand(current(), "account.write", officer.unit_code)
    if officer.human == by.human:
        raise PermissionDenied(_("Nobody changes their own account here. Ask another officer who makes accounts."))
    above, steps = supervisor, 0
    while above is not None and steps < 50:
        if above.pk == officer.pk:
            raise ValidationError({"supervisor": _("These officers would supervise each other.")})
        above, steps = above.supervisor, steps + 1
    fresh: Officer = Officer.objects.select_for_update(of=("self",)).get(pk=officer.pk)
    fresh.supervisor = supervisor
    fresh.save(update_fields=["supervisor"])
    note = f"{officer.username} → {supervisor.username if supervisor else '–'}"
    record(verbs.PUT_UNDER, by=by, subject=fresh, note=note)
    return fresh


# committees and partners ---------------------------------------------------------------------------------------------
@transaction.atomic
def add_committee(*, by: Officer, **fields: Any) -> Committee:
    """A new committee of a kind the country pack knows, at a unit of a level where this kind exists."""
    kind, unit_code = body_kinds().get(fields.get("kind", "")), fields.get("unit_code", "")
    _may_write(unit_code)
    _unit_stands(unit_code)
    if kind is None or level_of(unit_code) not in kind.levels:
        raise ValidationError({"kind": _("This kind of committee does not exist at this level.")})
    committee = _kept(Committee(**fields))
    record(verbs.COMMITTEE_ADDED, by=by, subject=committee, note=committee.kind)
    return committee


@transaction.atomic
def seat_member(committee: Committee, *, by: Officer, **fields: Any) -> CommitteeMember:
    """Somebody sits in a committee from a day on, in a position and capacity of its kind (ORG-20)."""
    _may_write(committee.unit_code)
    _seat_exists(committee, fields.get("position", ""), fields.get("capacity", ""))
    member = _kept(CommitteeMember(committee=committee, unit_code=committee.unit_code, **fields))
    record(verbs.MEMBER_SEATED, by=by, subject=member, note=f"{committee.kind}: {member.position}")
    return member


def _seat_exists(committee: Committee, position: str, capacity: str) -> None:
    kind = body_kinds().get(committee.kind)
    if kind is None or position not in kind.seats:
        raise ValidationError({"position": _("This kind of committee has no such position.")})
    if capacity not in kind.capacities:
        raise ValidationError({"capacity": _("Say in which capacity the member sits there.")})


@transaction.atomic
def add_partner(*, by: Officer, **fields: Any) -> Partner:
    """A new partner, with a contact (ORG-50)."""
    _may_write(fields.get("unit_code", ""))
    _unit_stands(fields.get("unit_code", ""))
    partner = _kept(Partner(**fields))
    record(verbs.PARTNER_ADDED, by=by, subject=partner, note=partner.code)
    return partner


def _unit_stands(code: str) -> None:
    """Refuse a unit that is not in the gazetteer today."""
    if code and not AdministrativeUnit.objects.on(clock.today()).filter(code=code).exists():
        raise ValidationError({"unit_code": _("There is no unit %(code)s today.") % {"code": code}})


# all of them ---------------------------------------------------------------------------------------------------------
@transaction.atomic
def change(model: type[Record], pk: object, *, by: Officer, version: int, **fields: Any) -> Record:
    """Change fields of an office, setting, committee, member or partner; only what differs is saved and told."""
    if _SET_ELSEWHERE & fields.keys():
        raise ValueError(f"{', '.join(sorted(_SET_ELSEWHERE & fields.keys()))} is set by an action of its own.")
    fresh = _mine(model, pk, by, version)
    changed = {name: value for name, value in fields.items() if getattr(fresh, name) != value}
    if not changed:
        return fresh
    if "unit_code" in changed:
        _may_write(changed["unit_code"])
        _unit_stands(changed["unit_code"])
    for name, value in changed.items():
        setattr(fresh, name, value)
    if isinstance(fresh, CommitteeMember):
        _seat_exists(fresh.committee, fresh.position, fresh.capacity)
    fresh.full_clean(exclude=["voided_by"])
    save_changes(fresh, **changed)
    record(verbs.CHANGED, by=by, subject=fresh, note=", ".join(sorted(changed)))
    return fresh


@transaction.atomic
def void(model: type[Record], pk: object, *, by: Officer, version: int, reason: str) -> Record:
    """Take a wrong record out, with a reason; it stays readable in the history. Refused while others rest on it."""
    if not reason.strip():
        raise ValidationError({"reason": _("Write why it is taken out.")})
    fresh = _mine(model, pk, by, version)
    if isinstance(fresh, Office) and Officer.objects.filter(office=fresh, is_active=True).exists():
        raise ValidationError({"reason": _("Officers still work here. Move them first.")})
    save_changes(fresh, voided_at=clock.now(), voided_by=by, void_reason=reason.strip())
    record(verbs.VOIDED, by=by, subject=fresh, note=reason.strip())
    return fresh
