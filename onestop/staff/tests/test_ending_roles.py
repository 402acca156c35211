"""Ending a role: looked over first, with what follows; done once, however often the button is pressed."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from onestop.areas import clock
from onestop.journal.models import JournalEntry
from onestop.staff import help as helping
from onestop.staff import verbs, work
from onestop.staff.help import HELP
from onestop.staff.models import RoleAssignment
from onestop.staff.scope import scope, system_scope
from tests.journeys.browser import Site, signed_in
from tests.officers import Named, SignIn

DAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def _the_day() -> Iterator[None]:
    with clock.fixed(DAY):
        yield


def role_of(username: str) -> RoleAssignment:
    found: RoleAssignment = RoleAssignment.objects.select_related("officer").get(officer__username=username)
    return found


def page_of(given: RoleAssignment) -> str:
    return reverse("staff:end-role", args=[given.officer_id, given.pk])


def ends_told() -> int:
    with system_scope("system.console"):
        return JournalEntry.objects.filter(verb=verbs.ROLE_ENDED).count()


@pytest.fixture
def it(db: None, signed_in_as: SignIn) -> Client:
    """The browser of the IT officer of the district, in English."""
    return signed_in_as("it")


def test_what_ends_for_whom_from_when_and_what_follows_is_shown_before_anything_is_done(it: Client) -> None:
    given = role_of("planning")
    assert page_of(given) in it.get(reverse("staff:account", args=[given.officer_id])).content.decode()
    text = it.get(page_of(given)).content.decode()
    for said in (
        given.officer.name_latin, "Planning officer", "Angkor Chum", "11 June 2014", "From 12 June 2014",
        "see households and persons", "No other role is left", ">Cancel<", "End this role today",
    ):  # fmt: skip
        assert said in text, said
    given.refresh_from_db()
    assert given.valid_to is None and ends_told() == 0


def test_the_roles_that_stay_and_the_work_that_lies_with_the_officer_are_told(it: Client, named: Named) -> None:
    commune = named("commune")
    RoleAssignment.objects.create(officer=commune, role="commune_clerk", unit_code="170102", valid_from=DAY)
    helper = RoleAssignment.objects.create(officer=commune, role="it_officer", unit_code="1701", valid_from=DAY)
    with scope(named("district")):
        asked = helping.ask(page="", words="Where?", by=named("district"))
    with scope(commune):
        work.take(HELP, asked, by=commune)
    text = it.get(page_of(helper)).content.decode()
    assert "Commune clerk, Doun Paeng" in text and "1 piece of work lies with this officer." in text
    assert reverse("staff:hand-over", args=[commune.pk]) in text


def test_a_second_click_ends_nothing_twice(it: Client) -> None:
    given = role_of("planning")
    for told in ("The role ends on 11 June 2014.", "This role is over already."):
        answer = it.post(page_of(given), follow=True)
        assert answer.redirect_chain == [(reverse("staff:account", args=[given.officer_id]), 302)]
        assert told in answer.content.decode()
    given.refresh_from_db()
    assert given.valid_to == DAY and ends_told() == 1
    assert "This role is over already." in it.get(page_of(given), follow=True).content.decode()


def test_a_role_that_has_not_begun_is_taken_back_once(it: Client, named: Named) -> None:
    later = RoleAssignment.objects.create(
        officer=named("commune"), role="commune_clerk", unit_code="170102", valid_from=date(2014, 7, 1)
    )
    text = it.get(page_of(later)).content.decode()
    assert "Take this role back?" in text and "it never gives a right" in text and "Commune assistant" in text
    assert "it never began" in it.post(page_of(later), follow=True).content.decode()
    assert "This role is over already." in it.post(page_of(later), follow=True).content.decode()
    assert not RoleAssignment.objects.filter(pk=later.pk).exists() and ends_told() == 1


def test_who_may_not_change_the_account_does_not_see_the_page_either(it: Client, signed_in_as: SignIn) -> None:
    given, own, outside = role_of("planning"), role_of("it"), role_of("province")
    assert signed_in_as("district").get(page_of(given)).status_code == 403
    assert it.get(page_of(own)).status_code == 403
    assert it.get(page_of(outside)).status_code == 404
    # the address of a role of somebody else's below one's own: not found there, and nothing of it is told
    crossed = reverse("staff:end-role", args=[given.officer_id, outside.pk])
    assert "This role is over already." in it.post(crossed, follow=True).content.decode()
    outside.refresh_from_db()
    assert outside.valid_to is None


@pytest.mark.browser
def test_the_page_is_sound(committed_database: dict[str, str], site: Site, named: Named) -> None:
    site.assert_sound(page_of(role_of("planning")), cookies=signed_in(named("it")))
