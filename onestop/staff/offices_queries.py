"""Reads about the organisation that a page shows."""

from typing import Any

from onestop.areas.country import pack
from onestop.areas.scope import current
from onestop.staff.models import Officer, Partner

__all__ = ["partners_seen"]


def partners_seen(officer: Officer) -> Any:
    """The partners of the officer's area and of the units it lies in: whom a district turns to in its province too."""
    ranges = current().where("office.read")
    above = {""} if ranges else set()
    for low, _high in ranges:
        above |= {low[: level.length] for level in pack().levels if level.length <= len(low)}
    return (Partner.objects.visible_to(officer) | Partner.objects.filter(unit_code__in=above)).filter(voided_at=None)
