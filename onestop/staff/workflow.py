"""A noun's states as one table of data, and the one runner that moves a record through it (design §5).

    APPLICATION = Workflow(Application, field="state", transitions=[
        Transition("submit", {DRAFT}, SUBMITTED, right="application.submit", sentence=_("{officer} submitted …")),
        Transition("approve", {SUBMITTED}, APPROVED, right="application.approve", not_same_as={"submit"},
                   needs={"amount"}, sentence=_("{officer} approved {subject}. {note}")),
    ])
    APPLICATION.move(application, "approve", by=officer, amount=40000, note="…")

The table is read by the buttons (`available`), the permission check, the tests and the documents. Who may is a right of
the country pack's roles, so moving a task to another office is an edit of data.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from onestop.areas.guards import demand
from onestop.areas.models import Personal
from onestop.areas.scope import current
from onestop.journal.actions import record
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import declare
from onestop.staff.models import Officer

__all__ = ["Transition", "WrongState", "Workflow"]

Subject = TypeVar("Subject", bound=Personal)


class WrongState(Exception):
    """The record is not in a state from which this step leads on. The message is for the officer."""


@dataclass(frozen=True)
class Transition:
    """One step: from which states, to which, with which right at the record's unit.

    `not_same_as`: verbs whose last doer may not be this one's (four eyes). `needs`: fields that must be filled, given
    to `move` or standing already. `sets`: further fields, each from (record, officer). `sentence`: for the journal.
    """

    verb: str
    source: frozenset[str]
    to: str
    right: str
    sentence: "str | Promise"
    not_same_as: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    sets: Mapping[str, Callable[[Any, Officer], Any]] = field(default_factory=dict)


class Workflow(Generic[Subject]):
    """The table of one noun. Raises ValueError when the table does not hold together."""

    def __init__(self, model: type[Subject], *, field: str, transitions: Iterable[Transition]) -> None:
        self.model, self.field = model, field
        self.transitions = {step.verb: step for step in transitions}
        self.kind = model._meta.label_lower
        verbs = set(self.transitions)
        fields = {each.name for each in model._meta.get_fields()}
        for step in self.transitions.values():
            if strangers := (step.not_same_as - verbs) | ((step.needs | set(step.sets) | {field}) - fields):
                raise ValueError(f"{self.kind} {step.verb} names what is not there: {', '.join(sorted(strangers))}.")
            declare(self.verb(step), step.sentence)

    def verb(self, step: Transition) -> str:
        """The step's verb in the journal: registry.person.submit."""
        return f"{self.kind}.{step.verb}"

    def available(self, subject: Subject, officer: Officer) -> list[Transition]:
        """The steps this officer may take now with this record, in the table's order: the buttons."""
        return [step for step in self.transitions.values() if self._refusal(subject, step, officer) is None]

    @transaction.atomic
    def move(self, subject: Subject, verb: str, *, by: Officer, note: str = "", **inputs: Any) -> Subject:
        """Take one step: lock, check right, state, four eyes and inputs, set, save, journal; the fresh record.

        Raises PermissionDenied, WrongState, ValidationError (by field), KeyError for an unknown verb, and
        DoesNotExist when the record lies outside the scope.
        """
        step = self.transitions[verb]
        fresh: Subject = self.model._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
        if (refusal := self._refusal(fresh, step, by)) is not None:
            raise refusal
        if strangers := set(inputs) - step.needs:
            raise ValueError(f"{self.kind} {verb} takes no {', '.join(sorted(strangers))}.")
        changed = dict(inputs)
        for name, value in changed.items():
            setattr(fresh, name, value)
        if missing := [name for name in sorted(step.needs) if getattr(fresh, name) in (None, "")]:
            raise ValidationError({name: _("This is needed for the step “%s”.") % verb for name in missing})
        changed |= {name: make(fresh, by) for name, make in step.sets.items()} | {self.field: step.to}
        for name, value in changed.items():
            setattr(fresh, name, value)
        fresh.version += 1
        fresh.save(update_fields=[*changed, "version"])
        record(self.verb(step), by=by, subject=fresh, note=note)
        return fresh

    def _refusal(self, subject: Subject, step: Transition, officer: Officer) -> Exception | None:
        """Why the officer may not take the step now; None when it may be taken."""
        scope = current()
        if scope.officer_id != officer.pk:
            return PermissionDenied(_("The step must be taken in the name of the officer who is signed in."))
        if not scope.may(step.right, subject.unit_code):
            return _denied(step, subject)
        state = getattr(subject, self.field)
        if state not in step.source:
            return WrongState(
                _("This is “%(state)s” now; the step “%(verb)s” leads on from: %(from)s.")
                % {"state": state, "verb": step.verb, "from": ", ".join(sorted(step.source))}
            )
        for earlier in sorted(step.not_same_as):
            if self._last_doer(subject, earlier) == officer.pk:
                return PermissionDenied(_("Somebody else must do this: you did the step “%s” yourself.") % earlier)
        return None

    def _last_doer(self, subject: Subject, verb: str) -> object:
        """Who last took the step with this record."""
        lines = JournalEntry.objects.about(subject).filter(verb=self.verb(self.transitions[verb]))
        return lines.values_list("officer_id", flat=True).first()


def _denied(step: Transition, subject: models.Model) -> PermissionDenied:
    """The refusal that says who may."""
    try:
        demand(current(), step.right, getattr(subject, "unit_code", ""))
    except PermissionDenied as refused:
        return refused
    raise AssertionError("asked only when the right is missing")
