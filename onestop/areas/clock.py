"""The one clock: today's date in the country's zone, and this instant in UTC. Nothing else asks the machine for a date.

The demonstration stands on its own day, kept in the row of the installation: there `today()` is that day, however
often it is started. Instants stay real, so that a journal tells when something truly happened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from django.conf import settings

from onestop.areas.country import pack
from onestop.areas.models import Installation

_fixed: date | None = None  # a day set by a test
_demo_on: date | None = None  # the demo's day once read


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in the country; in the demonstration its own day."""
    if _fixed is not None:
        return _fixed
    return (_demo_day() if settings.DEMO else None) or now().astimezone(pack().zone).date()


def local(instant: datetime) -> datetime:
    """An instant as the country's clocks show it, for screens and print."""
    return instant.astimezone(pack().zone)


def _demo_day() -> date | None:
    """The day of the demonstration, read once in a process: the row is written before anything is served."""
    global _demo_on
    if _demo_on is None:
        _demo_on = Installation.objects.filter(demo=True).values_list("demo_on", flat=True).first()
    return _demo_on


def reset() -> None:
    """Forget the demo's day, so that it is read again (after `demo --on`, and between tests)."""
    global _demo_on
    _demo_on = None


@contextmanager
def fixed(day: date) -> Iterator[None]:
    """For tests: inside, `today()` is this day, in every thread of the process."""
    global _fixed
    before, _fixed = _fixed, day
    try:
        yield
    finally:
        _fixed = before
