"""Every component as a browser shows it: Khmer and English, wide and narrow."""

import pytest

from tests.journeys.browser import Site

LEADING = "part => parseFloat(getComputedStyle(part).lineHeight) / parseFloat(getComputedStyle(part).fontSize)"
pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", ["", "public/", "error/404/", "error/500/", "error/csrf/"])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(site: Site, path: str) -> None:
    site.assert_sound(f"/ui/components/{path}")


def test_between_phone_and_desk_nothing_scrolls_sideways(site: Site) -> None:
    site.assert_sound("/ui/components/", widths=(360, 768, 1040))


def test_the_language_button_turns_the_page(site: Site) -> None:
    with site.open("/ui/components/") as page:
        assert page.locator("html").get_attribute("lang") == "km"
        page.get_by_role("button", name="English").click()
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.url.endswith("/ui/components/")


def test_the_error_summary_leads_to_the_field(site: Site) -> None:
    with site.open("/ui/components/", language="en") as page:
        page.get_by_role("link", name="Date of birth: Year 2571").click()
        assert page.evaluate("document.activeElement.id || location.hash.slice(1)") == "id_born_0"


def test_khmer_lines_are_high_enough_for_subscripts(site: Site) -> None:
    with site.open("/ui/components/") as page:
        heights = page.evaluate(f"[...document.querySelectorAll('h1, p, td, button')].map({LEADING})")
        assert min(heights) >= 1.3
        body = page.evaluate(f"({LEADING})(document.body)")
        assert body >= 1.6


def test_the_print_has_a_stamp_and_nothing_to_press(site: Site) -> None:
    with site.open("/ui/components/", language="en") as page:
        page.emulate_media(media="print")
        assert page.locator(".stamp").is_visible()
        assert not page.locator(".places, .strip, .govuk-button").filter(visible=True).count()


@pytest.mark.parametrize("width", [1280, 320])
def test_beside_a_label_of_two_lines_no_value_hangs_lower(site: Site, width: int) -> None:
    with site.open("/ui/components/", language="en", width=width) as page:
        page.evaluate("document.querySelector('.facts dt').textContent = 'A label that is too long for one line here'")
        places = page.evaluate(
            "[...document.querySelector('.facts').children].map(fact => [...fact.children].map("
            "part => Math.round(part.getBoundingClientRect().top)).concat(fact.getBoundingClientRect().top))"
        )
        first = [(label, value) for label, value, top in places if top == places[0][2]]
        assert len(first) > 1 and len({value for _label, value in first}) == 1, places
        assert len({label for label, _value in first}) > 1, "no label has two lines, so nothing is tried"
