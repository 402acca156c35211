"""Opening a place in an emergency, closing it, reviewing it; and what the scope and every page get of it."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit
from onestop.areas.scope import BROKEN, current, current_or_none
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.staff.models import BreakGlass, Finding, Officer
from onestop.staff.models.break_glass import LASTS, LEAST_REASON, REVIEW
from onestop.staff.verbs import GLASS_BROKEN, GLASS_CLOSED, GLASS_REVIEWED

__all__ = ["BROKEN", "READS_BODY", "RIGHT", "banner", "break_glass", "close", "reads_of", "review", "to_review"]

RIGHT: Final = "registry.break_glass"
# How many folders and persons were opened while a place was open. Who reviews works where the officer does, and sees no
# line of the place itself: the door hands out the number alone.
READS_BODY: Final = """
    SELECT b.id, count(DISTINCT (e.subject_kind, e.subject_id)) FROM staff_breakglass b
    JOIN journal_journalentry e ON e.officer_id = b.officer_id AND e.verb = 'journal.read'
        AND e.at >= b.opened_at AND e.at <= coalesce(b.closed_at, b.ends_at)
        AND 'break_glass' = ANY (string_to_array(e.roles, ' '))
    WHERE b.id = ANY (p_openings) GROUP BY b.id
"""


@transaction.atomic
def break_glass(unit_code: str, *, reason: str, by: Officer) -> BreakGlass:
    """Open one village or commune outside the officer's area for an hour, to read. Raises ValidationError by field."""
    scope = current()
    reason = normalise(reason)
    if RIGHT not in scope.rights or scope.figures_only:
        raise PermissionDenied(_("Your role does not open places in an emergency. Ask your supervisor."))
    if len(reason) < LEAST_REASON:
        raise ValidationError({"reason": _("Write in a sentence why: who needs what, and why it cannot wait.")})
    unit = AdministrativeUnit.objects.on(clock.today()).filter(code=unit_code).first()
    if unit is None or unit.level < len(pack().levels) - 1:
        raise ValidationError({"place": _("Only one village or one commune can be opened.")})
    low, high = unit.range
    seen = scope.ranges if scope.reach is None else scope.everyone
    if any(a < high and low < b for a, b in seen):
        raise ValidationError({"place": _("This place is in your area: you see it already.")})
    officer = Officer.objects.select_for_update().get(pk=by.pk)  # two clicks at once wait for each other
    if BreakGlass.objects.of(officer).open_now().exists():
        raise ValidationError(_("You have a place open. Close it first."))
    at = _transaction_began()
    made: BreakGlass = BreakGlass.objects.create(
        officer=officer,
        unit_code=unit.code,
        reason=reason,
        told=officer.supervisor,
        opened_at=at,
        ends_at=at + LASTS,
    )
    record(GLASS_BROKEN, by=by, subject=made, note=reason)
    return made


@transaction.atomic
def close(opening: BreakGlass, *, by: Officer) -> None:
    """End an opening before its hour is over: by the officer, or by who may review it."""
    mine = BreakGlass.objects.of(by).open_now() | BreakGlass.objects.reviewable_by(by).open_now()
    found = mine.filter(pk=opening.pk).first()
    if found is None:
        raise ValidationError(_("This place is closed already."))
    BreakGlass.objects.filter(pk=found.pk).update(closed_at=TransactionNow())
    record(GLASS_CLOSED, by=by, subject=found)


@transaction.atomic
def review(opening: BreakGlass, *, finding: str, note: str, by: Officer) -> BreakGlass:
    """Say whether it was in order; somebody else than who opened it. Raises ValidationError, PermissionDenied."""
    found: BreakGlass | None = (
        BreakGlass.objects.reviewable_by(by).filter(pk=opening.pk).select_for_update(of=("self",)).first()
    )
    if found is None:
        raise PermissionDenied(_("Somebody else must review this: the supervisor, or who may review such openings."))
    if found.reviewed_at is not None:
        raise ValidationError(_("This was reviewed already."))
    note = normalise(note)
    if finding not in Finding.values:
        raise ValidationError({"finding": _("Say whether it was in order.")})
    if finding == Finding.NOT_IN_ORDER and not note:
        raise ValidationError({"note": _("Write what was not in order, and what is done about it.")})
    found.finding, found.review_note, found.reviewed_by, found.reviewed_at = finding, note, by, clock.now()
    found.save(update_fields=["finding", "review_note", "reviewed_by", "reviewed_at"])
    record(GLASS_REVIEWED, by=by, subject=found, note=f"{Finding(finding).label}. {note}".strip())
    return found


def to_review(officer: Officer) -> int:
    """How many openings wait for this officer's review."""
    return int(BreakGlass.objects.reviewable_by(officer).waiting().count())


def reads_of(openings: Iterable[BreakGlass]) -> dict[UUID, int]:
    """How many folders and persons were opened during each of these; those of which none was are left out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT opening, many FROM staff_glass_reads(%s)", [[one.pk for one in openings]])
        return dict(cursor.fetchall())


def _transaction_began() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        (at,) = cursor.fetchone()
    return at


def banner(request: HttpRequest) -> list[dict[str, Any]]:
    """What stands above every page (UI_BANNERS): the place this officer has open, what waits for review."""
    scope = getattr(request, "scope", None)
    if scope is None:
        return []
    found: list[dict[str, Any]] = []
    for one in scope.broken:
        unit = AdministrativeUnit.objects.filter(code=one.unit_code).first()
        text = _("%(place)s is open to you in an emergency until %(time)s. Every page you read there is marked.")
        said = text % {"place": unit.full_name if unit else one.unit_code, "time": f"{clock.local(one.until):%H:%M}"}
        found.append({"text": said, "url": reverse("staff:break-glass"), "link": _("Close it"), "kind": "warning"})
    # the first page has it among its tasks, also for a supervisor without the right; a page of an error is drawn after
    # the scope has ended, and asks nothing
    asks = current_or_none() is not None and REVIEW in scope.rights and request.path != "/"
    if asks and isinstance(request.user, Officer):
        waiting = to_review(request.user)
        if waiting:
            said = _("Places were opened in an emergency and wait for your review: %(count)s") % {"count": waiting}
            found.append({"text": said, "url": reverse("staff:glass-reviews"), "link": _("Review"), "kind": "unknown"})
    return found
