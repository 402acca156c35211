"""The place page, cross-table 1, programmes and a trial, as an officer sees them: both languages, desk and phone."""

from collections.abc import Iterator
from datetime import date

import pytest

from onestop.areas import clock
from onestop.enrolments.actions import enrol
from onestop.programmes.models import Programme
from onestop.registry.actions import record_poverty_status
from onestop.registry.factories import HouseholdFactory, NewPersonFactory, member
from onestop.staff.models import Officer
from onestop.staff.scope import scope
from tests.journeys.browser import Site, signed_in

DAY = date(2014, 6, 11)
DESK_PAGES = [
    "/places/1701/",
    "/places/17010101/",
    "/places/17010205/",
    "/who-may-have-what/",
    "/who-may-have-what/?programme=HEF&state=receiving&state=eligible&state=unknown&state=not_eligible",
    "/who-may-have-what/?programme=THR&state=unknown&unit=170101",
    "/who-may-have-what/?programme=HEF&age_from=90&age_to=3",
    "/programmes/",
    "/programmes/?q=nobody+has+this",
    "/programmes/THR/",
    "/programmes/NFV/",
    "/programmes/try/?programme=HEF",
]


@pytest.fixture
def families(committed_database: dict[str, str]) -> Iterator[Officer]:
    """Three households: one poor and partly enrolled, one never assessed, one in another village."""
    district = Officer.objects.get(username="district")
    with clock.fixed(DAY), scope(district):
        poor = HouseholdFactory(
            by=district,
            members=[NewPersonFactory(head=True), NewPersonFactory(child=True), NewPersonFactory(elder=True)],
        )
        record_poverty_status(poor, level=1, valid_from=date(2012, 1, 1), by=district)
        enrol(member(poor, "head"), Programme.objects.get(pk="HEF"), valid_from=date(2013, 1, 1), by=district)
        HouseholdFactory(by=district)
        HouseholdFactory(by=district, unit_code="17010202", members=[NewPersonFactory(head=True, no_khmer_name=True)])
    with clock.fixed(DAY):
        yield district


@pytest.mark.browser
def test_the_pages_of_a_district_are_sound(families: Officer, site: Site) -> None:
    for path in DESK_PAGES:
        site.assert_sound(path, cookies=signed_in(families))


@pytest.mark.browser
def test_the_figures_of_a_province_and_the_nation_are_sound(families: Officer, site: Site) -> None:
    for username, path in (("province", "/places/17/"), ("national", "/places/khm/"), ("national", "/places/01/")):
        site.assert_sound(path, cookies=signed_in(Officer.objects.get(username=username)))


@pytest.mark.browser
def test_an_officer_tries_a_rule_mends_it_and_sees_who_would_gain(families: Officer, site: Site) -> None:
    with site.open("/programmes/try/", language="en", width=320, cookies=signed_in(families)) as page:
        page.fill("#id_rules", "person.aeg >= 60")
        page.click("text=Try it")
        assert "Line 1, column 1" in page.inner_text("#problems")
        assert page.input_value("#id_rules") == "person.aeg >= 60"
        assert site.findings(page) == []
        page.fill("#id_rules", "person.age >= 60")
        page.click("text=Try it")
        assert "Would be in" in page.inner_text("main")
        assert site.findings(page) == []


@pytest.mark.browser
def test_an_officer_goes_from_a_place_to_its_people_and_filters_them(families: Officer, site: Site) -> None:
    with site.open("/places/170101/", language="en", cookies=signed_in(families)) as page:
        page.click("main >> text=Health equity fund")
        assert "programme=HEF" in page.url
        assert page.locator("tbody tr").count() == 2
        page.check("text=receiving")
        page.click("main form.filters button")
        assert page.locator("tbody tr").count() == 3
        page.click("thead >> text=Age")
        assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Age")
