"""Reads about work: requests for help by district, colleagues who could stand in, what lies with an officer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.models import AdministrativeUnit, within
from onestop.areas.scope import Scope
from onestop.staff.models import Absence, HelpRequest, Officer, RoleAssignment
from onestop.staff.workflow import TABLES

__all__ = ["District", "by_district", "colleagues_of", "in_care_of", "lying_with", "stands_in_for"]


@dataclass(frozen=True)
class District:
    """The open requests from one district (or province, or the nation), the most urgent first."""

    name: str
    requests: list[HelpRequest]


def by_district(requests: Iterable[HelpRequest]) -> list[District]:
    """Requests grouped by the district they come from; those from above a district by that unit."""
    length = pack().levels[1].length if len(pack().levels) > 1 else pack().levels[0].length
    groups: dict[str, list[HelpRequest]] = {}
    for one in requests:
        groups.setdefault(one.unit_code[:length], []).append(one)
    units = AdministrativeUnit.objects.in_bulk(list(groups))
    return [
        District(units[code].full_name if code in units else code, found)
        for code, found in sorted(groups.items(), key=lambda pair: pair[0])
    ]


def colleagues_of(officer: Officer) -> Any:
    """Who may stand in for an officer or take over: people of the same office, or with a role in force at its unit."""
    near = RoleAssignment.objects.in_force(today()).filter(officer=OuterRef("pk"), unit_code=officer.unit_code)
    found = Officer.objects.who_sign_in().filter(Q(office=officer.office) | Exists(near))
    return found.exclude(human=officer.human).select_related("office").order_by("name_latin", "username")


def in_care_of(by: Officer, scope: Scope) -> Any:
    """Officers whose absence this one may enter: whom they supervise, and where they hand out work. Never their own."""
    care = Q(supervisor__human=by.human) | within(scope.where("work.assign"), "office__unit_code")
    found = Officer.objects.who_sign_in().filter(care).exclude(human=by.human)
    return found.select_related("office", "supervisor").order_by("name_latin", "username")


def lying_with(officer: Officer) -> int:
    """How many records in the open scope lie with the officer."""
    tables = [table for table in TABLES.values() if table.is_worked]
    return sum(table.model._default_manager.filter(assigned_to=officer).count() for table in tables)


def stands_in_for(officer: Officer) -> list[Absence]:
    """The absences of today in which the officer stands in, the one that ends first first."""
    found = Absence.objects.on(today()).filter(stand_in__human=officer.human)
    return list(found.select_related("officer").order_by("to_on"))
