"""What waits in this room, for the worklist."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from onestop.areas.models import within
from onestop.areas.scope import current
from onestop.registry.models import CorrectionRequest
from onestop.registry.workflow import DOUBLE
from onestop.staff.models import Officer
from onestop.staff.tasks import TaskSource, queue

__all__ = ["CORRECTIONS", "DOUBLES"]


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

DOUBLES: Final = TaskSource(
    key="registry.doubles",
    words=_("Settle who may be registered at two offices"),
    then=_("The other office sees what was found; its own task is done as well"),
    right="registry.register",
    rows=("F3-43", "2(d)"),
    url="registry:doubles",
    waiting=queue(DOUBLE.waiting_for, since="since_on", due="due_on"),
    hint=_(
        "Somebody written down here has a paper, or name, sex and date of birth, that another office knows already. "
        "Both offices get the task; a call settles it."
    ),
)
