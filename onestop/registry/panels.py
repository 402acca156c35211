"""What this room shows in the family folder (a slot: settings.FOLDER_PANELS)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import UUIDField, Value

from onestop.areas.country import pack
from onestop.areas.scope import current
from onestop.registry.models import CorrectionRequest, Household, NoticeGiven, Person
from onestop.registry.notices import FILE, notice_on
from onestop.staff.models import Officer
from onestop.ui import languages

TEMPLATE = "registry/parts/panel.html"


@dataclass(frozen=True)
class InformationLine:
    """A member: was today's notice told, and does a correction wait."""

    key: UUID
    names: dict[str, str]
    is_told: bool
    waits: UUID | None


def information(household: Household, members: Sequence[Person], officer: Officer) -> dict[str, object] | None:
    """Whom today's privacy notice was told and for whom a correction waits, by one query.

    None where the country has no notice.
    """
    if not pack().has(FILE) or not members:
        return None
    version = notice_on().version
    told = NoticeGiven.objects.visible_to(officer).standing().filter(person__in=members, notice=version)
    waits = CorrectionRequest.objects.visible_to(officer).waiting().filter(person__in=members).order_by()
    found = told.values_list("person", Value(None, UUIDField())).union(waits.values_list("person", "pk"), all=True)
    known: dict[UUID, set[UUID | None]] = defaultdict(set)
    for person, waiting in found:
        known[person].add(waiting)
    lines = [
        InformationLine(
            one.pk,
            languages.texts(one.name_km, one.name_latin),
            None in known[one.pk],
            next((waiting for waiting in known[one.pk] if waiting), None),
        )
        for one in members
    ]
    return {"template": TEMPLATE, "lines": lines, "may_look": current().may("correction.read", household.unit_code)}
