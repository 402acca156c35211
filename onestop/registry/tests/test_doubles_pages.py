"""The pages of the narrow door, over HTTP as the officers who use them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.areas.keys import uuid7
from onestop.journal.models import JournalEntry
from onestop.registry import actions
from onestop.registry.choices import DoubleState
from onestop.registry.doors import QUESTIONS_AN_HOUR
from onestop.registry.models import DoubleNotice, Person
from onestop.registry.tests.conftest import officer
from onestop.registry.tests.doubles import HERE, NAMED, THERE, written_down
from onestop.staff.models import Office, Officer
from onestop.staff.scope import scope
from tests.officers import SignIn

pytestmark = pytest.mark.django_db
PHONE = "+85563900999"


@pytest.fixture
def hall() -> Office:
    """The commune hall of Doun Paeng, open, with its telephone."""
    hall: Office = Office.objects.get(code="DOUN_PAENG")
    hall.holder_km, hall.opened_on, hall.phone = "មេឃុំ", clock.today() - timedelta(days=9), PHONE
    hall.save()
    return hall


def ask(client: Client, given: dict[str, str], status: int = 200) -> str:
    form = {"purpose": "register", "idempotency_key": str(uuid7())} | given
    answer = client.post(reverse("registry:elsewhere"), form)
    assert answer.status_code == status, answer.content.decode()
    return answer.content.decode()


def test_the_search_that_finds_nobody_leads_to_the_door(signed_in_as: SignIn) -> None:
    found = signed_in_as("commune").post(reverse("desk:search"), {"q": "Nobodyatall", "idempotency_key": str(uuid7())})
    assert reverse("registry:elsewhere") in found.content.decode()
    found = signed_in_as("planning").post(reverse("desk:search"), {"q": "Nobodyatall", "idempotency_key": str(uuid7())})
    assert reverse("registry:elsewhere") not in found.content.decode()
    assert signed_in_as("planning").get(reverse("registry:elsewhere")).status_code == 403


def test_a_stranger_is_registered_at_an_office_since_a_day_and_nothing_more(
    neighbour: Officer,
    hall: Office,
    signed_in_as: SignIn,
) -> None:
    stranger = written_down(neighbour, THERE)
    with scope(neighbour):
        actions.record_document(stranger, kind="citizen_id", number="123456780", by=neighbour)
    client = signed_in_as("commune")
    name = {"family": NAMED["family_name_latin"], "given": NAMED["given_name_latin"], "sex": "M", "birth": "14/6/1980"}
    ways: list[dict[str, str]] = [
        {"number": stranger.number},
        {"kind": "citizen_id", "paper": "១២៣ ៤៥៦ ៧៨០"},
        name,
        name | {"family": "ឈិន", "given": "បូរី", "birth": "14/6/2523"},
    ]
    for way in ways:
        page = ask(client, way)
        assert "Doun Paeng commune hall" in page and f"tel:{PHONE}" in page and "063 900 999" in page
        answer = page[page.index('id="answer"') : page.index("<form", page.index('id="answer"'))]
        for secret in (str(stranger.pk), stranger.number, "ឈិន", "Chhin", "Borey", THERE, "123456780"):
            assert secret not in answer
    with scope(officer("commune")):
        lines = JournalEntry.objects.filter(verb="registry.asked_elsewhere").order_by("id")
        notes = [line.note for line in lines]
        assert notes == ["number: 1; register", "document: 1; register", "name: 1; register", "name: 1; register"]
        assert {(line.subject_id, line.subject_kind) for line in lines} == {("", "")}
        assert not Person.objects.filter(pk=stranger.pk).exists()


def test_what_is_not_exactly_the_same_has_no_answer(neighbour: Officer, signed_in_as: SignIn) -> None:
    written_down(neighbour, THERE)
    client = signed_in_as("commune")
    for way in (
        {"number": "5555555558"},
        {"kind": "citizen_id", "paper": "123456789"},
        {"family": "Chhin", "given": "Bore", "sex": "M", "birth": "14/6/1980"},
        {"family": "Chhin", "given": "Borey", "sex": "F", "birth": "14/6/1980"},
    ):
        page = ask(client, way)
        assert "No exact match" in page and "Registered at another office since" not in page


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Ask in one of the three ways"),
        ({"number": "5555555558", "kind": "citizen_id", "paper": "123456789"}, "Ask in one of the three ways"),
        ({"number": "1234"}, "digits"),
        ({"kind": "citizen_id"}, "Copy the number of the paper"),
        ({"paper": "123456789"}, "Choose the kind of paper"),
        ({"kind": "citizen_id", "paper": "12"}, "This number has 9 digits"),
        ({"family": "Chhin", "given": "Borey", "sex": "M"}, "the whole date of birth"),
        ({"family": "Chhin", "given": "Borey", "sex": "M", "birth": "1980"}, "The whole date is needed"),
        ({"number": "5555555558", "purpose": ""}, "This field is required"),
        ({"number": "5555555558", "purpose": "nosiness"}, "not one of the available choices"),
    ],
)
def test_a_question_that_is_not_whole_is_not_put(given: dict[str, str], told: str, signed_in_as: SignIn) -> None:
    page = ask(signed_in_as("commune"), given, 422)
    assert told in page
    for typed in given.values():
        assert typed in page  # nothing typed is lost
    with scope(officer("commune")):
        assert not JournalEntry.objects.filter(verb="registry.asked_elsewhere").exists()


def test_the_measure_is_told_in_words_and_binds_nobody_else(
    neighbour: Officer,
    signed_in_as: SignIn,
) -> None:
    client = signed_in_as("commune")
    assert (
        f"You may ask {QUESTIONS_AN_HOUR} times an hour" in client.get(reverse("registry:elsewhere")).content.decode()
    )
    for _time in range(QUESTIONS_AN_HOUR):
        ask(client, {"number": "5555555558"})
    page = ask(client, {"number": "5555555558"}, 429)
    assert f"You have asked {QUESTIONS_AN_HOUR} times within an hour" in page and "5555555558" in page
    assert "No exact match" not in page
    assert "No exact match" in ask(signed_in_as("neighbour"), {"number": "5555555558"})
    # who may ask no more may still register, and the door is asked about whom is registered
    written_down(neighbour, THERE)
    written_down(officer("commune"), HERE)
    with scope(officer("commune")):
        assert DoubleNotice.objects.count() == 1


def test_a_double_goes_from_the_worklist_to_settled_for_both(
    twice: tuple[Person, Person],
    hall: Office,
    signed_in_as: SignIn,
) -> None:
    there, here = twice
    mine, theirs = signed_in_as("commune"), signed_in_as("neighbour")
    for client in (mine, theirs, signed_in_as("district")):
        home = client.get(reverse("desk:home")).content.decode()
        assert "Settle who may be registered at two offices" in home and reverse("registry:doubles") in home
    page = mine.get(reverse("registry:doubles")).content.decode()
    assert here.number in page and "Doun Paeng commune hall" in page and there.number not in page
    with scope(officer("commune")):
        key = DoubleNotice.objects.get().pk
    with scope(officer("neighbour")):
        other = DoubleNotice.objects.get().pk
    url = reverse("registry:double", args=[key])
    page = mine.get(url).content.decode()
    assert f"tel:{PHONE}" in page and here.number in page and reverse("desk:person", args=[here.pk]) in page
    for secret in (there.number, str(there.pk), str(other)):
        assert secret not in page
    assert mine.get(reverse("registry:double", args=[other])).status_code == 404
    assert mine.post(reverse("registry:double", args=[other]), {"outcome": "moved"}).status_code == 404
    refused = mine.post(url, {"idempotency_key": str(uuid7())})
    assert refused.status_code == 422 and "Call the other office first" in refused.content.decode()
    form = {"outcome": "moved", "idempotency_key": str(uuid7())}
    for _click in range(2):  # the second click lands on the result of the first
        done = mine.post(url, form, follow=True).content.decode()
        assert "One person, who moved" in done
    late = theirs.post(reverse("registry:double", args=[other]), {"outcome": "same_person"})
    assert late.status_code == 422
    page = theirs.get(reverse("registry:double", args=[other])).content.decode()
    assert "One person, who moved" in page and "Settle it for both offices" not in page
    for client in (mine, theirs):
        assert "Nothing waits" in client.get(reverse("registry:doubles")).content.decode()
        assert "One person, who moved" in client.get(reverse("registry:doubles") + "?all=1").content.decode()
    with scope(officer("neighbour")):
        assert DoubleNotice.objects.get().state == DoubleState.SETTLED
    # somebody thinks better of it
    url = reverse("registry:double", args=[other])
    again = {"step": "reopen", "idempotency_key": str(uuid7())}
    refused = theirs.post(url, again)
    assert refused.status_code == 422 and "Write why it is opened again" in refused.content.decode()
    for _click in range(2):
        done = theirs.post(url, again | {"reason": "The passport turned up"}, follow=True).content.decode()
        assert "Settle it for both offices" in done and "The passport turned up" in done
    page = mine.get(reverse("registry:double", args=[key])).content.decode()
    assert "Settle it for both offices" in page and "The passport" not in page and "asked again whether" in page


def test_who_does_not_register_is_shown_no_double(twice: tuple[Person, Person], signed_in_as: SignIn) -> None:
    with scope(officer("commune")):
        key = DoubleNotice.objects.get().pk
    for username in ("planning", "health", "province"):
        client = signed_in_as(username)
        for url in (reverse("registry:doubles"), reverse("registry:double", args=[key])):
            assert client.get(url).status_code == 403
        assert "Settle who may be registered" not in client.get(reverse("desk:home")).content.decode()


def test_an_office_without_a_telephone_or_none_at_all_is_said(
    neighbour: Officer,
    signed_in_as: SignIn,
) -> None:
    stranger = written_down(neighbour, THERE)
    Office.objects.filter(opened_on__isnull=False).update(closed_on=clock.today())
    assert "No office is open there yet" in ask(signed_in_as("commune"), {"number": stranger.number})
    Office.objects.filter(code="ANGKOR_CHUM").update(holder_km="ក", opened_on=clock.today(), closed_on=None, phone="")
    page = ask(signed_in_as("commune"), {"number": stranger.number})
    assert "SSDM office, Angkor Chum district" in page and "Its telephone is not entered yet" in page


def test_the_pages_cost_few_queries(
    twice: tuple[Person, Person],
    clerk: Officer,
    neighbour: Officer,
    signed_in_as: SignIn,
    django_assert_max_num_queries: Callable[[int], object],
) -> None:
    for given in ("A", "B", "C", "D"):
        for by, unit in ((neighbour, THERE), (clerk, HERE)):
            written_down(by, unit, given_name_km="", given_name_latin=given)
    client = signed_in_as("commune")
    client.get(reverse("registry:doubles"))
    with django_assert_max_num_queries(20):  # type: ignore[attr-defined]
        assert client.get(reverse("registry:doubles")).content.decode().count('<th scope="row">') == 5


def test_an_empty_form_is_told_all_that_it_lacks_at_once(signed_in_as: SignIn) -> None:
    answer = signed_in_as("commune").post(reverse("registry:elsewhere"), {})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"purpose", "__all__"}
