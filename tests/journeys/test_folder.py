"""The family folder as a clerk sees and uses it: both languages, a desk and a phone, and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from onestop.areas import clock
from onestop.enrolments.factories import enrolment
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, born, member
from onestop.registry.models import Household, Person
from onestop.staff.scope import scope
from tests.journeys.browser import Site, signed_in

pytestmark = pytest.mark.browser
TODAY = date(2014, 6, 11)


@dataclass
class Family:
    """A household with every state of a cell: receiving, may, cannot tell, no, and no programme."""

    household: Household
    head: Person
    child: Person

    @property
    def url(self) -> str:
        return reverse("desk:folder", args=[self.household.pk])

    def why(self, programme: str, person: Person | None = None) -> str:
        return reverse("desk:reason", args=[self.household.pk, programme, *([person.pk] if person else [])])

    def ask(self, whose: str, name: str) -> str:
        return reverse("desk:answer", args=[self.household.pk, whose, name])


@pytest.fixture
def family(committed_database: dict[str, str]) -> Iterator[Family]:
    with clock.fixed(TODAY):
        by = get_user_model().objects.get(username="commune")
        with scope(by):
            home = HouseholdFactory(
                by=by,
                members=[
                    NewPersonFactory(head=True, given_name_latin="Sophea", birth=born(1975, 4, 28)),
                    NewPersonFactory(child=True, given_name_latin="Dara", birth=born(2004, 9, 1), sex="M"),
                    NewPersonFactory(child=True, given_name_latin="Sreymom", birth=born(2012, 11, 3), sex="F"),
                    NewPersonFactory(elder=True, given_name_latin="Yoeun", birth=born(1940), sex="F"),
                ],
            )
            actions.record_poverty_status(
                home, level=1, valid_from=date(2012, 1, 1), valid_to=date(2014, 12, 31), by=by, card_number="17-0001"
            )
            child = Person.objects.get(birth_from=date(2004, 9, 1))
            actions.answer(child, {"in_school": True, "grade": 4}, observed_on=date(2012, 11, 5), by=by)
            enrolment(member(home, "head"), "HEF", by=by)
            made = Family(home, member(home, "head"), child)
        yield made  # committed: the server answers from other threads


def test_the_pages_of_a_household_are_sound(family: Family, site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="commune"))
    pages = [
        family.url,
        family.url + "?all=1&questions=all",
        family.why("THR", family.child),
        family.why("CASH_ACTIVE", family.child),
        family.why("HEF", family.head),
        family.ask(str(family.child.pk), "birth_date"),
        family.ask("household", "id_poor"),
        family.ask(str(family.head.pk), "skills"),
        reverse("desk:history", args=[family.household.pk]) + f"?of={family.child.pk}",
        reverse("desk:home"),
        reverse("desk:search"),
    ]
    for path in pages:
        site.assert_sound(path, cookies=cookies)


def test_a_clerk_answers_and_sees_the_matrix_change(family: Family, site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="commune"))
    with site.open(family.url + "?questions=all", language="en", cookies=cookies) as page:
        cell = page.locator(".matrix-whole .cell", has_text="Take-home rations")
        assert "cannot tell" in cell.inner_text()
        asked = page.locator("li.ask", has_text="Is Sok Dara in school")
        with page.expect_navigation():
            asked.get_by_role("button", name="Yes", exact=True).click()
        page.goto(site.address + family.url + "?questions=all")
        box = page.get_by_label("Which grade is Sok Dara", exact=False)
        box.fill("៥")
        with page.expect_navigation():
            box.press("Enter")
        assert "It changed" in page.locator("#answered").inner_text()
        assert page.url.endswith("#ask")
        assert "eligible" in page.locator(".matrix-whole .cell", has_text="Take-home rations").inner_text()
        assert site.findings(page) == []
        site.keep_picture(page, "folder-answered-en-1280")
        cell = page.locator(".matrix-whole .cell", has_text="Take-home rations")
        with page.expect_navigation():
            cell.click()
        assert "All 3 conditions are met." in page.locator("main").inner_text()


def test_a_clerk_finds_a_family_by_name(family: Family, site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="commune"))
    with site.open("/", language="en", cookies=cookies) as page:
        page.fill("#id_q", "Sok")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url.endswith(reverse("desk:search"))
        assert site.findings(page) == []
        site.keep_picture(page, "search-found-en-1280")
        with page.expect_navigation():
            page.locator("tbody a").first.click()
        assert page.url.endswith(family.url)


def test_on_a_phone_the_questions_come_before_the_matrix(family: Family, site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="commune"))
    for width, first in ((360, True), (1280, False)):
        with site.open(family.url, language="km", width=width, cookies=cookies) as page:
            questions, matrix = page.locator("#ask").bounding_box(), page.locator(".matrix").bounding_box()
            assert questions and matrix and (questions["y"] < matrix["y"]) is first
            heights = page.eval_on_selector_all(
                ".cell", "cells => cells.map(one => one.getBoundingClientRect().height)"
            )
            shown = [height for height in heights if height]
            assert shown and min(shown) >= 44, heights


def test_header_and_matrix_fit_one_sheet_lying_across(family: Family, site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="commune"))
    with site.open(family.url, language="km", cookies=cookies) as page:
        paper = page.pdf(prefer_css_page_size=True)
    assert paper.count(b"/Type /Page\n") + paper.count(b"/Type /Page ") == 1
    assert b"/MediaBox [0 0 842" in paper or b"/MediaBox [0 0 841" in paper
