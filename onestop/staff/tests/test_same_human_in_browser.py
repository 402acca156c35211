"""“Who is behind it” by keyboard alone: two accounts of one human are noted and parted again, in both languages."""

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from onestop.areas import clock
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from onestop.staff.signing_in import PROVED
from tests.journeys.browser import LANGUAGES, Site
from tests.officers import Named


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until the focus is there; the focus must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            ring = "getComputedStyle(document.activeElement)"
            shown = page.evaluate(f"{ring}.outlineStyle !== 'none' || {ring}.boxShadow !== 'none'")
            assert shown, f"{selector} has the focus, and nobody sees it"
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def proved(officer: Officer) -> dict[str, str]:
    """Cookies of a session whose officer has just given the own password again."""
    client = Client()
    client.force_login(officer)
    session = client.session
    session[PROVED] = clock.now().isoformat()
    session.save()
    return {name: morsel.value for name, morsel in client.cookies.items()}


def humans(*officers: Officer) -> set[object]:
    return set(Officer.objects.filter(pk__in=[one.pk for one in officers]).values_list("human", flat=True))


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [1280, 320])
def test_two_accounts_are_noted_as_one_humans_and_parted_again_by_keyboard(
    committed_database: dict[str, str], site: Site, named: Named, language: str, width: int
) -> None:
    it, first, second = named("it"), named("planning"), named("finance")
    Officer.objects.filter(pk=second.pk).update(name_km=first.name_km, name_latin=first.name_latin)
    page_url = reverse("staff:same-human", args=[first.pk])
    account_url = reverse("staff:account", args=[first.pk])
    cookies = proved(it)
    with site.open(account_url, language=language, width=width, cookies=cookies) as page:
        tab_to(page, f'a[href="{page_url}"]')
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{page_url}")
        # the page names the namesake before anything is chosen
        assert page.locator("main").inner_text().count(second.username) >= 1
        tab_to(page, "select[name=other]")
        place = page.locator(f'select[name=other] option[value="{second.pk}"]').evaluate("option => option.index")
        for _ in range(place):
            page.keyboard.press("ArrowDown")
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".message")
        assert len(humans(first, second)) == 1
        assert page.locator(f'main a[href="{reverse("staff:account", args=[second.pk])}"]').count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # without a reason nothing is parted; the words are asked for where they are missing
        tab_to(page, "summary")
        page.keyboard.press("Enter")
        tab_to(page, "main details button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".govuk-error-summary")
        assert len(humans(first, second)) == 1
        tab_to(page, "[name=because]")
        page.keyboard.type("Both came to the office together")
        tab_to(page, "main details button")
        page.keyboard.press("Enter")
        page.wait_for_selector(".message")
        assert len(humans(first, second)) == 2
        # the form that lacked its reason is answered with 422, which Chromium counts among the troubles
        assert [text for text in page.trouble if "422" not in text] == []  # type: ignore[attr-defined]
    with scope(it):
        assert named("planning").human != it.human
    site.assert_sound(page_url, cookies=cookies, languages=[language])
