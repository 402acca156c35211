"""What waits in this room, for the worklist."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from onestop.areas.models import within
from onestop.areas.scope import current
from onestop.registry.models import CorrectionRequest
from onestop.registry.workflow import DOUBLE
from onestop.staff.models import Officer
from onestop.staff.tasks import TaskSource, queue

__all__ = ["CORRECTIONS", "DECIDED", "DOUBLES"]


def _to_decide(officer: Officer) -> Any:
    """Corrections somebody else asked for, where one decides them: four eyes."""
    waiting = CorrectionRequest.objects.visible_to(officer).waiting()
    return waiting.filter(within(current().where("correction.decide"))).exclude(asked_by__human=officer.human)


def _to_tell(officer: Officer) -> Any:
    """Corrections of the officer's own asking that were decided."""
    mine = within(current().where("correction.ask"))
    return CorrectionRequest.objects.visible_to(officer).to_tell(officer).filter(mine)


CORRECTIONS: Final = TaskSource(
    key="registry.corrections",
    words=_("Decide what is put right"),
    then=_("The person's record changes at once; who asked sees it"),
    right="correction.decide",
    rows=("GOV-43", "F3-09"),
    url="registry:corrections",
    waiting=queue(_to_decide, since="since_on", due="due_on"),
    hint=_("A colleague asked to have something of a person's record put right."),
    handed=queue(
        lambda officer: CorrectionRequest.objects.visible_to(officer).waiting().filter(asked_by=officer),
        since="since_on",
        due="due_on",
    ),
    handed_words=_("something to put right"),
    handed_to=_("Administrative and finance officer"),
)

DECIDED: Final = TaskSource(
    key="registry.corrections_decided",
    words=_("Tell people what was decided about their correction"),
    then=_("Note that the person was told; then it is closed"),
    right="correction.ask",
    rows=("GOV-43", "ORG-46"),
    url="registry:corrections",
    waiting=queue(_to_tell, since="since_on", due="due_on"),
    hint=_("A second officer decided about something you asked to have put right."),
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
