"""The pages of signing in and of accounts: sound in both languages and widths, and the way through them."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from onestop.staff.accounts_factor import account_of, confirm, new_secret
from onestop.staff.models import KeptForm, Officer, OfficerSession
from onestop.staff.tests.test_signing_in import HERE, PASSWORD, enter
from tests.journeys.browser import Site

pytestmark = pytest.mark.browser
Cookies = dict[str, str]


def cookies_of(client: Client) -> Cookies:
    return {name: morsel.value for name, morsel in client.cookies.items()}


def inside(username: str, *, proved: bool = False) -> Cookies:
    client = Client(HTTP_USER_AGENT="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0")
    enter(client, username, PASSWORD)
    if proved:
        client.post("/my-account/show-again/", {"password": PASSWORD}, REMOTE_ADDR=HERE)
    return cookies_of(client)


def half_way(username: str) -> Cookies:
    client = Client()
    enter(client, username, PASSWORD)
    return cookies_of(client)


def test_the_pages_of_signing_in(people: dict[str, Officer], site: Site, settings: Any) -> None:
    site.assert_sound("/sign-in/?ended=1")
    settings.SECOND_FACTOR = True
    site.assert_sound("/sign-in/code/", cookies=half_way("finance"))
    site.assert_sound("/sign-in/telephone/", cookies=half_way("district"))
    site.assert_sound("/sign-in/own-password/", cookies=half_way("commune"))


def test_the_pages_of_ones_own_account(people: dict[str, Officer], site: Site, settings: Any) -> None:
    cookies = inside("district", proved=True)
    inside("district")
    site.assert_sound("/my-account/", cookies=cookies)
    site.assert_sound("/my-account/password/", cookies=cookies)
    site.assert_sound("/my-account/show-again/", cookies=cookies)
    settings.SECOND_FACTOR = True
    site.assert_sound("/my-account/telephone/", cookies=cookies)
    confirm(account_of(people["district"]), new_secret(), step=0, at=timezone.now())
    site.assert_sound("/my-account/recovery-codes/", cookies=cookies)


def test_the_pages_of_accounts(people: dict[str, Officer], site: Site) -> None:
    inside("finance")
    cookies = inside("it.1701", proved=True)
    site.assert_sound("/accounts/", cookies=cookies)
    site.assert_sound("/accounts/?q=nobodyatall", cookies=cookies)
    site.assert_sound("/accounts/new/", cookies=cookies)
    for name in ("finance", "commune", "planning", "it"):
        site.assert_sound(f"/accounts/{people[name].pk}/", cookies=cookies)
    site.assert_sound(f"/accounts/{people['finance'].pk}/", cookies=inside("it.1701"))


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("km", 320)])
def test_an_account_is_made_and_gets_a_role(people: dict[str, Officer], site: Site, language: str, width: int) -> None:
    with site.open("/accounts/new/", language=language, width=width, cookies=inside("it.1701", proved=True)) as page:
        page.fill("[name=username]", "sok.chan")
        page.fill("[name=name_km]", "សុខ ចាន់")
        page.fill("[name=name_latin]", "Sok Chan")
        page.select_option("[name=office]", label=page.locator("[name=office] option").nth(1).inner_text())
        page.click("main form button")
        assert re.fullmatch(r"[a-z-]+-\d{4}", page.locator("dd .code-words").inner_text())
        site.keep_picture(page, f"first-password-given-{language}-{width}")
        assert not site.findings(page)
        page.click("main a.govuk-button")
        page.click("details:has([name=role]) summary")
        page.select_option("[name=role]", "commune_assistant")
        page.fill("[name=unit_code]", "170101")
        page.click("details:has([name=role]) button")
        assert re.search("Char Chhuk|ចារឈូក", page.inner_text("main"))
        site.keep_picture(page, f"role-seen-{language}-{width}")
        assert not site.findings(page)
        page.click("main form button")
        site.keep_picture(page, f"role-given-{language}-{width}")
        assert Officer.objects.get(username="sok.chan").assignments.get().unit_code == "170101"


# How long ago a session was last used and begun, and was therefore ended: idle for half an hour, or ten hours old
ENDED = {
    "idle": (timedelta(minutes=31), timedelta(minutes=32)),
    "absolute": (timedelta(), timedelta(hours=10, minutes=1)),
}


@pytest.mark.parametrize(("end", "language"), [("idle", "km"), ("idle", "en"), ("absolute", "km"), ("absolute", "en")])
def test_a_half_filled_form_comes_back_after_the_time_out(
    people: dict[str, Officer], site: Site, end: str, language: str
) -> None:
    with site.open("/accounts/new/", language=language, cookies=inside("it.1701", proved=True)) as page:
        page.fill("[name=username]", "late.one")
        page.fill("[name=name_km]", "យឺត")
        used, begun = ENDED[end]
        for session in OfficerSession.objects.all():
            session.seen_at, session.began_at = timezone.now() - used, timezone.now() - begun
            session.expires_at = session.until(session.seen_at)
            session.save()
            assert session.expires_at < timezone.now()
        page.click("main form button")
        site.keep_picture(page, f"session-ended-{end}-{language}-1280")
        assert KeptForm.objects.count() == 1
        page.fill("[name=username]", "it.1701")
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        # making accounts asks again who it is, and after that too the form is there
        page.fill("main [name=password]", PASSWORD)
        page.click("main form button")
        assert page.input_value("[name=username]") == "late.one"
        assert page.input_value("[name=name_km]") == "យឺត"
        site.keep_picture(page, f"form-filled-again-{end}-{language}-1280")
        assert not site.findings(page)
        assert not Officer.objects.filter(username="late.one").exists()
