"""The pages of help, absence and hand-over: asked, answered, closed; nothing personal goes along; sound on a phone."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.staff import help as helping
from onestop.staff import humans
from onestop.staff.models import Absence, HelpRequest, Officer, RoleAssignment
from onestop.staff.scope import scope
from onestop.staff.signing_in import PROVED
from tests.journeys.browser import LANGUAGES, Site, signed_in
from tests.officers import Named, SignIn

DAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    with clock.fixed(DAY):
        yield


@pytest.fixture
def signed_in_as(db: None, signed_in_as: SignIn) -> SignIn:
    """With the database: the tests in a browser bring their own."""
    return signed_in_as


def form(**fields: str) -> dict[str, str]:
    return {"idempotency_key": str(uuid4()), **fields}


def asked(by: Officer, words: str = "The page does not open") -> HelpRequest:
    with scope(by):
        return helping.ask(page="desk:folder", words=words, by=by)


def test_every_page_says_whom_to_ask_and_leads_to_the_form_with_its_name(signed_in_as: SignIn) -> None:
    text = signed_in_as("commune").get(reverse("desk:home")).content.decode()
    assert "Help: Kim Vuthy, IT officer" in text
    assert reverse("staff:ask-for-help") + "?page=desk%3Ahome" in text
    assert "Ask for help with this page" not in Client().get(reverse("staff:sign-in")).content.decode()


def test_a_page_that_refuses_says_whom_to_ask_too(signed_in_as: SignIn) -> None:
    refused = signed_in_as("province").get(reverse("desk:search"))
    assert refused.status_code == 403 and "Ask for help with this page" in refused.content.decode()


def test_a_request_is_asked_answered_and_closed(signed_in_as: SignIn) -> None:
    commune, it = signed_in_as("commune"), signed_in_as("it")
    sent = commune.post(reverse("staff:ask-for-help"), form(page="desk:folder", words="Where do I print?"))
    request = HelpRequest.objects.get()
    page = reverse("staff:help-request", args=[request.pk])
    assert sent["Location"] == page and (request.page, request.unit_code) == ("desk:folder", "170101")
    assert "Where do I print?" in it.get(reverse("staff:help")).content.decode()
    assert "Angkor Chum" in it.get(reverse("staff:help")).content.decode()
    answer = reverse("staff:help-step", args=[request.pk, "answer"])
    assert it.post(answer, form(answer="")).status_code == 422
    assert it.post(answer, form(answer="At the top, “Print”")).status_code == 302
    read = commune.get(page).content.decode()
    assert "At the top" in read and reverse("staff:help-take", args=[request.pk]) not in read  # that is the helper's
    assert commune.post(reverse("staff:help-step", args=[request.pk, "reopen"]), form(again="")).status_code == 422
    assert commune.post(reverse("staff:help-step", args=[request.pk, "close"]), form()).status_code == 302
    request.refresh_from_db()
    assert request.state == "closed"


def test_every_request_that_home_counts_stands_in_the_list(signed_in_as: SignIn, named: Named) -> None:
    with scope(named("commune")):
        for number in range(60):
            helping.ask(page="", words=f"No. {number} of many", by=named("commune"))
    it = signed_in_as("it")
    assert '<b class="big">60</b>' in it.get(reverse("desk:home")).content.decode()
    assert it.get(reverse("staff:help")).content.decode().count("of many") == 60


def test_a_step_that_is_over_is_refused_in_the_officer_s_words_and_one_that_is_none_is_not_there(
    signed_in_as: SignIn, named: Named
) -> None:
    commune = signed_in_as("commune")
    Officer.objects.update(language="km")
    keys = [asked(named("commune")).pk]
    for verb in ("ask", "approve"):
        assert commune.post(reverse("staff:help-step", args=[*keys, verb]), form()).status_code == 404
    refused = commune.post(reverse("staff:help-step", args=[*keys, "close"]), form(), follow=True).content.decode()
    assert "«បានជួយហើយ៖ បិទ»" in refused and "«បានសួរ»" in refused


def test_only_the_asker_and_the_helper_see_a_request(signed_in_as: SignIn, named: Named) -> None:
    page = reverse("staff:help-request", args=[asked(named("commune")).pk])
    assert [signed_in_as(name).get(page).status_code for name in ("commune", "it", "district", "province")] == [
        200, 200, 404, 404,
    ]  # fmt: skip
    step = reverse("staff:help-step", args=[HelpRequest.objects.get().pk, "answer"])
    assert signed_in_as("district").post(step, form(answer="x")).status_code == 404
    assert signed_in_as("commune").post(step, form(answer="x")).status_code == 403


@pytest.mark.parametrize("page", ["people/01890000-0000-7000-8000-000000000000", "no:such", "desk:folder/../x", "<b>"])
def test_only_the_name_of_a_page_goes_along(signed_in_as: SignIn, page: str) -> None:
    signed_in_as("commune").post(reverse("staff:ask-for-help"), form(page=page, words="Help"))
    assert HelpRequest.objects.get().page == ""


@pytest.mark.parametrize("words", ["Number 170101-08-0193", "call 012 345 678", "លេខ ០១២៣៤៥៦៧"])
def test_a_number_of_a_person_is_refused_and_the_words_stay(signed_in_as: SignIn, words: str) -> None:
    answer = signed_in_as("commune").post(reverse("staff:ask-for-help"), form(page="", words=words))
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not HelpRequest.objects.exists()


def test_an_absence_is_noted_with_a_stand_in_and_ended(signed_in_as: SignIn, named: Named) -> None:
    district = signed_in_as("district")
    page, planning = reverse("staff:away"), named("planning")
    wrong = form(from_on="2014-06-12", to_on="2014-06-11", stand_in="")
    assert district.post(page, wrong).status_code == 422
    assert (
        district.post(page, form(from_on="2014-06-12", to_on="2014-06-13", stand_in=str(planning.pk))).status_code
        == 302
    )
    absence = Absence.objects.get()
    assert (absence.officer, absence.stand_in) == (named("district"), planning)
    assert "Long Visal" in district.get(page).content.decode()
    assert signed_in_as("planning").post(reverse("staff:back", args=[absence.pk]), form()).status_code == 404
    assert district.post(reverse("staff:back", args=[absence.pk]), form()).status_code == 302
    assert not Absence.objects.exists()
    again = district.post(reverse("staff:back", args=[absence.pk]), form(), follow=True)
    assert "This absence is over already." in again.content.decode()


def test_work_is_handed_over_by_who_hands_out_work_there(signed_in_as: SignIn, named: Named) -> None:
    page = reverse("staff:hand-over", args=[named("planning").pk])
    shown = signed_in_as("it").get(page)
    assert shown.status_code == 200
    account = reverse("staff:account", args=[named("planning").pk])
    assert f'<a href="{account}">Cancel</a>' in shown.content.decode()
    RoleAssignment.objects.create(
        officer=named("finance"), role="district_director", unit_code="1701", valid_from=date(2014, 1, 1)
    )
    absences = reverse("staff:away-of", args=[named("planning").pk])
    assert f'<a href="{absences}">Cancel</a>' in signed_in_as("finance").get(page).content.decode()
    assert signed_in_as("it").post(page, form(to=str(named("district").pk), because="leaves")).status_code == 302
    assert signed_in_as("district").get(page).status_code == 403
    assert signed_in_as("it").get(reverse("staff:hand-over", args=[named("province").pk])).status_code == 404


def test_a_helper_takes_a_request_on_and_gives_it_back(signed_in_as: SignIn, named: Named) -> None:
    request, it = asked(named("commune")), signed_in_as("it")
    take = reverse("staff:help-take", args=[request.pk])
    assert signed_in_as("district").post(take, form()).status_code == 403
    it.post(take, form())
    request.refresh_from_db()
    assert request.assigned_to == named("it")
    assert "Give it back" in it.get(reverse("staff:help-request", args=[request.pk])).content.decode()
    it.post(take, form(back="1"))
    request.refresh_from_db()
    assert request.assigned_to is None


def test_who_makes_accounts_notes_that_one_human_has_two(signed_in_as: SignIn, named: Named) -> None:
    it, first, second = signed_in_as("it"), named("planning"), named("finance")
    page = reverse("staff:same-human", args=[first.pk])
    session = it.session
    session[PROVED] = clock.now().isoformat()
    session.save()
    assert it.get(page).status_code == 200
    assert it.post(page, form(other=str(named("it").pk))).status_code == 422  # not one's own
    assert it.post(page, form(other=str(second.pk))).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.human == second.human and second.username in it.get(page).content.decode()
    assert it.post(page, form(what="other", because="")).status_code == 422
    assert it.post(page, form(what="other", because="Both were here")).status_code == 302
    first.refresh_from_db()
    assert first.human != second.human
    assert signed_in_as("district").get(page).status_code == 403


def test_an_officer_sees_that_accounts_were_noted_as_the_own_by_whom_and_whom_to_ask(
    signed_in_as: SignIn, named: Named
) -> None:
    page = reverse("staff:my-account")
    assert "Other accounts of yours" not in signed_in_as("planning").get(page).content.decode()
    with scope(named("it")):
        humans.note_same_human(named("planning"), named("finance"), by=named("it"))
    for username, other in (("planning", named("finance")), ("finance", named("planning"))):
        text = signed_in_as(username).get(page).content.decode().split("Other accounts of yours")[1]
        assert other.name_latin in text and other.username in text
        assert "Kim Vuthy noted on " in text and "If this is wrong, tell Kim Vuthy, IT officer." in text
    with scope(named("it")):
        humans.note_other_human(named("finance"), by=named("it"), because="Both were here")
    assert "Other accounts of yours" not in signed_in_as("planning").get(page).content.decode()


@pytest.mark.browser
@pytest.mark.long
def test_the_pages_are_sound(committed_database: dict[str, str], site: Site, named: Named) -> None:
    request = asked(named("commune"))
    asked(named("district"), "The list of the village is empty")
    pages = {
        "it": ["/", "/help/", f"/help/{request.pk}/", f"/accounts/{named('planning').pk}/hand-over/"],
        "commune": ["/", "/help/", "/help/ask/?page=desk:folder", f"/help/{request.pk}/", "/away/"],
        "province": ["/", "/help/"],
        "finance": ["/"],
    }
    for username, paths in pages.items():
        for language in LANGUAGES:
            Officer.objects.filter(username=username).update(language=language)
            for path in paths:
                shown = f"{path}{'&' if '?' in path else '?'}for={username}"
                site.assert_sound(shown, cookies=signed_in(named(username)), languages=[language])
