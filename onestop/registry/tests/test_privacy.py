"""The privacy notice told once a version; a correction asked by one officer and decided by another."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from onestop.journal.models import JournalEntry
from onestop.registry import actions
from onestop.registry.choices import CorrectionState
from onestop.registry.factories import HouseholdFactory, born, member
from onestop.registry.models import CorrectionRequest, DisclosedRecord, NoticeGiven, Person
from onestop.registry.notices import notice_on, purposes
from onestop.registry.tests.conftest import TODAY, officer
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from onestop.staff.workflow import WrongState

pytestmark = pytest.mark.django_db
PROOF = "ID card 010234567 seen"


def asked(head: Person, by: Officer, **wanted: object) -> CorrectionRequest:
    return actions.ask_correction(head, wanted=wanted or {"given_name_km": "ភីរុណ"}, proof=PROOF, by=by)


def test_the_notice_is_told_once_a_version(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    told = actions.give_notice(head, how="read", by=district)
    assert (told.notice, told.given_on) == (notice_on().version, TODAY)
    with pytest.raises(ValidationError, match="already"):
        actions.give_notice(head, how="paper", by=district)
    with pytest.raises(ValidationError, match="how"):
        actions.give_notice(head, how="by heart", by=district)
    assert NoticeGiven.objects.count() == 1


def test_a_correction_is_decided_by_a_second_officer_and_then_written(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    before = head.given_name_km
    request = asked(head, district, given_name_km="ភីរុណ", birth=born(1975))
    assert Person.objects.get(pk=head.pk).given_name_km == before
    with pytest.raises(PermissionDenied):
        actions.approve_correction(request, by=district)
    finance = officer("finance")
    with scope(finance):
        done = actions.approve_correction(request, by=finance)
        person = Person.objects.get(pk=head.pk)
    assert (done.state, done.decided_by_id) == (CorrectionState.DONE, finance.pk)
    assert (person.given_name_km, person.birth_date, person.birth_precision) == ("ភីរុណ", date(1975, 1, 1), "year")
    verbs = JournalEntry.objects.about(request).values_list("verb", flat=True)
    assert list(verbs) == ["registry.correctionrequest.approve", "registry.correctionrequest.ask"]


def test_who_asked_does_not_decide_even_with_the_right_to(district: Officer, monkeypatch: pytest.MonkeyPatch) -> None:
    head = member(HouseholdFactory(by=district), "head")
    request = asked(head, district)
    both = district.assignments.create(role="finance_officer", unit_code="1701", valid_from=date(2014, 1, 1))
    with scope(district), pytest.raises(PermissionDenied, match="Somebody else"):
        actions.approve_correction(request, by=district)
    assert both.pk and CorrectionRequest.objects.get().state == CorrectionState.ASKED


def test_a_record_changed_meanwhile_is_not_written_over(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    request = asked(head, district)
    actions.change_person(head, version=1, by=district, given_name_km="ចាន់ធូ")
    finance = officer("finance")
    with scope(finance), pytest.raises(ValidationError, match="Given name in Khmer"):
        actions.approve_correction(request, by=finance)
    assert CorrectionRequest.objects.get().state == CorrectionState.ASKED
    assert Person.objects.get(pk=head.pk).given_name_km == "ចាន់ធូ"


def test_a_refusal_needs_a_reason_and_ends_it(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    request = asked(head, district)
    finance = officer("finance")
    with scope(finance):
        with pytest.raises(ValidationError, match="needed"):
            actions.refuse_correction(request, reason=" ", by=finance)
        actions.refuse_correction(request, reason="The card says otherwise", by=finance)
        with pytest.raises(WrongState):
            actions.approve_correction(request, by=finance)
    assert asked(head, district).state == CorrectionState.ASKED  # asked anew after the refusal


def test_nothing_to_change_no_proof_and_a_second_request_are_answered(district: Officer) -> None:
    head = member(HouseholdFactory(by=district), "head")
    with pytest.raises(ValidationError, match="Nothing differs"):
        asked(head, district, given_name_km=head.given_name_km)
    with pytest.raises(ValidationError, match="shows it"):
        actions.ask_correction(head, wanted={"sex": "F" if head.sex == "M" else "M"}, proof="", by=district)
    asked(head, district)
    with pytest.raises(ValidationError, match="waits already"):
        asked(head, district, given_name_km="សុភា")


def test_what_is_known_of_a_person_moves_along(district: Officer) -> None:
    home = HouseholdFactory(by=district)
    head = member(home, "head")
    actions.give_notice(head, how="read", by=district)
    asked(head, district)
    listed = actions.disclose(
        purpose=next(iter(purposes())),
        recipient="Health centre",
        form="csv",
        content="HEF 17010101",
        unit_code=home.unit_code,
        by=district,
        persons=[(head.pk, head.unit_code)],
        households=[(home.pk, home.unit_code)],
    )
    actions.move_household(home, to="17010202", on=TODAY, by=district)
    for model in (NoticeGiven, CorrectionRequest, DisclosedRecord):
        assert set(model.objects.values_list("unit_code", flat=True)) == {"17010202"}, model
    assert DisclosedRecord.objects.filter(disclosure=listed).count() == 2


def test_a_list_needs_purpose_recipient_and_right(district: Officer) -> None:
    def hand_out(by: Officer, purpose: str = "invite", recipient: str = "Village chief") -> None:
        actions.disclose(purpose=purpose, recipient=recipient, form="csv", content="HEF", unit_code="1701", by=by)

    with pytest.raises(ValidationError) as refused:
        hand_out(district, purpose="curiosity")
    assert list(refused.value.message_dict) == ["purpose"]
    with pytest.raises(ValidationError) as refused:
        hand_out(district, recipient=" ")
    assert list(refused.value.message_dict) == ["recipient"]
    finance = officer("finance")
    with scope(finance), pytest.raises(PermissionDenied):
        hand_out(finance)
