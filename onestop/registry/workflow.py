"""The tables of this room's nouns that move through states.

A request to put something right is asked by one officer and decided by another (GOV-43, F3-09); the person's record is
changed in the moment of the decision, and only if nobody changed the same field meanwhile. The decision goes back to
who asked, who tells the person (ORG-46). A double is opened by the
narrow door for both offices, settled by either (F3-43, design §5), and opened again by either with a reason; what is
done on one side is done on the other.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from onestop.registry.choices import CorrectionState, DoubleOutcome, DoubleState
from onestop.registry.models import CorrectionRequest, DoubleNotice
from onestop.staff.workflow import Transition, Workflow

__all__ = ["CORRECTION", "DOUBLE"]

CORRECTION: Workflow[CorrectionRequest] = Workflow(
    CorrectionRequest,
    field="state",
    transitions=[
        Transition(
            "ask",
            frozenset({""}),
            CorrectionState.ASKED,
            right="correction.ask",
            due="second_pair",
            sentence=_("{officer} asked to have something of {subject} put right."),
            label=_("Ask for the correction"),
        ),
        Transition(
            "approve",
            frozenset({CorrectionState.ASKED}),
            CorrectionState.DONE,
            right="correction.decide",
            not_same_as=frozenset({"ask"}),
            needs=frozenset({"decided_by"}),
            due="correction_told",
            sentence=_("{officer} put right what was asked of {subject}."),
            label=_("Put it right"),
        ),
        Transition(
            "refuse",
            frozenset({CorrectionState.ASKED}),
            CorrectionState.REFUSED,
            right="correction.decide",
            not_same_as=frozenset({"ask"}),
            needs=frozenset({"decided_by", "reason"}),
            due="correction_told",
            sentence=_("{officer} refused a correction of {subject}."),
            label=_("Refuse"),
        ),
        Transition(
            "withdraw",
            frozenset({CorrectionState.ASKED}),
            CorrectionState.WITHDRAWN,
            right="correction.ask",
            needs=frozenset({"reason"}),
            sentence=_("{officer} withdrew a correction of {subject}."),
            label=_("Withdraw the request"),
        ),
        Transition(
            "tell",
            frozenset({CorrectionState.DONE, CorrectionState.REFUSED}),
            CorrectionState.TOLD,
            right="correction.ask",
            sentence=_("{officer} told {subject} what was decided about the correction."),
            label=_("The person was told"),
        ),
    ],
)


def _settles(outcome: DoubleOutcome, sentence: Any) -> Transition:
    """One way to settle a double; its verb is the outcome."""
    return Transition(
        outcome.value,
        frozenset({DoubleState.OPEN}),
        DoubleState.SETTLED,
        right="registry.register",
        sets={"outcome": lambda _double, _by: outcome, "settled_by": lambda _double, by: by},
        sentence=sentence,
        label=outcome.label,
    )


DOUBLE: Workflow[DoubleNotice] = Workflow(
    DoubleNotice,
    field="state",
    transitions=[
        # written by the door in the name of whoever wrote the person or the paper down (doors_doubles.py)
        Transition(
            "open",
            frozenset(),
            DoubleState.OPEN,
            right="",
            due="double",
            sentence=_("{subject} may be registered at another office too: found when {officer} wrote somebody down."),
        ),
        _settles(DoubleOutcome.SAME, _("{officer} settled: {subject} is one person, registered at two offices.")),
        _settles(DoubleOutcome.DIFFERENT, _("{officer} settled: {subject} and the other person are not the same.")),
        _settles(DoubleOutcome.MOVED, _("{officer} settled: {subject} moved from one area to the other.")),
        Transition(
            "reopen",
            frozenset({DoubleState.SETTLED}),
            DoubleState.OPEN,
            right="registry.register",
            needs=frozenset({"reason"}),
            sets={"outcome": lambda _double, _by: "", "settled_by": lambda _double, _by: None},
            due="double",
            aside=True,
            label=_("Open it again for both offices"),
            sentence=_("{officer} asked again whether {subject} is registered at another office too."),
        ),
    ],
)
