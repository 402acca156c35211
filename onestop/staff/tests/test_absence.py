"""An absence entered for an officer who fell ill: who may, what the stand-in sees, and how it is undone."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from playwright.sync_api import Page

from onestop.areas import clock
from onestop.journal.models import JournalEntry
from onestop.staff import help as helping
from onestop.staff import work
from onestop.staff.help import HELP
from onestop.staff.models import Absence, HelpRequest, Officer, RoleAssignment
from onestop.staff.scope import scope
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


def days(stand_in: Officer | None = None, begins: date = DAY, lasts: int = 3) -> dict[str, str]:
    ends = begins + timedelta(days=lasts)
    typed = {name: f"{day.day}/{day.month}/{day.year}" for name, day in (("from_on", begins), ("to_on", ends))}
    return form(**typed, stand_in=str(stand_in.pk) if stand_in else "")


def second_it(it: Officer) -> Officer:
    """A colleague with the same role in the same office."""
    made: Officer = Officer.objects.create(
        username="it.two", name_km="ពីរ", name_latin="Two", office=it.office, password="!", language="en"
    )
    RoleAssignment.objects.create(officer=made, role="it_officer", unit_code="1701", valid_from=date(2000, 1, 1))
    return made


def lines(*verbs: str) -> list[JournalEntry]:
    """What the journal says, as the district's scope shows it."""
    with scope(Officer.objects.get(username="district")):
        return list(JournalEntry.objects.filter(verb__in=verbs))


def page_of(officer: Officer) -> str:
    return reverse("staff:away-of", args=[officer.pk])


# -- who may -----------------------------------------------------------------------------------------------------------


def test_the_supervisor_and_who_hands_out_work_there_enter_it_and_for_others_the_page_is_not_there(
    signed_in_as: SignIn, named: Named
) -> None:
    """Walked with every officer of the demonstration; the supervisor is one with no right to hand out work."""
    ill = named("finance")
    Officer.objects.filter(pk=ill.pk).update(supervisor=named("commune"))
    for one in Officer.objects.filter(is_system=False):
        may = one.username in {"it", "commune"}
        client = signed_in_as(one.username)
        assert client.get(page_of(ill)).status_code == (200 if may else 404), one.username
        assert client.post(page_of(ill), days()).status_code == (302 if may else 404), one.username
        assert Absence.objects.filter(officer=ill).count() == int(may), one.username
        for absence in Absence.objects.filter(officer=ill):
            client.post(reverse("staff:back-of", args=[ill.pk, absence.pk]), form())
    assert not Absence.objects.exists()


def test_the_action_itself_refuses_whoever_has_no_care_of_the_officer(signed_in_as: SignIn, named: Named) -> None:
    ill = named("finance")
    with scope(named("planning")), pytest.raises(PermissionDenied):
        work.go_away(ill, from_on=DAY, to_on=DAY, stand_in=None, by=named("planning"))


def test_an_absence_of_ones_own_or_of_a_task_of_the_machine_is_not_entered_here(
    signed_in_as: SignIn, named: Named
) -> None:
    machine = Officer.objects.filter(is_system=True).first()
    assert machine is not None
    assert [signed_in_as("it").get(page_of(one)).status_code for one in (named("it"), machine)] == [404, 404]


def test_who_stopped_supervising_no_longer_ends_an_absence(signed_in_as: SignIn, named: Named) -> None:
    ill = named("finance")
    Officer.objects.filter(pk=ill.pk).update(supervisor=named("commune"))
    assert signed_in_as("commune").post(page_of(ill), days()).status_code == 302
    Officer.objects.filter(pk=ill.pk).update(supervisor=named("planning"))
    end = reverse("staff:back-of", args=[ill.pk, Absence.objects.get().pk])
    assert signed_in_as("commune").post(end, form()).status_code == 404 and Absence.objects.exists()


# -- what is entered ---------------------------------------------------------------------------------------------------


def test_it_is_confirmed_told_in_the_journal_shown_to_the_absent_and_to_who_stands_in(
    signed_in_as: SignIn, named: Named
) -> None:
    """The work that lay with the officer who fell ill stands on the page Work of the stand-in, who may do it."""
    district, ill = named("district"), named("it")
    second = second_it(ill)
    Officer.objects.filter(pk=ill.pk).update(supervisor=district)
    with scope(named("commune")):
        asked = helping.ask(page="desk:home", words="Nothing opens", by=named("commune"))
    with scope(ill):
        work.take(HELP, asked, by=ill)
    home = reverse("desk:home")
    assert "You stand in for" not in signed_in_as("it.two").get(home).content.decode()
    with scope(second):
        assert HELP.waiting_for(second).count() == 0
    sent = signed_in_as("district").post(page_of(ill), days(second), follow=True)
    told = sent.content.decode()
    assert "The absence of Kim Vuthy is noted. Two sees the work on the page Work." in told
    assert "stands in: Two" in told
    (line,) = lines("work.away")
    assert (line.officer_id, line.subject_id, line.unit_code) == (district.pk, str(ill.pk), "1701")
    assert "stands in: Two" in signed_in_as("it").get(reverse("staff:away")).content.decode()
    work_page = signed_in_as("it.two").get(home)
    assert "You stand in for Kim Vuthy until 14 June 2014" in work_page.content.decode().replace("\u00a0", " ")
    counted = {one.source.key: one.counted.count for one in work_page.context["waiting"]}
    assert counted["staff.help_requests"] == 1
    step = reverse("staff:help-step", args=[asked.pk, "answer"])
    assert signed_in_as("it.two").post(step, form(answer="Start it anew")).status_code == 302
    assert HelpRequest.objects.get(pk=asked.pk).state == "answered"


def test_a_second_click_enters_nothing_twice_and_ends_nothing_twice(signed_in_as: SignIn, named: Named) -> None:
    it, ill = signed_in_as("it"), named("finance")
    same = days()
    assert [it.post(page_of(ill), same).status_code for _ in range(2)] == [302, 302]
    end = reverse("staff:back-of", args=[ill.pk, Absence.objects.get().pk])
    assert [it.post(end, form()).status_code for _ in range(2)] == [302, 302]
    assert not Absence.objects.exists()
    assert [line.verb for line in lines("work.away", "work.back")] == ["work.away", "work.back"]


def test_ended_early_the_days_until_yesterday_stand(signed_in_as: SignIn, named: Named) -> None:
    it, ill = signed_in_as("it"), named("finance")
    it.post(page_of(ill), days(begins=DAY - timedelta(days=2), lasts=9))
    absence = Absence.objects.get()
    told = it.post(reverse("staff:back-of", args=[ill.pk, absence.pk]), form(), follow=True).content.decode()
    absence.refresh_from_db()
    assert (absence.from_on, absence.to_on) == (DAY - timedelta(days=2), DAY - timedelta(days=1))
    assert "is ended" in told and "No absence is noted" in told


@pytest.mark.parametrize("page", ["own", "other"])
def test_two_absences_on_one_day_are_refused_with_the_reason_and_the_days_stay(
    signed_in_as: SignIn, named: Named, page: str
) -> None:
    ill = named("finance")
    who, address = ("finance", reverse("staff:away")) if page == "own" else ("it", page_of(ill))
    client = signed_in_as(who)
    assert client.post(address, days()).status_code == 302
    again = client.post(address, days(begins=DAY + timedelta(days=2)))
    assert again.status_code == 422 and "Another absence is noted" in again.content.decode()
    assert 'name="from_on_0" value="13"' in again.content.decode() and Absence.objects.count() == 1


def test_nobody_stands_in_for_themselves_and_nothing_over_is_entered(signed_in_as: SignIn, named: Named) -> None:
    it, ill = signed_in_as("it"), named("finance")
    assert it.post(page_of(ill), days(ill)).status_code == 422
    over = it.post(page_of(ill), days(begins=DAY - timedelta(days=9), lasts=2))
    assert over.status_code == 422 and "over already" in over.content.decode()
    assert not Absence.objects.exists()


# -- the way there -----------------------------------------------------------------------------------------------------


def test_the_own_page_leads_there_for_those_who_have_somebody_in_their_care_only(
    signed_in_as: SignIn, named: Named
) -> None:
    ill, away = named("finance"), reverse("staff:away")
    chosen = signed_in_as("it").get(away, {"officer": str(ill.pk)})
    assert chosen.status_code == 302 and chosen["Location"] == page_of(ill)
    assert "No officer in your care is away" in signed_in_as("it").get(away).content.decode()
    signed_in_as("it").post(page_of(ill), days())
    assert f'href="{page_of(ill)}"' in signed_in_as("it").get(away).content.decode()
    plain = signed_in_as("health").get(away)
    assert "Absences of others" not in plain.content.decode()
    assert signed_in_as("health").get(away, {"officer": str(ill.pk)}).status_code == 422


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


@pytest.mark.browser
def test_it_is_entered_and_ended_by_keyboard_and_the_pages_are_sound(
    committed_database: dict[str, str], site: Site, named: Named
) -> None:
    ill, it = named("finance"), named("it")
    for language in LANGUAGES:
        with site.open(page_of(ill), language=language, width=320, cookies=signed_in(it)) as page:
            _tab_to(page, "#id_to_on_0")
            page.keyboard.type("14")
            page.keyboard.press("Tab")
            for _ in range(6):
                page.keyboard.press("ArrowDown")
            page.keyboard.press("Tab")
            page.keyboard.type("2557")  # the Buddhist era
            _tab_to(page, "#id_stand_in")
            page.keyboard.press("ArrowDown")
            _tab_to(page, "main form button")
            page.keyboard.press("Enter")
            page.wait_for_url("**/away/of/**")
            page.wait_for_selector(".message")
            absence = Absence.objects.get()
            assert (absence.officer, absence.to_on, absence.stand_in is not None) == (ill, date(2014, 6, 14), True)
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
        for path in (page_of(ill), reverse("staff:away")):
            site.assert_sound(path, cookies=signed_in(it), languages=[language])
        with site.open(page_of(ill), language=language, width=320, cookies=signed_in(it)) as page:
            _tab_to(page, f'form[action$="{absence.pk}/end/"] button')
            page.keyboard.press("Enter")
            page.wait_for_selector(".message")
            assert not Absence.objects.exists()
            assert not page.trouble  # type: ignore[attr-defined]
