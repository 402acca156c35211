"""Reads about the organisation that a page shows."""

from collections.abc import Iterable
from typing import Any

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.scope import current
from onestop.staff.models import Office, Officer, Partner

__all__ = ["offices_serving", "partners_seen"]


def offices_serving(units: Iterable[str]) -> dict[str, Office]:
    """For each unit the open office that serves people there: its own, or the nearest of the units it lies in.

    Offices of one sector serve no counter. A unit without any is left out. Not asked by `office.read`: which office
    serves a place is public.
    """
    above = {unit: [unit[: level.length] for level in pack().levels if level.length <= len(unit)] for unit in units}
    wanted = {code for codes in above.values() for code in codes}
    found: dict[str, Office] = {}
    for office in Office.objects.open_on(today()).filter(unit_code__in=wanted, sector="").order_by("code"):
        found.setdefault(office.unit_code, office)
    nearest = {unit: [found[code] for code in reversed(codes) if code in found] for unit, codes in above.items()}
    return {unit: offices[0] for unit, offices in nearest.items() if offices}


def partners_seen(officer: Officer) -> Any:
    """The partners of the officer's area and of the units it lies in: whom a district turns to in its province too."""
    ranges = current().where("office.read")
    above = {""} if ranges else set()
    for low, _high in ranges:
        above |= {low[: level.length] for level in pack().levels if level.length <= len(low)}
    return (Partner.objects.visible_to(officer) | Partner.objects.filter(unit_code__in=above)).filter(voided_at=None)
