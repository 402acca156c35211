"""Asking the door, when somebody is written down, whether another office knows the same person, and settling it.

Every action that says who somebody is ends with `look_for_doubles`: registering, a birth, a paper, another name. What
is found is told to both offices as a DoubleNotice, each its own side (F3-43, design §5).
"""

from collections.abc import Sequence
from uuid import UUID

import psycopg
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext_lazy as _

from onestop.areas.clock import now
from onestop.areas.scope import current
from onestop.areas.text import normalise
from onestop.journal.actions import record
from onestop.registry.choices import DOUBLES_NOT_ASKED, DoubleOutcome
from onestop.registry.doors import OUTSIDE
from onestop.registry.models import DoubleNotice
from onestop.registry.sweeping import open_doubles
from onestop.registry.workflow import DOUBLE
from onestop.staff.models import Officer

__all__ = ["look_for_doubles", "reopen_double", "settle_double"]


@transaction.atomic
def look_for_doubles(persons: Sequence[UUID], *, by: Officer) -> int:
    """Ask the door whether these persons, just written down, are registered at another office; how many notices opened.

    A system officer writes down whole files: they are looked through afterwards (sweeping.py). Beyond the measure of an
    hour nothing is asked, which a line of the journal says, and whoever is being registered is registered all the same.
    """
    if by.is_system or not persons:
        return 0
    opened = open_doubles(persons)
    if opened < 0:
        record(DOUBLES_NOT_ASKED, by=by, note=str(len(persons)))
    return max(opened, 0)


def settle_double(double: DoubleNotice, *, outcome: str, by: Officer) -> DoubleNotice:
    """Settle a double with what the two offices found, for both. Raises WrongState, PermissionDenied.

    Nothing else changes: two records of one person stay two until they are merged.
    """
    return _for_both(double, DoubleOutcome(outcome).value, by=by)


def reopen_double(double: DoubleNotice, *, reason: str, by: Officer) -> DoubleNotice:
    """Open a settled double again for both offices: another paper turned up, or the call was about somebody else.

    The reason stays on the own side. Raises WrongState, PermissionDenied, ValidationError without a reason.
    """
    return _for_both(double, "reopen", by=by, reason=normalise(reason))


@transaction.atomic
def _for_both(double: DoubleNotice, verb: str, *, by: Officer, **inputs: str) -> DoubleNotice:
    """Move the own side, and let the door bring the other one to where it stands."""
    with connection.cursor() as cursor:  # both offices at once: the second waits, and finds it done
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('double ' || %s, 0))", [str(double.pair)])
    moved = DOUBLE.move(double, verb, by=by, **inputs)
    scope = current()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT registry_settle_double(%s, %s, %s, %s, %s)",
                [moved.pk, now(), DOUBLE.verb(DOUBLE.transitions[verb]), " ".join(scope.roles), scope.office_code],
            )
    except DatabaseError as error:
        cause = error.__cause__
        if isinstance(cause, psycopg.Error) and cause.sqlstate == OUTSIDE:
            raise PermissionDenied(_("This is not in your area.")) from error
        raise
    return moved
