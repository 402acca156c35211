"""The pages of places as a reader sees them: both languages, a desk and a phone."""

import pytest
from django.contrib.auth import get_user_model

from tests.journeys.browser import LANGUAGES, Site, signed_in

PAGES = [
    "/places/",
    "/places/?q=Slaeng Spaen",
    "/places/171206/units/",
    "/places/17120609/units/",
]


@pytest.mark.browser
def test_the_pages_of_places_are_sound(committed_database: dict[str, str], site: Site) -> None:
    reader = get_user_model().objects.get(username="district")
    for language in LANGUAGES:
        get_user_model().objects.filter(pk=reader.pk).update(language=language)
        for path in PAGES:
            site.assert_sound(path, cookies=signed_in(reader), languages=[language])


@pytest.mark.browser
def test_a_clerk_finds_a_commune_by_its_khmer_name_with_the_keyboard(
    committed_database: dict[str, str],
    site: Site,
) -> None:
    reader = get_user_model().objects.get(username="district")
    get_user_model().objects.filter(pk=reader.pk).update(language="en")
    with site.open("/places/", language="en", cookies=signed_in(reader)) as page:
        page.fill("#id_q", "ឃុំចារឈូក")
        page.keyboard.press("Enter")
        page.click("text=Char Chhuk Commune")
        assert page.url.endswith("/places/170101/units/")
        assert page.locator("tbody tr").count() > 5
