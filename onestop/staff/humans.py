"""One human, however many accounts: what four eyes are counted by.

An officer who serves two offices may hold two accounts. Both carry the same `human`, set by who makes accounts; steps
taken with one count against the other. The journal says who did what; it is asked through a door of the database, since
an officer who sees figures only sees no line of it, and four eyes must not depend on what somebody may read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from onestop.areas.guards import demand
from onestop.areas.keys import uuid7
from onestop.areas.scope import current
from onestop.journal.actions import record
from onestop.journal.queries import lines_about
from onestop.staff.choices import OTHER_HUMAN, SAME_HUMAN
from onestop.staff.models import Officer

__all__ = ["DID_BODY", "accounts_of", "did_before", "namesakes", "note_other_human", "note_same_human", "noted_of"]

LINES_READ: Final = 5000  # the newest of an account's lines: every sign-in is one
# Which of these steps with this record were last taken by the human of this officer: verbs only, never who else
DID_BODY: Final = """
    SELECT last.verb FROM (
        SELECT DISTINCT ON (e.verb) e.verb, o.human FROM journal_journalentry e
        JOIN staff_officer o ON o.id = e.officer_id
        WHERE e.subject_kind = p_kind AND e.subject_id = p_subject AND e.verb = ANY (p_verbs)
        ORDER BY e.verb, e.id DESC
    ) AS last
    WHERE last.human = (SELECT human FROM staff_officer WHERE id = p_officer)
"""


def accounts_of(officer: Officer) -> "models.QuerySet[Officer]":
    """All accounts of the human behind this one, itself among them."""
    found: models.QuerySet[Officer] = Officer.objects.filter(human=officer.human)
    return found


@dataclass(frozen=True)
class Noted:
    """That a human has other accounts as well: which, and who noted it last and when (None: before the journal)."""

    others: list[Officer]
    by: str
    at: datetime | None


def noted_of(officer: Officer) -> Noted | None:
    """What the officer is told of the own other accounts; None when none is noted."""
    others = list(accounts_of(officer).exclude(pk=officer.pk).select_related("office").order_by("username"))
    if not others:
        return None
    told = lines_about(officer, limit=LINES_READ)
    line = next((line for line in told if line.entry.verb == SAME_HUMAN), None)
    return Noted(others, line.officer if line else "", line.at if line else None)


def did_before(subject: models.Model, verbs: Mapping[str, str], officer: Officer) -> list[str]:
    """Which steps ({verb of the journal: its name}) the human behind the officer was the last to take."""
    if not verbs:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT staff_did(%s, %s, %s, %s)",
            [subject._meta.label_lower, str(subject.pk), list(verbs), officer.pk],
        )
        return sorted(verbs[verb] for (verb,) in cursor.fetchall())


def namesakes(officer: Officer) -> "models.QuerySet[Officer]":
    """Other people's accounts with the same name in either script: worth asking whether it is the same human."""
    same = models.Q(pk__in=[])
    for name in ("name_km", "name_latin"):
        if value := getattr(officer, name).strip():
            same |= models.Q(**{f"{name}__iexact": value})
    found: models.QuerySet[Officer] = Officer.objects.filter(same, is_system=False).exclude(human=officer.human)
    return found


def _may(officers: list[Officer], by: Officer) -> None:
    """Raise PermissionDenied unless `by` makes accounts where these work, and is none of them."""
    for officer in officers:
        demand(current(), "account.write", officer.unit_code)
        if officer.human == by.human:
            raise PermissionDenied(_("Nobody changes their own account here. Ask another officer who makes accounts."))


@transaction.atomic
def note_same_human(officer: Officer, other: Officer, *, by: Officer) -> None:
    """One human has both accounts: from now on they are one pair of eyes, for what was done before as well."""
    _may([officer, other], by)
    if officer.is_system or other.is_system:
        raise PermissionDenied(_("This is a task of the machine, not an account of a person."))
    for account in Officer.objects.select_for_update().filter(human=other.human):
        account.human = officer.human
        account.save(update_fields=["human"])
    for account in (officer, other):
        account.refresh_from_db(fields=["human"])
        record(SAME_HUMAN, by=by, subject=account)


@transaction.atomic
def note_other_human(officer: Officer, *, by: Officer, because: str) -> None:
    """The account is of another human than the one noted: a mistake is put right, with the reason in the journal."""
    _may([officer], by)
    if not because.strip():
        raise ValidationError({"because": _("Write how you made sure that these are two people.")})
    fresh: Any = Officer.objects.select_for_update().get(pk=officer.pk)
    fresh.human = officer.human = uuid7()
    fresh.save(update_fields=["human"])
    record(OTHER_HUMAN, by=by, subject=fresh, note=because.strip())
