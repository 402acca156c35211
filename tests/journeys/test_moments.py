"""Pages that stand for a moment only, after something was pressed: sound in both languages, at a desk and a phone."""

import base64
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from onestop.areas import clock
from onestop.registry.doors import QUESTIONS_AN_HOUR
from onestop.staff import accounts
from onestop.staff import help as helping
from onestop.staff.break_glass import break_glass
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import scope
from onestop.staff.staffing.sheets import SHEETS
from onestop.staff.tests.test_signing_in import PASSWORD, code_of
from onestop.staff.work import go_away
from tests.journeys.browser import SCREENS, Site, signed_in
from tests.journeys.test_accounts import Cookies, half_way, inside
from tests.officers import Named

pytestmark = [pytest.mark.browser, pytest.mark.long]
TODAY = date(2014, 6, 11)


@pytest.fixture(autouse=True)
def day() -> Iterator[None]:
    with clock.fixed(TODAY):
        yield


@dataclass(frozen=True)
class Screen:
    """One language and width, in which a page is opened and looked at as it stands."""

    site: Site
    language: str
    width: int

    def open(self, path: str, cookies: Cookies) -> AbstractContextManager[Page]:
        return self.site.open(path, language=self.language, width=self.width, cookies=cookies)

    def look(self, page: Page, name: str, *, status: int = 200) -> None:
        """Nothing is found; of an answer that refuses, Chromium's console tells the status."""
        self.site.keep_picture(page, f"{name}-{self.language}-{self.width}")
        found = [one for one in self.site.findings(page) if status == 200 or f"a status of {status}" not in one]
        page.trouble.clear()  # type: ignore[attr-defined]  # set by Site.open
        assert not found, f"{name}: {found}"


@pytest.fixture(params=[(language, width) for language, widths in SCREENS.items() for width in widths], ids=str)
def screen(request: pytest.FixtureRequest, site: Site) -> Screen:
    return Screen(site, *request.param)


def press(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)
    page.evaluate("document.fonts.ready.then(() => true)")


def test_a_role_is_taken_back_before_it_begins_and_ended_when_it_was_just_given(
    people: dict[str, Officer],
    screen: Screen,
) -> None:
    clerk = people["finance"]
    for role, begins, ends in (
        ("district_assistant", TODAY, None),
        ("planning_officer", TODAY + timedelta(days=20), None),
        ("intersector_officer", date(2013, 1, 1), date(2013, 12, 31)),
    ):
        RoleAssignment.objects.create(officer=clerk, role=role, unit_code="1701", valid_from=begins, valid_to=ends)
    cookies = inside("it.1701", proved=True)
    with screen.open(f"/accounts/{clerk.pk}/", cookies) as page:
        screen.look(page, "roles-of-an-account")
        later, new = (clerk.assignments.get(role=role).pk for role in ("planning_officer", "district_assistant"))
        press(page, f"a[href*='{later}']")
        screen.look(page, "role-to-be-taken-back")
        press(page, ".govuk-button--warning")
        screen.look(page, "role-taken-back")
        assert not clerk.assignments.filter(pk=later).exists()
        press(page, f"a[href*='{new}']")
        screen.look(page, "role-to-be-ended")
        press(page, ".govuk-button--warning")
        screen.look(page, "role-ended-today")
        assert clerk.assignments.get(pk=new).valid_to == TODAY


def test_names_that_somebody_else_changed_meanwhile_stand_side_by_side(
    people: dict[str, Officer],
    screen: Screen,
    named: Named,
) -> None:
    clerk = people["finance"]
    cookies = inside("it.1701", proved=True)
    with screen.open(f"/accounts/{clerk.pk}/", cookies) as page:
        page.click("details:has([name=name_latin]) summary")
        page.fill("[name=name_latin]", "Sun Kalyaney")
        with scope(named("it")):
            names = {"name_km": "ស៊ួន កល្យាណ", "name_latin": "Soun Kalyan"}
            accounts.change(clerk, by=named("it"), office=people["it"].office, **names)
        press(page, "form[action$='/names/'] button")
        screen.look(page, "names-meanwhile", status=422)
        assert page.input_value("[name=name_latin]") == "Sun Kalyaney"
        press(page, "form[action$='/names/'] button")
        assert Officer.objects.get(pk=clerk.pk).name_latin == "Sun Kalyaney"


def test_a_telephone_is_set_up_and_its_codes_are_shown(
    people: dict[str, Officer],
    screen: Screen,
    settings: Any,
) -> None:
    Officer.objects.filter(username="district").update(language=screen.language)
    inside("district")
    settings.SECOND_FACTOR = True
    with screen.open("/sign-in/telephone/", half_way("district")) as page:
        screen.look(page, "telephone")
        page.click("main details summary")
        screen.look(page, "telephone-key")
        secret = base64.b32decode(page.inner_text(".code-words").replace(" ", ""))
        page.fill("[name=code]", "000000")
        press(page, "main form button")
        screen.look(page, "telephone-wrong-code", status=422)
        page.fill("[name=code]", code_of(secret))
        press(page, "main form button")
        screen.look(page, "recovery-codes")
        press(page, "main a.govuk-button")
        page.goto(f"{screen.site.address}/my-account/")
        screen.look(page, "my-account")
        press(page, "main a[href='recovery-codes/']")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=code]", code_of(secret, 1))
        press(page, "main form button")
        screen.look(page, "my-recovery-codes")
        press(page, "main form button")
        screen.look(page, "my-recovery-codes-shown")


def workbook(folder: Path, unit: str) -> Path:
    """An office with its telephone, an officer and a role at a unit."""
    file = io.BytesIO()
    rows = {
        "offices": ["HALL_X", "សាលាឃុំគោកដូង", "Kouk Doung Hall", "170103", "front", "", "ម៉ៅ សារឿន", "Mao Saroeun"]
        + ["commune_chief", "2014-06-02", "063 900 123"],
        "officers": ["sok.dara", "សុខ ដារ៉ា", "Sok Dara", "HALL_X", "km", ""],
        "roles": ["sok.dara", "commune_assistant", unit, "2014-06-11", ""],
        "committees": ["procurement", "1701", "ជា សុខា", "Chea Sokha", "F", "chair", "council", "2014-06-02"],
    }
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        for key, row in rows.items():
            sheet = book.add_worksheet(SHEETS[key].name())
            sheet.write_row(0, 0, [column.heads() for column in SHEETS[key].columns])
            sheet.write_row(1, 0, row)
    path = folder / "បុគ្គលិក staffing 2014.xlsx"
    path.write_bytes(file.getvalue())
    return path


def test_a_staffing_sheet_is_looked_over_saved_and_brought_again(
    people: dict[str, Officer],
    screen: Screen,
    tmp_path: Path,
) -> None:
    def bring(page: Page, path: Path, name: str, status: int = 200) -> None:
        page.goto(f"{screen.site.address}/offices/set-up/")
        page.set_input_files("input[type=file]", path)
        press(page, "form[enctype] button")
        screen.look(page, name, status=status)

    nothing = tmp_path / "empty.xlsx"
    nothing.touch()
    good = workbook(tmp_path, "170103")
    with screen.open("/offices/set-up/", inside("it.1701")) as page:
        bring(page, nothing, "staffing-zero-bytes", 422)
        bring(page, workbook(tmp_path, "Kouk Dong"), "staffing-wrong-unit")
        good = workbook(tmp_path, "170103")
        bring(page, good, "staffing-not-proved")
        page.goto(f"{screen.site.address}/offices/set-up/")
        screen.look(page, "staffing-one-waits")
    with screen.open("/offices/set-up/", inside("it.1701", proved=True)) as page:
        bring(page, good, "staffing-right")
        press(page, "form[action$='/save/'] button")
        screen.look(page, "staffing-saved")
        bring(page, good, "staffing-again")
        page.goto(f"{screen.site.address}/offices/set-up/")
        screen.look(page, "staffing-done-before")
        assert page.locator("main", has_text=good.name).count() == 1  # with its Khmer vowels


def test_too_many_searches_by_a_number_that_the_role_does_not_show(
    people: dict[str, Officer],
    screen: Screen,
    named: Named,
) -> None:
    clerk = named("finance")
    with scope(clerk), connection.cursor() as cursor:
        for _ in range(QUESTIONS_AN_HOUR):
            cursor.execute("SELECT registry_may_ask()")
    with screen.open("/people/", signed_in(clerk)) as page:
        page.fill("[name=q]", "012 345 678")
        press(page, "main form button")
        screen.look(page, "too-many-searches", status=429)
        assert page.locator("main [role=alert]").count() == 1 and page.input_value("[name=q]") == "012 345 678"


def test_the_home_pages_that_few_see(
    people: dict[str, Officer],
    screen: Screen,
    named: Named,
) -> None:
    guide = Officer.objects.create(username="case", name_km="អ៊ុំ ចរិយា", name_latin="Um Chariya")
    guide.office = people["it"].office
    guide.save()
    RoleAssignment.objects.create(officer=guide, role="case_manager", unit_code="1701", valid_from=date(2014, 1, 1))
    officers = {"province": named("province"), "intersector": named("intersector"), "case": guide}

    def looked_at(state: str) -> None:
        for name, officer in officers.items():
            with screen.open("/", signed_in(officer)) as page:
                screen.look(page, f"home-{name}-{state}")

    looked_at("empty")
    for officer in officers.values():
        with scope(officer):
            asked = [helping.ask(page="desk:home", words=words, by=officer) for words in ("First", "Second")]
        client = Client()
        client.force_login(people["it"])
        client.post(reverse("staff:help-step", args=[asked[0].pk, "answer"]), {"answer": "So"})
    with scope(guide):
        break_glass("17120101", reason="A child of that village stands here and needs care today.", by=guide)
    with scope(named("district")):
        go_away(
            named("district"),
            from_on=TODAY,
            to_on=TODAY + timedelta(days=5),
            stand_in=officers["intersector"],
            by=named("district"),
        )
    looked_at("filled")
