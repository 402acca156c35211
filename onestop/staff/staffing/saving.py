"""Keeping an uploaded workbook until it is confirmed, and doing then what its plan says: all of it or nothing."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.scope import current
from onestop.journal.actions import record
from onestop.staff import accounts, organising, verbs
from onestop.staff.models import Committee, Office, Officer, StaffingSheet
from onestop.staff.staffing.opening import open_account
from onestop.staff.staffing.planning import CHANGED, NEW, SAME, Plan, Planned, plan
from onestop.staff.staffing.reading import read
from onestop.staff.staffing.sheets import SHEETS

__all__ = ["NotSound", "Saved", "bring", "give_up", "plan_of", "save"]


class NotSound(Exception):
    """The workbook cannot be saved: something in it is wrong (again: others work meanwhile)."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        super().__init__("The staffing sheet has rows that cannot be saved.")


@dataclass(frozen=True)
class Saved:
    """What was done: rows by sheet and outcome, and the first passwords to hand over, which are kept nowhere."""

    outcome: dict[str, dict[str, int]]
    passwords: list[tuple[Officer, str]]


@transaction.atomic
def bring(*, file_name: str, content: bytes, by: Officer) -> StaffingSheet:
    """Keep a readable workbook for its preview. Raises WorkbookRefused; an earlier one that waits is given up."""
    book = read(content)
    for earlier in StaffingSheet.objects.filter(brought_by=by, confirmed_at=None).exclude(content=b""):
        give_up(earlier, by=by)
    sheet = StaffingSheet.objects.create(
        brought_by=by, file_name=file_name[:200], digest=hashlib.sha256(content).hexdigest(), content=content
    )
    record(verbs.SHEET_READ, by=by, subject=sheet, unit_code=_place(), note=f"{len(book.rows)} · {sheet.digest[:12]}")
    return sheet


def _place() -> str:
    """Where the line in the journal stands: the first place for which accounts are made."""
    ranges = current().where("account.write")
    return ranges[0][0] if ranges else ""


def plan_of(sheet: StaffingSheet, *, by: Officer) -> Plan:
    """What the workbook would do now. Raises PermissionDenied for somebody else's."""
    if sheet.brought_by_id != by.pk:
        raise PermissionDenied(_("This file was brought by another officer."))
    return plan(read(bytes(sheet.content)), by=by)


@transaction.atomic
def give_up(sheet: StaffingSheet, *, by: Officer) -> None:
    """Forget the contents of a workbook that is not to be saved."""
    if sheet.brought_by_id != by.pk:
        raise PermissionDenied(_("This file was brought by another officer."))
    if sheet.confirmed_at is None:
        sheet.content = b""
        sheet.save(update_fields=["content"])


@transaction.atomic
def save(sheet: StaffingSheet, *, by: Officer) -> Saved | None:
    """Do what the plan says, once; None when it was done before. Raises NotSound: then nothing was saved."""
    fresh = StaffingSheet.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
    if fresh.brought_by_id != by.pk:
        raise PermissionDenied(_("This file was brought by another officer."))
    if fresh.confirmed_at is not None or not fresh.content:
        return None
    wanted = plan_of(fresh, by=by)
    if not wanted.is_sound:
        raise NotSound(wanted)
    passwords: list[tuple[Officer, str]] = []
    _do(wanted, by, passwords)
    outcome = {key: {what: wanted.count(what, key) for what in (NEW, CHANGED, SAME)} for key in SHEETS}
    fresh.confirmed_at, fresh.outcome, fresh.content = clock.now(), outcome, b""
    fresh.save(update_fields=["confirmed_at", "outcome", "content"])
    note = f"+{wanted.count(NEW)} ~{wanted.count(CHANGED)} · {fresh.digest[:12]}"
    record(verbs.SHEET_SAVED, by=by, subject=fresh, unit_code=_place(), note=note)
    return Saved(outcome, passwords)


def _do(wanted: Plan, by: Officer, passwords: list[tuple[Officer, str]]) -> None:
    """Every new and changed row in the order of the sheets; a refusal takes the whole file back and names its row."""
    news = [one for one in wanted.rows if one.outcome in (NEW, CHANGED)]
    steps: dict[str, Callable[[Planned], None]] = {
        "offices": lambda one: _office(one, by),
        "officers": lambda one: passwords.extend(_officer(one, by)),
        "roles": lambda one: _role(one, by),
        "committees": lambda one: _member(one, by),
    }
    for one in news:
        _told(wanted, one, steps[one.row.sheet])
    for one in news:
        if one.row.sheet == "officers" and one.values.get("supervisor"):
            _told(wanted, one, lambda row: _under(row, by))


def _told(wanted: Plan, one: Planned, act: Callable[[Planned], None]) -> None:
    """Do it; what an action refuses becomes a problem of the row, and the transaction ends. Raises NotSound."""
    try:
        act(one)
    except ValidationError as wrong:
        for message in wrong.messages:
            one.wrong("", message)
        raise NotSound(wanted) from wrong
    except PermissionDenied as refused:
        one.wrong("", str(refused))
        raise NotSound(wanted) from refused


def _office(one: Planned, by: Officer) -> None:
    values = dict(one.values)
    opened = values.pop("opened_on", None)
    if one.outcome == NEW:
        office = organising.add_office(by=by, **values)
    else:
        office = organising.change(Office, one.record.pk, by=by, version=one.record.version, **values)
    if opened:
        organising.open_office(office.pk, on=opened, by=by, version=office.version)


def _officer(one: Planned, by: Officer) -> list[tuple[Officer, str]]:
    values = {name: value for name, value in one.values.items() if name != "supervisor"}
    if "office" in values:
        values["office"] = Office.objects.get(code=values["office"])
    if one.outcome == NEW:
        return [open_account(by=by, **values)]
    if values:
        accounts.change(one.record, by=by, **({"office": one.record.office} | values))
    return []


def _under(one: Planned, by: Officer) -> None:
    officer = Officer.objects.select_related("office").get(username=one.title)
    above = Officer.objects.select_related("supervisor").get(username=one.values["supervisor"])
    organising.put_under(officer, supervisor=above, by=by)


def _role(one: Planned, by: Officer) -> None:
    if one.outcome == CHANGED:
        organising.end_role(one.record, last_day=one.values["valid_to"], by=by)
        return
    values = dict(one.values)
    officer = Officer.objects.prefetch_related("assignments").get(username=values.pop("username"))
    organising.give_role(officer, by=by, **values)
    accounts.roles_changed(officer)


def _member(one: Planned, by: Officer) -> None:
    values: dict[str, Any] = dict(one.values)
    place = {name: values.pop(name) for name in ("kind", "unit_code")}
    standing = Committee.objects.standing().filter(**place, valid_to=None)
    body = standing.first() or organising.add_committee(by=by, **place, valid_from=values["valid_from"])
    if values["name_km"] or values["name_latin"]:
        organising.seat_member(body, by=by, **values)
