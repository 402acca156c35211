"""Four eyes of one human with two accounts, terms, taking and handing work, absence, hand-over."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import translation

from onestop.areas import clock
from onestop.areas.calendar import add_working_days
from onestop.areas.scope import current
from onestop.areas.terms import due_on, terms
from onestop.journal.models import JournalEntry
from onestop.staff import help as helping
from onestop.staff import humans, work
from onestop.staff.choices import HelpState
from onestop.staff.help import HELP
from onestop.staff.models import Absence, HelpRequest, Officer, RoleAssignment
from onestop.staff.scope import scope, scope_of, system_scope
from onestop.staff.tests.made_up import LOAN, Loan
from onestop.staff.workflow import TABLES, WithAnother
from tests.officers import Named

DAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    with clock.fixed(DAY), translation.override("en"):
        yield


def account(username: str, role: str, unit: str, like: Officer) -> Officer:
    """A further account with a role of its own."""
    made: Officer = Officer.objects.create(
        username=username, name_km=like.name_km, name_latin=like.name_latin, office=like.office, password="!"
    )
    RoleAssignment.objects.create(officer=made, role=role, unit_code=unit, valid_from=date(2000, 1, 1))
    return made


def asked(by: Officer) -> HelpRequest:
    with scope(by):
        return helping.ask(page="desk:folder", words="The page does not open", by=by)


# -- four eyes ---------------------------------------------------------------------------------------------------------


def test_four_eyes_refuse_the_same_human_with_another_account(loans: dict[str, str], named: Named) -> None:
    """Before the accounts are noted as one human's the second step is open; from then on it is refused: also for what
    was done before."""
    first, it = named("district"), named("it")
    second = account("district.two", "planning_officer", "1701", first)
    with system_scope("system.loader"):
        loan = Loan.objects.create(unit_code="170101", title="A book", number="1")
    with scope(first):
        loan = LOAN.move(loan, "ask", by=first)
    with scope(second):
        assert "lend" in {step.verb for step in LOAN.available(loan, second)}
    with scope(it):
        assert second in humans.namesakes(first)
        humans.note_same_human(first, second, by=it)
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.human == second.human and first not in humans.namesakes(second)
    with scope(second):
        assert "lend" not in {step.verb for step in LOAN.available(loan, second)}
        with pytest.raises(PermissionDenied, match="Somebody else"):
            LOAN.move(loan, "lend", by=second, days=1)
        assert Loan.objects.get(pk=loan.pk).state == "asked"
    other = named("planning")
    with scope(other):
        assert LOAN.move(loan, "lend", by=other, days=1).state == "lent"


def test_four_eyes_hold_for_an_officer_who_may_not_read_the_journal(loans: dict[str, str], named: Named) -> None:
    """The lines stand behind walls; whoever sees figures only would see none of them, so a door is asked."""
    it = named("it")
    request = asked(named("commune"))
    with scope(it):
        answered = HELP.move(request, "answer", by=it, answer="Press Search first")
        assert JournalEntry.objects.about(answered).count() == 0
        assert humans.did_before(answered, {"staff.helprequest.answer": "answer"}, it) == ["answer"]
        assert humans.did_before(answered, {"staff.helprequest.answer": "answer"}, named("district")) == []


@pytest.mark.django_db
def test_nobody_notes_or_parts_accounts_of_their_own(named: Named) -> None:
    it, district = named("it"), named("district")
    with scope(it):
        with pytest.raises(PermissionDenied):
            humans.note_same_human(it, district, by=it)
        with pytest.raises(PermissionDenied):
            humans.note_other_human(it, by=it, because="I asked myself")
    with scope(district), pytest.raises(PermissionDenied):
        humans.note_same_human(named("planning"), named("finance"), by=district)


@pytest.mark.django_db
def test_a_mistaken_pair_is_parted_with_a_reason(named: Named) -> None:
    it, first, second = named("it"), named("planning"), named("finance")
    with scope(it):
        humans.note_same_human(first, second, by=it)
        with pytest.raises(ValidationError):
            humans.note_other_human(second, by=it, because=" ")
        humans.note_other_human(second, by=it, because="Both came to the office together")
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.human != second.human


# -- terms -------------------------------------------------------------------------------------------------------------


def test_the_terms_are_those_of_the_contradictions_list_and_shown_as_the_demonstrations() -> None:
    found = terms()
    assert [found[code].working_days for code in ("decision", "first_round", "tier")] == [14, 7, 30]
    assert all(found[code].is_demo for code in ("decision", "first_round", "tier"))


def test_a_term_counts_working_days_over_a_weekend_and_a_holiday() -> None:
    # 11 June 2014 is a Wednesday; 18 June was the birthday of the Queen Mother
    assert due_on("first_round", DAY) == date(2014, 6, 23)
    assert due_on("decision", date(2014, 4, 9)) == add_working_days(date(2014, 4, 9), 14)
    assert due_on("no_such_term", DAY) is None


@pytest.mark.django_db
def test_every_step_sets_since_when_and_until_when(named: Named) -> None:
    request = asked(named("commune"))
    assert (request.due_on, request.state) == (due_on("help_answer", DAY), HelpState.ASKED)
    with clock.fixed(DAY + timedelta(days=1)), scope(named("it")):
        answered = HELP.move(request, "answer", by=named("it"), answer="Press Search first")
        assert answered.due_on == due_on("help_read", DAY + timedelta(days=1))
        assert answered.since_on == DAY + timedelta(days=1)
    with scope(named("commune")):
        assert HELP.move(answered, "close", by=named("commune")).due_on is None


def test_every_term_a_table_names_stands_in_the_country_pack() -> None:
    named = {step.due for table in TABLES.values() for step in table.transitions.values() if step.due}
    assert named and named <= set(terms())


# -- with whom ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_takes_work_on_keeps_others_from_doing_it_twice(named: Named) -> None:
    it = named("it")
    second = account("it.two", "it_officer", "1701", it)
    request = asked(named("commune"))
    with scope(second):
        assert list(HELP.waiting_for(second)) == [request]
        work.take(HELP, request, by=second)
    with scope(it):
        assert list(HELP.waiting_for(it)) == []
        with pytest.raises(WithAnother, match="handed to you"):
            HELP.move(request, "answer", by=it, answer="x")
        with pytest.raises(WithAnother):
            work.take(HELP, request, by=it)
    with scope(second):
        work.hand(HELP, request, to=it, by=second)
    with scope(it):
        assert HELP.move(request, "answer", by=it, answer="Press Search").assigned_to is None


@pytest.mark.django_db
def test_work_is_handed_only_to_who_may_do_it(named: Named) -> None:
    it = named("it")
    request = asked(named("district"))
    with scope(it):
        for other in ("district", "planning", "province"):
            with pytest.raises(ValidationError):
                work.hand(HELP, request, to=named(other), by=it)
        helper = account("it.two", "it_officer", "1712", it)  # the same role, another district
        with pytest.raises(ValidationError):
            work.hand(HELP, request, to=helper, by=it)
    with scope(named("planning")), pytest.raises(PermissionDenied):
        work.take(HELP, request, by=named("planning"))


@pytest.mark.django_db
def test_a_stand_in_sees_the_work_of_who_is_away_and_gets_no_right(named: Named) -> None:
    it = named("it")
    second = account("it.two", "it_officer", "1701", it)
    request = asked(named("commune"))
    with scope(it):
        work.take(HELP, request, by=it)
        work.go_away(it, from_on=DAY, to_on=DAY + timedelta(days=3), stand_in=second, by=it)
    with scope(second):
        assert list(HELP.waiting_for(second)) == [request]
    planning = named("planning")
    before = scope_of(planning)
    Absence.objects.filter(officer=it).update(stand_in=planning)
    assert scope_of(planning) == before
    with scope(planning):
        assert list(HELP.waiting_for(planning)) == []
        with pytest.raises(PermissionDenied):
            HELP.move(request, "answer", by=planning, answer="x")
    Absence.objects.filter(officer=it).update(stand_in=second)
    with scope(second):
        assert HELP.move(request, "answer", by=second, answer="x").state == HelpState.ANSWERED


@pytest.mark.django_db
def test_nothing_is_handed_to_who_is_away_and_the_absence_ends_when_they_come_back(named: Named) -> None:
    it = named("it")
    second = account("it.two", "it_officer", "1701", it)
    request = asked(named("commune"))
    with scope(second):
        absence = work.go_away(second, from_on=DAY, to_on=DAY, stand_in=None, by=second)
        with pytest.raises(ValidationError):
            work.go_away(second, from_on=DAY, to_on=DAY, stand_in=None, by=second)
        with pytest.raises(ValidationError):
            work.go_away(second, from_on=DAY, to_on=DAY, stand_in=second, by=second)
    with scope(it), pytest.raises(ValidationError, match="away"):
        work.hand(HELP, request, to=second, by=it)
    with scope(named("planning")), pytest.raises(PermissionDenied):
        work.come_back(absence, by=named("planning"))
    with scope(second):
        work.come_back(absence, by=second)
    with scope(it):
        work.hand(HELP, request, to=second, by=it)


@pytest.mark.django_db
def test_all_open_work_of_who_leaves_goes_to_another_or_back(named: Named) -> None:
    it = named("it")
    leaver = account("it.two", "it_officer", "1701", it)
    heir = account("it.three", "it_officer", "170101", it)  # may do only what comes from this commune
    from_commune, from_district = asked(named("commune")), asked(named("district"))
    with scope(leaver):
        for request in (from_commune, from_district):
            work.take(HELP, request, by=leaver)
    with scope(named("planning")), pytest.raises(PermissionDenied):
        work.hand_over(leaver, to=heir, by=named("planning"))
    with scope(it):
        done = work.hand_over(leaver, to=heir, by=it, because="moves to Srei Snam")
        assert (done.handed, done.returned) == (1, 1)
    from_commune.refresh_from_db()
    from_district.refresh_from_db()
    assert (from_commune.assigned_to, from_district.assigned_to) == (heir, None)


# -- help --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_request_goes_to_the_nearest_helper_and_never_to_the_asker(named: Named) -> None:
    it = named("it")
    central = account("central.it", "central_it", "", it)
    from_commune, own, from_province = asked(named("commune")), asked(it), asked(named("province"))
    with scope(it):
        assert list(HelpRequest.objects.to_answer_by(it)) == [from_commune]
        with pytest.raises(PermissionDenied):
            HELP.move(own, "answer", by=it, answer="x")
    with scope(central):
        assert set(HelpRequest.objects.to_answer_by(central)) == {own, from_province}
    with scope(named("commune")):
        assert helping.helper_of(named("commune"), current()).officer == it
        assert set(HelpRequest.objects.visible_to(named("commune"))) == {from_commune}
    with scope(it):
        assert helping.helper_of(it, current()).officer == central
    with scope(named("province")):
        assert helping.helper_of(named("province"), current()).officer == central


@pytest.mark.django_db
def test_who_helps_in_a_district_and_in_a_province_leaves_each_place_to_who_is_nearer_there(named: Named) -> None:
    it = named("it")
    RoleAssignment.objects.create(officer=it, role="central_it", unit_code="16", valid_from=date(2000, 1, 1))
    nearer = account("district.it", "it_officer", "1601", it)
    beside = account("province.it", "central_it", "17", it)
    there, here = requests = [
        asked(account(f"asker.{unit}", "district_assistant", unit, named("district"))) for unit in ("1601", "1701")
    ]
    for request, unit in zip(requests, ("1601", "1701"), strict=True):
        HelpRequest.objects.filter(pk=request.pk).update(unit_code=unit)
    with scope(it):
        assert list(HelpRequest.objects.to_answer_by(it)) == [here]
    with scope(nearer):
        assert list(HelpRequest.objects.to_answer_by(nearer)) == [there]
    with scope(beside):
        assert not HelpRequest.objects.to_answer_by(beside)


@pytest.mark.django_db
def test_only_the_asker_closes_and_asks_once_more(named: Named) -> None:
    commune, it = named("commune"), named("it")
    request = asked(commune)
    with scope(it):
        request = HELP.move(request, "answer", by=it, answer="Press Search first")
        with pytest.raises(PermissionDenied):
            HELP.move(request, "close", by=it)
    with scope(commune):
        with pytest.raises(ValidationError):
            HELP.move(request, "reopen", by=commune)
        request = HELP.move(request, "reopen", by=commune, again="It does not open either")
    with scope(it):
        request = HELP.move(request, "answer", by=it, answer="Sign in anew")
    with scope(commune):
        assert HELP.move(request, "close", by=commune).state == HelpState.CLOSED
