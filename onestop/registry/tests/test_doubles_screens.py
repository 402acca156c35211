"""The pages of the narrow door in the browser: Khmer and English, wide and narrow."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from onestop.registry import actions
from onestop.registry.factories import NewPersonFactory
from onestop.registry.models import DoubleNotice
from onestop.registry.tests.conftest import officer
from onestop.registry.tests.doubles import HERE, NAMED, THERE
from onestop.staff.models import Office, Officer
from onestop.staff.scope import scope
from tests.journeys.browser import LANGUAGES, WIDTHS, Site, signed_in

pytestmark = pytest.mark.browser
PAPER = "123456780"


@pytest.fixture
def clerk(committed_database: dict[str, str]) -> Officer:
    """The assistant of Char Chhuk, in whose area somebody is registered whom Doun Paeng knows too."""
    Office.objects.filter(code="DOUN_PAENG").update(holder_km="ក", opened_on=date(2014, 6, 2), phone="+85563900999")
    district = officer("district")
    with scope(district):
        for unit in (THERE, HERE):
            one = actions.register_person(NewPersonFactory(**NAMED, sex="M"), unit_code=unit, by=district)
            if unit == THERE:
                actions.record_document(one, kind="citizen_id", number=PAPER, by=district)
    return officer("commune")


@contextmanager
def asked(site: Site, by: Officer, paper: str, language: str, width: int) -> Iterator[Page]:
    """The page after the question was put."""
    url = reverse("registry:elsewhere")
    with site.open(url, language=language, width=width, cookies=signed_in(by)) as page:
        page.select_option("select[name=kind]", "citizen_id")
        page.fill("input[name=paper]", paper)
        page.check("input[name=purpose] >> nth=0")
        page.click("form[action$='/elsewhere/'] button")
        page.wait_for_selector("#answer")
        yield page


def test_the_pages_are_sound_in_the_browser(clerk: Officer, site: Site) -> None:
    enter = signed_in(clerk)
    with scope(clerk):
        double = DoubleNotice.objects.get()
    for url in (
        reverse("registry:elsewhere"),
        reverse("registry:doubles"),
        reverse("registry:double", args=[double.pk]),
    ):
        site.assert_sound(url, cookies=enter)


def test_settled_and_nothing_waiting_is_sound(clerk: Officer, site: Site) -> None:
    with scope(clerk):
        double = actions.settle_double(DoubleNotice.objects.get(), outcome="moved", by=clerk)
    enter = signed_in(clerk)
    for url in (reverse("registry:doubles"), reverse("registry:double", args=[double.pk])):
        site.assert_sound(url, cookies=enter)


def test_both_answers_are_sound(clerk: Officer, site: Site) -> None:
    found = []
    for language in LANGUAGES:
        for width in WIDTHS:
            for paper, name in ((PAPER, "registered"), ("123456789", "nobody")):
                with asked(site, clerk, paper, language, width) as page:
                    site.keep_picture(page, f"elsewhere-{name}-{language}-{width}")
                    found += [f"{language} {width} {name}: {finding}" for finding in site.findings(page)]
    assert not found, "\n".join(found)
