"""The runner: every step of a made-up noun, by who may and who may not, from each state; and stale saves."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from onestop.areas import clock
from onestop.journal.models import JournalEntry
from onestop.journal.queries import sentence
from onestop.staff.scope import scope, system_scope
from onestop.staff.stale import StaleRecord, locked, save_changes
from onestop.staff.tests.made_up import LOAN, Loan
from onestop.staff.work import able
from onestop.staff.workflow import Transition, Workflow, WrongState
from tests.officers import Named


@pytest.fixture
def loan(loans: dict[str, str]) -> Loan:
    with system_scope("system.loader"):
        made: Loan = Loan.objects.create(unit_code="170101", title="A book", number="1")
    return made


def test_a_step_sets_counts_the_version_up_and_writes_its_line(loan: Loan, named: Named) -> None:
    district, planning = named("district"), named("planning")
    with scope(district):
        asked = LOAN.move(loan, "ask", by=district)
        assert (asked.state, asked.version) == ("asked", 2)
    with scope(planning):
        lent = LOAN.move(asked, "lend", by=planning, days=14, note="bring it back")
        assert (lent.state, lent.version, lent.days, lent.lent_by) == ("lent", 3, 14, planning)
        newest = JournalEntry.objects.about(loan).select_related("officer")[0]
        assert (newest.verb, newest.note, newest.unit_code) == ("made_up.loan.lend", "bring it back", "170101")
        assert "A book" not in sentence(newest)


def test_every_step_from_every_state_by_every_officer(loan: Loan, named: Named) -> None:
    """States × verbs × roles: what `move` does is what the table says, and `available` says the same."""
    may = {"ask": {"commune", "district", "finance"}, "give_back": {"commune", "district", "finance"}}
    may["lend"] = {"commune", "district", "planning", "finance", "intersector", "health"}
    sources = {"ask": {"draft", "returned"}, "lend": {"asked"}, "give_back": {"lent"}}
    everybody = may["lend"] | {"province", "national"}
    for username in sorted(everybody):
        officer = named(username)
        for state in ("draft", "asked", "lent", "returned"):
            with system_scope("system.loader"):
                Loan.objects.filter(pk=loan.pk).update(state=state, days=1)
            with scope(officer):
                record = Loan(pk=loan.pk, unit_code="170101", state=state)
                expected = {verb for verb in may if username in may[verb] and state in sources[verb]}
                assert {step.verb for step in LOAN.available(record, officer)} == expected, (username, state)


@pytest.mark.parametrize("username", ["planning", "province"])
def test_who_lacks_the_right_is_told_who_has_it(loan: Loan, named: Named, username: str) -> None:
    with scope(named(username)), pytest.raises((PermissionDenied, Loan.DoesNotExist)):
        LOAN.move(loan, "ask", by=named(username))


def test_a_right_held_elsewhere_does_not_count_here(loans: dict[str, str], named: Named) -> None:
    with system_scope("system.loader"):
        away = Loan.objects.create(unit_code="171201", title="Away", number="2")
    with scope(named("district")):
        assert LOAN.available(away, named("district")) == []
        with pytest.raises(Loan.DoesNotExist):
            LOAN.move(away, "ask", by=named("district"))


def test_four_eyes_refuse_the_same_officer(loan: Loan, named: Named) -> None:
    district = named("district")
    with scope(district):
        asked = LOAN.move(loan, "ask", by=district)
        assert "lend" not in {step.verb for step in LOAN.available(asked, district)}
        with pytest.raises(PermissionDenied):
            LOAN.move(asked, "lend", by=district, days=1)


def test_a_step_from_the_wrong_state_is_refused_even_if_the_page_was_old(loan: Loan, named: Named) -> None:
    district = named("district")
    with scope(district):
        LOAN.move(loan, "ask", by=district)
        assert loan.state == "draft"
        with pytest.raises(WrongState, match="asked"):
            LOAN.move(loan, "ask", by=district)


def test_what_a_step_needs_must_be_filled_and_nothing_else_is_taken(loan: Loan, named: Named) -> None:
    with scope(named("district")):
        asked = LOAN.move(loan, "ask", by=named("district"))
    planning = named("planning")
    with scope(planning):
        with pytest.raises(ValidationError) as refused:
            LOAN.move(asked, "lend", by=planning)
        assert set(refused.value.message_dict) == {"days"}
        with pytest.raises(ValueError, match="title"):
            LOAN.move(asked, "lend", by=planning, days=1, title="Another")
        assert Loan.objects.get(pk=loan.pk).state == "asked"


def test_a_step_is_taken_only_in_the_name_of_the_open_scope(loan: Loan, named: Named) -> None:
    with scope(named("district")), pytest.raises(PermissionDenied):
        LOAN.move(loan, "ask", by=named("commune"))


def test_a_table_that_does_not_hold_together_is_refused_at_start() -> None:
    odd = Transition("x", frozenset({"a"}), "b", "registry.read", "…", not_same_as=frozenset({"y"}))
    with pytest.raises(ValueError, match="y"):
        Workflow(Loan, field="state", transitions=[odd])
    odd = Transition("x", frozenset({"a"}), "b", "registry.read", "…", needs=frozenset({"colour"}))
    with pytest.raises(ValueError, match="colour"):
        Workflow(Loan, field="state", transitions=[odd])


def test_a_stale_save_is_refused_with_who_changed_what(loan: Loan, named: Named) -> None:
    district, commune = named("district"), named("commune")
    with scope(district):
        save_changes(locked(Loan.objects.visible_to(district), loan.pk, version=1), title="Hers")
        save_changes(locked(Loan.objects.visible_to(district), loan.pk, version=2), days=5)
    with scope(commune):
        with pytest.raises(StaleRecord) as refused:
            locked(Loan.objects.visible_to(commune), loan.pk, version=1)
        stale = refused.value
        assert [change.fields for change in stale.changes] == [{"days": (None, 5)}, {"title": ("A book", "Hers")}]
        assert stale.by == district.name
        save_changes(locked(Loan.objects.visible_to(commune), loan.pk, version=3), title="Mine")
        assert Loan.objects.get(pk=loan.pk).version == 4


def test_a_record_that_was_taken_out_moves_no_further(loan: Loan, named: Named) -> None:
    district = named("district")
    with scope(district):
        Loan.objects.filter(pk=loan.pk).update(voided_at=clock.now(), void_reason="entered twice")
        loan.refresh_from_db()
        assert LOAN.available(loan, district) == [] and not able(LOAN, loan, district)
        with translation.override("en"), pytest.raises(WrongState, match="taken out"):
            LOAN.move(loan, "ask", by=district)
