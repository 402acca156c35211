"""What this room shows in the family folder (a slot: settings.FOLDER_PANELS)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from onestop.areas.country import pack
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
    """Whom today's privacy notice was told and for whom a correction waits, by two queries.

    None where the country has no notice.
    """
    if not pack().has(FILE) or not members:
        return None
    version = notice_on().version
    told = set(
        NoticeGiven.objects.visible_to(officer)
        .standing()
        .filter(person__in=members, notice=version)
        .values_list("person_id", flat=True)
    )
    waiting = dict(
        CorrectionRequest.objects.visible_to(officer).waiting().filter(person__in=members).values_list("person", "pk")
    )
    lines = [
        InformationLine(
            one.pk,
            languages.texts(one.name_km, one.name_latin),
            one.pk in told,
            waiting.get(one.pk),
        )
        for one in members
    ]
    return {"template": TEMPLATE, "lines": lines}
