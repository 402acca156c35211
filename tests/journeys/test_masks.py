"""What a planning officer sees in place of a telephone and a paper: in both languages, at a desk and on a phone."""

from collections.abc import Iterator
from datetime import date

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from onestop.areas import clock
from onestop.registry import actions
from onestop.registry.factories import HouseholdFactory, NewPersonFactory
from onestop.staff.scope import scope
from tests.journeys.browser import Site, signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def pages(committed_database: dict[str, str]) -> Iterator[list[str]]:
    """A folder with a telephone, and the page and history of a person with a telephone and a paper."""
    with clock.fixed(date(2014, 6, 11)):
        by = get_user_model().objects.get(username="commune")
        with scope(by):
            home = HouseholdFactory(by=by, phone="012345678", address="behind the pagoda")
            alone = actions.register_person(
                NewPersonFactory(elder=True, phone="012345678"), unit_code=home.unit_code, by=by
            )
            actions.record_document(alone, kind="citizen_id", number="987654321", by=by)
        yield [
            reverse("desk:folder", args=[home.pk]),
            reverse("desk:person", args=[alone.pk]),
            reverse("desk:record-history", args=["registry.household", home.pk]),
        ]


def test_pages_with_masked_columns_are_sound_and_say_why(pages: list[str], site: Site) -> None:
    cookies = signed_in(get_user_model().objects.get(username="planning"))
    for page in pages:
        site.assert_sound(page, cookies=cookies)
    for language, said in (("en", "not shown to your role"), ("km", "មិនបង្ហាញដល់តួនាទីរបស់អ្នក")):
        for url in pages:
            with site.open(url, language=language, width=320, cookies=cookies) as page:
                text = page.inner_text("main")
                assert "••• 678" in text and said in text, url
                assert "012 345 678" not in text and "987654321" not in text and "pagoda" not in text, url
