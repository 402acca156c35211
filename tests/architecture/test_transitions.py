"""Every step of every table of the code: states × verbs × roles of the country pack.

What `move` does is what the table says: a step leads on from its states for officers whose role gives its right at the
record's place, and for nobody else and from nowhere else; a refusal saves nothing and writes no line. A new table needs
an example here, or the test fails.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import override

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.areas.keys import uuid7
from onestop.areas.models import Personal
from onestop.journal.actions import record as write_line
from onestop.journal.models import JournalEntry
from onestop.registry.factories import HouseholdFactory
from onestop.registry.models import CorrectionRequest, DoubleNotice
from onestop.staff.documents import code_tables
from onestop.staff.models import HelpRequest, Officer, RoleAssignment
from onestop.staff.scope import scope, system_scope
from onestop.staff.workflow import Transition, Workflow, WrongState

pytestmark = pytest.mark.django_db

UNITS = {0: "", 1: "17", 2: "1701", 3: "170101", 4: "17010101"}
HERE = "17010101"


def help_request(officer: Officer) -> HelpRequest:
    return HelpRequest(unit_code=HERE, asked_by=officer, words="It does not open", answer="Try again", again="Still")


def correction(officer: Officer) -> CorrectionRequest:
    person = HouseholdFactory(by=Officer.objects.get(username="system.loader"), unit_code=HERE).head
    given = {"changes": {}, "proof": "-", "asked_by": officer, "decided_by": officer, "reason": "-"}
    return CorrectionRequest(person=person, unit_code=HERE, **given)


def double(officer: Officer) -> DoubleNotice:
    person = HouseholdFactory(by=Officer.objects.get(username="system.loader"), unit_code=HERE).head
    given = {"pair": uuid7(), "sign": "paper", "other_unit": "170102", "other_since": date(2014, 6, 1), "reason": "-"}
    return DoubleNotice(person=person, unit_code=HERE, **given)


# For each table a record to move, of an officer with nothing else to do with it, saved in any state
EXAMPLES: dict[str, Callable[[Officer], Any]] = {
    "registry.correctionrequest": correction,
    "registry.doublenotice": double,
    "staff.helprequest": help_request,
}


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    with clock.fixed(date(2014, 6, 11)):
        yield


@pytest.fixture
def outsider() -> Officer:
    made: Officer = Officer.objects.create(username="example.asker", name_km="-", name_latin="-", password="!")
    return made


def holder(role: str, unit: str) -> Officer:
    """An officer with this role and no other."""
    made: Officer = Officer.objects.create(username=f"holder.{role}".replace("_", "-"), name_km="-", name_latin="-")
    RoleAssignment.objects.create(officer=made, role=role, unit_code=unit, valid_from=date(2000, 1, 1))
    return made


def expected(step: Transition, state: str, role: str, *, here: bool) -> bool:
    """What the table says of an officer of the role, with four eyes out of play."""
    allowed = not step.right or (here and step.right in pack().roles[role].rights)
    return state in step.source and allowed and not step.whose


def outcome(table: Workflow[Any], record: Any, step: Transition, by: Officer) -> Exception | None:
    """What happens when the step is tried; everything is undone again."""
    try:
        with transaction.atomic():
            table.move(record, step.verb, by=by, **{name: getattr(record, name) for name in step.needs})
            raise _Undo
    except _Undo:
        return None
    except (PermissionDenied, WrongState, ValidationError, table.model.DoesNotExist) as refused:
        return refused


class _Undo(Exception):
    """The step was taken; take it back."""


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_every_step_and_state_has_khmer_words_for_the_officer_who_is_refused(kind: str) -> None:
    table = code_tables()[kind]
    with override("km"):
        words = [table.word_of(state) for state in table.states if state]
        words += [step.called for step in table.transitions.values() if step.source]
    assert not [word for word in words if word.isascii()]


def test_every_table_has_an_example() -> None:
    assert code_tables().keys() == EXAMPLES.keys()


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
@pytest.mark.parametrize("role", sorted(pack().roles))
def test_each_role_takes_exactly_the_steps_of_the_table(kind: str, role: str, outsider: Officer) -> None:
    table = code_tables()[kind]
    for here in (True, False):
        unit = UNITS[pack().roles[role].level]
        by = holder(role, unit) if here else holder_elsewhere(role)
        if by is None:
            continue
        for state in table.states:
            with system_scope("system.loader"):
                record = EXAMPLES[kind](outsider)
                setattr(record, table.field, state)
                record.save()
            for step in table.transitions.values():
                if not step.source:
                    continue
                with scope(by) as held:
                    lines = JournalEntry.objects.count()
                    refused = outcome(table, record, step, by)
                    may = expected(step, state, role, here=here)
                    assert (refused is None) is may, (step.verb, state, role, here, refused)
                    assert (step in table.available(record, by)) is may or not sees(held, table), (step.verb, state)
                    assert JournalEntry.objects.count() == lines
                    if may:
                        continue
                    right = not step.right or (here and step.right in pack().roles[role].rights)
                    kinds = (WrongState,) if right and not step.whose else (PermissionDenied, table.model.DoesNotExist)
                    assert isinstance(refused, kinds), (step.verb, state, role, refused)
                with system_scope("system.loader"):
                    assert getattr(table.model._default_manager.get(pk=record.pk), table.field) == state


def holder_elsewhere(role: str) -> Officer | None:
    """The same role in another province; None for a role of the whole nation."""
    level = pack().roles[role].level
    if not level:
        return None
    made: Officer = Officer.objects.create(username=f"away.{role}".replace("_", "-"), name_km="-", name_latin="-")
    unit = {1: "10", 2: "1001", 3: "100101", 4: "10010101"}[level]
    RoleAssignment.objects.create(officer=made, role=role, unit_code=unit, valid_from=date(2000, 1, 1))
    return made


def sees(held: Any, table: Workflow[Any]) -> bool:
    """True when the record is seen at all: outside there is nothing to offer steps for."""
    return not issubclass(table.model, Personal) or (not held.figures_only and held.covers(HERE))


# -- four eyes ---------------------------------------------------------------------------------------------------------


def pairs() -> list[tuple[str, str, str, str]]:
    """Every rule of four eyes of every table: (kind, step, 'verb' or 'field', who must have been another)."""
    return [
        (kind, step.verb, sort, name)
        for kind, table in sorted(code_tables().items())
        for step in table.transitions.values()
        for sort, names in (("verb", step.not_same_as), ("field", step.not_by))
        for name in sorted(names)
    ]


def three_of(step: Transition) -> tuple[Officer, Officer, Officer]:
    """Who had a hand in it, the same human with a second account, and somebody else; all hold the step's right."""
    role = next(code for code, one in sorted(pack().roles.items()) if step.right in one.rights and _reaches(code))
    made: list[Officer] = [
        Officer.objects.create(username=f"pair.{number}", name_km="-", name_latin="-") for number in range(3)
    ]
    made[1].human = made[0].human
    made[1].save(update_fields=["human"])
    for one in made:
        RoleAssignment.objects.create(
            officer=one, role=role, unit_code=UNITS[pack().roles[role].level], valid_from=date(2000, 1, 1)
        )
    return made[0], made[1], made[2]


def _reaches(role: str) -> bool:
    """Whether a holder sees persons: of figures-only roles the walls hide what stands behind them."""
    return pack().roles[role].sees_people or not any(
        issubclass(table.model, Personal) and role in _movers(table) for table in code_tables().values()
    )


def _movers(table: Workflow[Any]) -> set[str]:
    rights = {step.right for step in table.transitions.values() if step.right}
    return {code for code, one in pack().roles.items() if rights & set(one.rights)}


def test_there_are_rules_of_four_eyes_of_both_kinds() -> None:
    assert {sort for _kind, _verb, sort, _name in pairs()} == {"verb", "field"}


@pytest.mark.parametrize(("kind", "verb", "sort", "name"), pairs())
def test_four_eyes_refuse_the_same_human_with_either_account_and_nobody_else(
    kind: str, verb: str, sort: str, name: str, outsider: Officer
) -> None:
    """From every state the step leads on from: refused to who did it, also with another account of theirs."""
    table = code_tables()[kind]
    step = table.transitions[verb]
    first, second_account, somebody_else = three_of(step)
    for state in sorted(step.source):
        with system_scope("system.loader"):
            record = EXAMPLES[kind](outsider)
            setattr(record, table.field, state)
            if sort == "field":
                setattr(record, name, first)
            record.save()
        if sort == "verb":
            with scope(first):
                write_line(table.verb(table.transitions[name]), by=first, subject=record)
        for by, may in ((first, False), (second_account, False), (somebody_else, True)):
            with scope(by):
                refused = outcome(table, record, step, by)
                assert (refused is None) is may, (state, by.username, refused)
                assert may or isinstance(refused, PermissionDenied), (state, refused)
                assert (step in table.available(record, by)) is may, (state, by.username)
        with system_scope("system.loader"):
            assert getattr(table.model._default_manager.get(pk=record.pk), table.field) == state


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        (kind, step.verb)
        for kind, table in sorted(code_tables().items())
        for step in table.transitions.values()
        if step.whose and step.source
    ],
)
def test_a_step_of_one_officer_is_that_officers_from_its_states_and_no_others(
    kind: str, verb: str, outsider: Officer
) -> None:
    table = code_tables()[kind]
    step = table.transitions[verb]
    owner = holder("district_assistant", "1701")
    for state in table.states:
        with system_scope("system.loader"):
            record = EXAMPLES[kind](outsider)
            setattr(record, table.field, state)
            setattr(record, step.whose, owner)
            record.save()
        with scope(owner):
            refused = outcome(table, record, step, owner)
        assert (refused is None) is (state in step.source), (state, refused)
