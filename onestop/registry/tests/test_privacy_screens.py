"""The pages of people's own information in the browser: Khmer and English, wide and narrow."""

import pytest
from django.urls import reverse

from onestop.registry.actions import ask_correction
from onestop.registry.factories import HouseholdFactory, born, member
from onestop.registry.tests.conftest import officer
from onestop.staff.scope import scope
from tests.journeys.browser import Site, signed_in


@pytest.mark.browser
def test_the_pages_are_sound_in_the_browser(committed_database: dict[str, str], site: Site) -> None:
    one = officer("commune")
    with scope(one):
        head = member(HouseholdFactory(by=one), "head")
        request = ask_correction(head, wanted={"birth": born(1975), "given_name_km": "ភីរុណ"}, proof="ID", by=one)
    enter = signed_in(one)
    for name, key in (
        ("registry:privacy", head.pk),
        ("registry:ask-correction", head.pk),
        ("registry:correction", request.pk),
    ):
        site.assert_sound(reverse(name, args=[key]), cookies=enter)
    site.assert_sound(reverse("registry:corrections"), cookies=enter)
    site.assert_sound(reverse("registry:notice"))
    site.assert_sound(reverse("registry:correction", args=[request.pk]), cookies=signed_in(officer("finance")))
