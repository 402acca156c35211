"""What waits for who keeps the installation healthy, for the worklist."""

from typing import Final

from django.db import connection
from django.utils.translation import gettext_lazy as _

from onestop.areas import clock
from onestop.desk.health_office import LATE
from onestop.staff.models import Officer
from onestop.staff.tasks import Counted, TaskSource

__all__ = ["UNSEALED"]


def _unsealed(officer: Officer) -> Counted:
    """Lines of the journal that should have their seal by now: a number, through the door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT many, oldest FROM journal_unsealed()")
        many, oldest = cursor.fetchone() or (0, None)
    if oldest is None or clock.now() - oldest <= LATE:
        return Counted(0)
    since = clock.local(oldest).date()
    return Counted(many, oldest=since, late=many)


UNSEALED: Final = TaskSource(
    key="desk.unsealed",
    words=_("Lines of the journal without a seal"),
    then=_("The job worker seals them; the page Health says what is wrong"),
    right="doctor.read",
    rows=("F3-40",),
    url="desk:doctor",
    waiting=_unsealed,
    hint=_("The job worker stands still, or a line was put in past the office."),
)
