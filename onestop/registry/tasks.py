"""What waits in this room, for the worklist."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from onestop.areas.models import within
from onestop.areas.scope import current
from onestop.registry.models import CorrectionRequest
from onestop.staff.models import Officer
from onestop.staff.tasks import TaskSource, queue

__all__ = ["CORRECTIONS"]


def _to_decide(officer: Officer) -> Any:
    """Corrections somebody else asked for, where one decides them: four eyes."""
    waiting = CorrectionRequest.objects.visible_to(officer).waiting()
    return waiting.filter(within(current().where("correction.decide"))).exclude(asked_by__human=officer.human)


CORRECTIONS: Final = TaskSource(
    key="registry.corrections",
    words=_("Decide what is put right"),
    then=_("The person's record changes at once; who asked sees it"),
    right="correction.decide",
    rows=("GOV-43", "F3-09"),
    url="registry:corrections",
    waiting=queue(_to_decide, since="created_at"),
    hint=_("A colleague asked to have something of a person's record put right."),
    handed=queue(
        lambda officer: CorrectionRequest.objects.visible_to(officer).waiting().filter(asked_by=officer),
        since="created_at",
    ),
    handed_words=_("something to put right"),
    handed_to=_("Administrative and finance officer"),
)
