"""The pages of people's own information, over HTTP as the officers who use them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.areas.keys import uuid7
from onestop.areas.terms import due_on
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.registry.actions import approve_correction, ask_correction
from onestop.registry.choices import CorrectionState
from onestop.registry.factories import HouseholdFactory, member
from onestop.registry.models import CorrectionRequest, NoticeGiven, Person
from onestop.registry.tasks import CORRECTIONS, DECIDED
from onestop.registry.tests.conftest import officer
from onestop.staff import tasks
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope
from onestop.ui import format
from tests.officers import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture
def head() -> Person:
    """The head of a household of Char Chhuk."""
    one = officer("commune")
    with scope(one):
        return member(HouseholdFactory(by=one), "head")


def page(client: Client, name: str, *args: object, status: int = 200) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == status
    return answer.content.decode()


def test_a_correction_goes_from_the_clerk_to_the_second_officer(head: Person, signed_in_as: SignIn) -> None:
    clerk, second = signed_in_as("commune"), signed_in_as("finance")
    assert reverse("registry:ask-correction", args=[head.pk]) in page(clerk, "registry:privacy", head.pk)
    form = {
        "family_name_km": head.family_name_km,
        "given_name_km": "ភីរុណ",
        "family_name_latin": head.family_name_latin,
        "given_name_latin": head.given_name_latin,
        "sex": head.sex,
        "birth": "6/1975",
        "proof": "",
    }
    url = reverse("registry:ask-correction", args=[head.pk])
    wrong = clerk.post(url, form | {"idempotency_key": str(uuid7())})
    assert wrong.status_code == 422 and "ភីរុណ" in wrong.content.decode()  # nothing typed is lost
    done = clerk.post(url, form | {"proof": "Birth certificate", "idempotency_key": str(uuid7())}, follow=True)
    assert "A second officer decides" in done.content.decode()
    with scope(officer("commune")):
        request = CorrectionRequest.objects.get()
    assert 'value="approve"' not in page(clerk, "registry:correction", request.pk)
    assert str(request.pk) in page(second, "registry:corrections")
    assert "June 1975" in page(second, "registry:correction", request.pk)
    address = reverse("registry:correction", args=[request.pk])
    assert second.post(address, {"step": "refuse", "reason": ""}).status_code == 422
    assert second.post(address, {"step": "approve"}, follow=True).status_code == 200
    with scope(officer("commune")):
        assert CorrectionRequest.objects.get().state == CorrectionState.DONE
        assert Person.objects.get(pk=head.pk).given_name_km == "ភីរុណ"
    assert "Nothing waits" in page(second, "registry:corrections")


def test_a_correction_is_due_in_working_days_with_who_decides_and_with_who_waits(
    head: Person, signed_in_as: SignIn
) -> None:
    """Milestone a, 3: the four eyes have a term, told on the page Work of both, in the list and on the request."""
    with scope(officer("commune")):
        asked = ask_correction(head, wanted={"sex": "M"}, proof="Citizen card 012345678", by=officer("commune"))
    until = due_on("second_pair", clock.today())
    assert until is not None and asked.due_on == until
    for username, name, args in (
        ("finance", "desk:home", ()),
        ("commune", "desk:home", ()),
        ("finance", "registry:corrections", ()),
        ("finance", "registry:correction", (asked.pk,)),
    ):
        assert format.due(until, clock.today())[1] in page(signed_in_as(username), name, *args), (username, name)
    finance = officer("finance")
    with clock.fixed(until + timedelta(days=1)), scope(finance) as held:
        assert {line.source: line.counted.late for line in tasks.waiting(finance, held)}[CORRECTIONS] == 1
    with scope(finance):
        assert approve_correction(asked, by=finance).due_on == due_on("correction_told", clock.today())


@pytest.mark.parametrize(("step", "reason"), [("approve", ""), ("refuse", "The paper says otherwise")])
def test_what_was_decided_comes_back_to_who_asked_who_tells_the_person(
    head: Person, signed_in_as: SignIn, step: str, reason: str
) -> None:
    """ORG-46, and the privacy notice promises it: “A second officer decides, and you are told.”"""
    clerk, second = signed_in_as("commune"), signed_in_as("finance")
    with scope(officer("commune")):
        asked = ask_correction(head, wanted={"sex": "M"}, proof="Citizen card 012345678", by=officer("commune"))
    address = reverse("registry:correction", args=[asked.pk])
    assert 'value="tell"' not in page(clerk, "registry:correction", asked.pk)
    assert second.post(address, {"step": step, "reason": reason}).status_code == 302
    words = str(DECIDED.words)
    waits = f'">{words}</a></th><td data-h="Count" class="number"><b class="big">1<'
    assert waits in page(clerk, "desk:home") and words not in page(second, "desk:home")
    assert str(asked.pk) in page(clerk, "registry:corrections")
    for other in (second, signed_in_as("district")):
        assert str(asked.pk) not in page(other, "registry:corrections")
    assert 'value="tell"' not in page(second, "registry:correction", asked.pk)
    assert clerk.post(address, {"step": "tell"}).status_code == 302
    assert "told to the person" in page(clerk, "registry:correction", asked.pk)
    assert waits not in page(clerk, "desk:home") and str(asked.pk) not in page(clerk, "registry:corrections")


def test_of_who_left_a_colleague_tells_the_person(head: Person) -> None:
    one, second, colleague = officer("commune"), officer("finance"), officer("district")
    with scope(one):
        asked = ask_correction(head, wanted={"sex": "M"}, proof="Citizen card 012345678", by=one)
    with scope(second):
        approve_correction(asked, by=second)
    with scope(colleague):
        assert DECIDED.waiting(colleague).count == 0
        Officer.objects.filter(pk=one.pk).update(is_active=False)
        assert DECIDED.waiting(colleague).count == 1


def test_the_notice_is_read_and_recorded(head: Person, signed_in_as: SignIn) -> None:
    clerk = signed_in_as("commune")
    assert "not told yet" in page(clerk, "registry:privacy", head.pk)
    url = reverse("registry:privacy", args=[head.pk])
    assert clerk.post(url, {}).status_code == 422
    assert "Recorded" in clerk.post(url, {"how": "read"}, follow=True).content.decode()
    assert "not told yet" not in page(clerk, "registry:privacy", head.pk)
    with scope(officer("commune")):
        assert NoticeGiven.objects.get().person_id == head.pk


def test_everybody_may_read_the_notice(client: Client) -> None:
    assert client.get(reverse("registry:notice")).status_code == 200


def test_another_area_finds_nothing(head: Person, signed_in_as: SignIn) -> None:
    officer("commune").assignments.update(unit_code="170102")
    clerk = signed_in_as("commune")
    for name in ("registry:privacy", "registry:ask-correction"):
        page(clerk, name, head.pk, status=404)
    assert signed_in_as("national").get(reverse("registry:privacy", args=[head.pk])).status_code == 403


def test_a_right_held_in_one_commune_opens_no_requests_of_another(head: Person, signed_in_as: SignIn) -> None:
    """Who reads people here and corrections there reads no correction here."""
    one = officer("commune")
    with scope(one):
        asked = ask_correction(head, wanted={"sex": "M"}, proof="Citizen card 012345678", by=one)
    reader = officer("intersector")
    RoleAssignment.objects.create(officer=reader, role="commune_assistant", unit_code="171201", valid_from="2000-01-01")
    client = signed_in_as("intersector")
    assert str(asked.pk) not in page(client, "registry:corrections")
    page(client, "registry:correction", asked.pk, status=404)


@pytest.mark.parametrize("name", ["registry:privacy", "registry:ask-correction"])
def test_a_form_that_comes_back_with_the_page_is_a_reading_of_it(head: Person, signed_in_as: SignIn, name: str) -> None:
    assert signed_in_as("commune").post(reverse(name, args=[head.pk]), {}).status_code == 422
    with scope(officer("district")):
        assert JournalEntry.objects.filter(verb=READ, subject_id=str(head.pk)).count() == 1


def test_who_opens_the_form_of_a_correction_has_read_the_person(head: Person, signed_in_as: SignIn) -> None:
    page(signed_in_as("commune"), "registry:ask-correction", head.pk)
    with scope(officer("commune")):
        asked = ask_correction(head, wanted={"sex": "M"}, proof="Citizen card", by=officer("commune"))
    page(signed_in_as("finance"), "registry:correction", asked.pk)
    with scope(officer("district")):
        readers = JournalEntry.objects.filter(verb=READ, subject_id=str(head.pk)).values_list("officer__username")
        assert {name for (name,) in readers} == {"commune", "finance"}
