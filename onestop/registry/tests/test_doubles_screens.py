"""The pages of the narrow door in the browser: Khmer and English, wide and narrow."""

from datetime import date

import pytest
from django.urls import reverse

from onestop.registry import actions
from onestop.registry.factories import NewPersonFactory
from onestop.registry.models import DoubleNotice
from onestop.registry.tests.conftest import officer
from onestop.registry.tests.test_doubles import HERE, NAMED, THERE
from onestop.staff.models import Office
from onestop.staff.scope import scope
from tests.journeys.browser import Site, signed_in


@pytest.mark.browser
def test_the_pages_are_sound_in_the_browser(committed_database: dict[str, str], site: Site) -> None:
    Office.objects.filter(code="DOUN_PAENG").update(holder_km="ក", opened_on=date(2014, 6, 2), phone="+85563900999")
    district, clerk = officer("district"), officer("commune")
    enter = signed_in(clerk)
    site.assert_sound(reverse("registry:doubles"), cookies=enter)
    for unit in (THERE, HERE):
        with scope(district):
            actions.register_person(NewPersonFactory(**NAMED, sex="M"), unit_code=unit, by=district)
    with scope(clerk):
        double = DoubleNotice.objects.get()
    for url in (
        reverse("registry:elsewhere"),
        reverse("registry:doubles"),
        reverse("registry:double", args=[double.pk]),
    ):
        site.assert_sound(url, cookies=enter)
    with scope(clerk):
        actions.settle_double(double, outcome="moved", by=clerk)
    site.assert_sound(reverse("registry:double", args=[double.pk]), cookies=enter)
