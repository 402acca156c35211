"""A request to put something right: asked by one officer, decided by another (GOV-43, F3-09).

The person's record is changed in the moment of the decision, and only if nobody changed the same field meanwhile.
"""

from django.utils.translation import gettext_lazy as _

from onestop.registry.choices import CorrectionState
from onestop.registry.models import CorrectionRequest
from onestop.staff.workflow import Transition, Workflow

__all__ = ["CORRECTION"]

CORRECTION: Workflow[CorrectionRequest] = Workflow(
    CorrectionRequest,
    field="state",
    transitions=[
        Transition(
            "ask",
            frozenset({""}),
            CorrectionState.ASKED,
            right="correction.ask",
            sentence=_("{officer} asked to have something of {subject} put right."),
        ),
        Transition(
            "approve",
            frozenset({CorrectionState.ASKED}),
            CorrectionState.DONE,
            right="correction.decide",
            not_same_as=frozenset({"ask"}),
            needs=frozenset({"decided_by"}),
            sentence=_("{officer} put right what was asked of {subject}."),
        ),
        Transition(
            "refuse",
            frozenset({CorrectionState.ASKED}),
            CorrectionState.REFUSED,
            right="correction.decide",
            not_same_as=frozenset({"ask"}),
            needs=frozenset({"decided_by", "reason"}),
            sentence=_("{officer} refused a correction of {subject}."),
        ),
        Transition(
            "withdraw",
            frozenset({CorrectionState.ASKED}),
            CorrectionState.WITHDRAWN,
            right="correction.ask",
            needs=frozenset({"reason"}),
            sentence=_("{officer} withdrew a correction of {subject}."),
        ),
    ],
)
