"""The pages of people's own information, over HTTP as the officers who use them."""

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas.keys import uuid7
from onestop.journal.models import JournalEntry
from onestop.journal.verbs import READ
from onestop.registry.actions import ask_correction
from onestop.registry.choices import CorrectionState
from onestop.registry.factories import HouseholdFactory, member
from onestop.registry.models import CorrectionRequest, NoticeGiven, Person
from onestop.registry.tests.conftest import officer
from onestop.staff.models import RoleAssignment
from onestop.staff.scope import scope
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
