"""A noun's states as one table of data, and the one runner that moves a record through it (design §5).

    APPLICATION = Workflow(Application, field="state", transitions=[
        Transition("submit", {DRAFT}, SUBMITTED, right="application.submit", sentence=_("{officer} submitted …"),
                   due="decision"),
        Transition("approve", {SUBMITTED}, APPROVED, right="application.approve", not_same_as={"submit"},
                   needs={"amount"}, sentence=_("{officer} approved {subject}. {note}")),
    ])
    APPLICATION.move(application, "approve", by=officer, amount=40000, note="…")

The table is read by the buttons (`available`), the worklist (`waiting_for`), the permission check, the tests and the
documents (docs/WORKFLOWS.md). Who may is a right of the country pack's roles, so moving a task to another office is an
edit of data; within what time is a term of the country pack (terms.yaml). With whom a record lies stands in work.py.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.guards import demand
from onestop.areas.models import Edited, within
from onestop.areas.rights import RIGHTS
from onestop.areas.scope import current
from onestop.areas.terms import due_on
from onestop.journal.actions import record
from onestop.journal.verbs import declare
from onestop.staff.humans import accounts_of, did_before
from onestop.staff.models import Absence, Officer, Worked

__all__ = ["TABLES", "Transition", "WithAnother", "Workflow", "WrongState"]

Subject = TypeVar("Subject", bound=Edited)

# Every table of the code, by the kind of its record: for the documents, the tests and the hand-over of open work
TABLES: Final[dict[str, "Workflow[Any]"]] = {}


class WrongState(Exception):
    """The record is not in a state from which this step leads on. The message is for the officer."""


class WithAnother(WrongState):
    """Another officer has taken the record on. The message says who."""


@dataclass(frozen=True)
class Transition:
    """One step: from which states, to which, with which right at the record's unit.

    `source`: empty for the step that makes the record (`begin`). `right`: '' only together with `whose`, the field of
    the one officer who may. `not_same_as`: verbs whose last doer may not be this one's, `not_by`: fields of officers
    who may not (four eyes; all accounts of one human count as one). `needs`: fields that must be filled, given to the
    step or standing already. `sets`: further fields, each from (record, officer). `due`: the term of the country pack
    that begins with this step and binds the next one. `aside`: may be taken, but nobody waits for it (to withdraw, to
    reopen). `sentence`: for the journal. `label`: the step in the officer's words, for a refusal; those of its button.
    """

    verb: str
    source: frozenset[str]
    to: str
    right: str
    sentence: "str | Promise"
    not_same_as: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    sets: Mapping[str, Callable[[Any, Officer], Any]] = field(default_factory=dict)
    not_by: frozenset[str] = frozenset()
    whose: str = ""
    due: str = ""
    aside: bool = False
    label: "str | Promise" = ""

    @property
    def called(self) -> str:
        """The step as an officer reads it."""
        return str(self.label) or self.verb


class Workflow(Generic[Subject]):
    """The table of one noun. Raises ValueError when the table does not hold together."""

    def __init__(self, model: type[Subject], *, field: str, transitions: Iterable[Transition]) -> None:
        self.model, self.field = model, field
        self.transitions = {step.verb: step for step in transitions}
        self.kind = model._meta.label_lower
        self.is_worked = issubclass(model, Worked)
        verbs = set(self.transitions)
        fields = {each.name for each in model._meta.get_fields()}
        for step in self.transitions.values():
            named = step.needs | set(step.sets) | step.not_by | {field} | ({step.whose} - {""})
            if strangers := (step.not_same_as - verbs) | (named - fields):
                raise ValueError(f"{self.kind} {step.verb} names what is not there: {', '.join(sorted(strangers))}.")
            if step.right not in RIGHTS and (step.right or not (step.whose or not step.source)):
                raise ValueError(f"{self.kind} {step.verb}: '{step.right}' is no right, and nobody else is named.")
            if step.due and not self.is_worked:
                raise ValueError(f"{self.kind} {step.verb} has a term; its record must be Worked to keep the day.")
            declare(self.verb(step), step.sentence)
        TABLES[self.kind] = self

    def verb(self, step: Transition) -> str:
        """The step's verb in the journal: registry.person.submit."""
        return f"{self.kind}.{step.verb}"

    @property
    def states(self) -> list[str]:
        """The states in the order of the table."""
        found = [state for step in self.transitions.values() for state in (*sorted(step.source), step.to)]
        return list(dict.fromkeys(found))

    def word_of(self, state: str) -> str:
        """A state as an officer reads it."""
        return str(dict(self.model._meta.get_field(self.field).flatchoices).get(state, state))  # type: ignore[union-attr]

    def leading_on(self, state: str) -> list[Transition]:
        """The steps that lead on from a state."""
        return [step for step in self.transitions.values() if state in step.source]

    def available(self, subject: Subject, officer: Officer) -> list[Transition]:
        """The steps this officer may take now with this record, in the table's order: the buttons."""
        return [
            step for step in self.transitions.values() if step.source and self.refusal(subject, step, officer) is None
        ]

    @transaction.atomic
    def begin(self, subject: Subject, verb: str, *, by: Officer, note: str = "", **inputs: Any) -> Subject:
        """Make the record with its first step: check right and inputs, set, save, journal. Raises as `move`."""
        step = self.transitions[verb]
        if step.source:
            raise ValueError(f"{self.kind} {verb} does not make a record; move one.")
        if (refusal := self._no_right(subject, step, by)) is not None:
            raise refusal
        self._fill(subject, step, by, inputs)
        subject.save(force_insert=True)
        record(self.verb(step), by=by, subject=subject, note=note)
        return subject

    @transaction.atomic
    def move(self, subject: Subject, verb: str, *, by: Officer, note: str = "", **inputs: Any) -> Subject:
        """Take one step: lock, check right, state, four eyes and inputs, set, save, journal; the fresh record.

        Raises PermissionDenied, WrongState, ValidationError (by field), KeyError for an unknown verb, and
        DoesNotExist when the record lies outside the scope.
        """
        step = self.transitions[verb]
        fresh = self.locked(subject)
        if (refusal := self.refusal(fresh, step, by)) is not None:
            raise refusal
        changed = self._fill(fresh, step, by, inputs)
        fresh.version += 1
        fresh.save(update_fields=[*changed, "version"])
        record(self.verb(step), by=by, subject=fresh, note=note)
        return fresh

    def locked(self, subject: Subject) -> Subject:
        """The record as it stands, locked until the transaction ends. Raises DoesNotExist outside the scope."""
        fresh: Subject = self.model._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
        return fresh

    def _fill(self, subject: Subject, step: Transition, by: Officer, inputs: dict[str, Any]) -> dict[str, Any]:
        """Set what the step sets; the changed fields. Raises ValidationError for what is missing."""
        if strangers := set(inputs) - step.needs:
            raise ValueError(f"{self.kind} {step.verb} takes no {', '.join(sorted(strangers))}.")
        for name, value in inputs.items():
            setattr(subject, name, value)
        if missing := [name for name in sorted(step.needs) if getattr(subject, name) in (None, "")]:
            raise ValidationError({name: _("This is needed for the step “%s”.") % step.called for name in missing})
        changed = inputs | {name: make(subject, by) for name, make in step.sets.items()} | {self.field: step.to}
        if self.is_worked:
            until = due_on(step.due, clock.today()) if step.due else None
            changed |= {"since_on": clock.today(), "due_on": until, "assigned_to": None}
        for name, value in changed.items():
            setattr(subject, name, value)
        return changed

    def refusal(self, subject: Subject, step: Transition, officer: Officer) -> Exception | None:
        """Why the officer may not take the step now; None when it may be taken."""
        if (refused := self._no_right(subject, step, officer)) is not None:
            return refused
        if subject.is_void:
            return WrongState(
                _("This was taken out meanwhile, or lies outside the places you may change. Open the list once more.")
            )
        state = getattr(subject, self.field)
        if state not in step.source:
            return WrongState(
                _("The step “%(step)s” is not possible any more: this is “%(state)s” now. Look at it once more.")
                % {"step": step.called, "state": self.word_of(state)}
            )
        return self._four_eyes(subject, step, officer) or self._with_another(subject, officer)

    def _no_right(self, subject: Subject, step: Transition, officer: Officer) -> Exception | None:
        """The refusal for want of the right at the record's unit, or because only one officer may."""
        scope = current()
        if scope.officer_id != officer.pk:
            return PermissionDenied(_("The step must be taken in the name of the officer who is signed in."))
        if step.right and not scope.may(step.right, getattr(subject, "unit_code", "")):
            return _denied(step, subject)
        if step.whose and officer.pk != getattr(subject, f"{step.whose}_id"):
            return PermissionDenied(_("Only the officer who began this may take the step “%s”.") % step.called)
        return None

    def _four_eyes(self, subject: Subject, step: Transition, officer: Officer) -> Exception | None:
        """The refusal to one who had a hand in it already, with whichever account."""
        for name in sorted(step.not_by):
            before = getattr(subject, name)
            if before is not None and before.human == officer.human:
                return PermissionDenied(_("Somebody else must do this: you have had a hand in it yourself."))
        barring = [self.transitions[verb] for verb in step.not_same_as]
        done = did_before(subject, {self.verb(one): one.called for one in barring}, officer)
        if done:
            return PermissionDenied(_("Somebody else must do this: you did the step “%s” yourself.") % done[0])
        return None

    def _with_another(self, subject: Subject, officer: Officer) -> Exception | None:
        """The refusal because another officer has taken the record on; who stands in for that officer may go on."""
        if not isinstance(subject, Worked) or subject.assigned_to is None:
            return None
        holder = subject.assigned_to
        if holder.human == officer.human or not holder.is_active:
            return None
        if Absence.objects.on(clock.today()).filter(officer=holder, stand_in__human=officer.human).exists():
            return None
        return WithAnother(_("%s has taken this on. Ask for it to be handed to you.") % holder.name)

    def waiting_for(self, officer: Officer) -> Any:
        """The records in the open scope whose next step this officer may take: a QuerySet, in no order.

        Left out are those another officer has taken on, but for one who is away and for whom this officer stands in.
        The right is looked at in its place; of four eyes, what stands in a field of the record (`not_by`).
        """
        scope, mine = current(), models.Q(pk__in=[])
        for step in self.transitions.values():
            if not step.source or step.aside:
                continue
            may = within(scope.where(step.right)) if step.right else models.Q()
            if step.whose:
                may &= models.Q(**{step.whose: officer})
            for name in step.not_by:
                may &= models.Q(**{f"{name}__isnull": True}) | ~models.Q(**{f"{name}__human": officer.human})
            mine |= models.Q(**{f"{self.field}__in": step.source}) & may
        manager: Any = self.model._default_manager
        found = manager.visible_to(officer).filter(mine, voided_at=None)
        if not self.is_worked:
            return found
        away = Absence.objects.on(clock.today()).filter(stand_in__human=officer.human).values("officer")
        return found.filter(
            models.Q(assigned_to=None)
            | models.Q(assigned_to__in=accounts_of(officer))
            | models.Q(assigned_to__in=away)
            | models.Q(assigned_to__is_active=False)
        )


def _denied(step: Transition, subject: models.Model) -> PermissionDenied:
    """The refusal that says who may."""
    try:
        demand(current(), step.right, getattr(subject, "unit_code", ""))
    except PermissionDenied as refused:
        return refused
    raise AssertionError("asked only when the right is missing")
