"""Signing in and out: one answer for every mistake, back to where one wanted to go, written down."""

from typing import Any

import pytest
from django.test import Client

from onestop.areas.country import pack
from onestop.journal.models import JournalEntry
from onestop.staff import actions
from onestop.staff.models import Officer, RoleAssignment
from onestop.staff.scope import system_scope
from tests.officers import Named

DEMO_PASSWORD = pack().node("demo_officers.yaml").text("password")

pytestmark = [pytest.mark.django_db, pytest.mark.urls("onestop.staff.tests.pages")]


@pytest.fixture(autouse=True)
def home(settings: Any) -> None:
    """The home page stands in a higher room."""
    settings.LOGIN_REDIRECT_URL = "/anybody/"


def post(client: Client, **answers: str) -> tuple[int, str, str]:
    answer = client.post("/sign-in/", answers)
    return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()


def test_the_right_password_opens_the_page_one_wanted(client: Client) -> None:
    status, location, _body = post(client, username="District ", password=DEMO_PASSWORD, next="/read/")
    assert (status, location) == (302, "/read/")
    assert client.get("/read/").status_code == 200
    with system_scope("system.console"):
        assert JournalEntry.objects.filter(verb="staff.signed_in", officer__username="district").count() == 1


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/x", "javascript:alert(1)"])
def test_nobody_is_led_to_another_site(client: Client, elsewhere: str) -> None:
    _status, location, _body = post(client, username="district", password=DEMO_PASSWORD, next=elsewhere)
    assert location == "/anybody/"


def test_every_mistake_gets_the_same_answer(client: Client, named: Named) -> None:
    Officer.objects.filter(username="finance").update(is_active=False)
    for username, password in [
        ("district", "wrong"),
        ("nobody", DEMO_PASSWORD),
        ("finance", DEMO_PASSWORD),
        ("system.console", ""),
        ("system.loader", DEMO_PASSWORD),
    ]:
        assert post(client, username=username, password=password)[:2] == (422, ""), username
    said = post(client, username="finance", password="wrong")[2].replace("finance", "…")
    unknown = post(client, username="nobody", password="wrong")[2].replace("nobody", "…")
    strip = [line for line in said.splitlines() if "csrf" not in line]
    assert strip == [line for line in unknown.splitlines() if "csrf" not in line]
    assert "wrong" not in said


def test_the_session_gets_a_new_key(client: Client) -> None:
    client.get("/sign-in/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key or ""
    client.cookies["onestop_session"] = before
    post(client, username="district", password=DEMO_PASSWORD)
    assert client.session.session_key != before


def test_signing_out_ends_the_session_and_needs_a_post(client: Client, named: Named) -> None:
    client.force_login(named("district"))
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").headers["Location"] == "/sign-in/"
    assert client.get("/read/").status_code == 302
    with system_scope("system.console"):
        assert JournalEntry.objects.filter(verb="staff.signed_out").count() == 1


def test_passwords_are_kept_with_argon2(named: Named) -> None:
    assert named("district").password.startswith("argon2$argon2id$")


def test_the_demonstration_shows_its_officers_and_fills_in_the_name(client: Client, settings: Any) -> None:
    assert 'href="?as=' not in client.get("/sign-in/").content.decode()
    settings.DEMO = True
    body = client.get("/sign-in/?as=health").content.decode()
    assert body.count('href="?as=') == 9
    Officer.objects.create(username="made.here", name_km="ក", name_latin="K")  # with a password of their own
    assert client.get("/sign-in/").content.decode().count('href="?as=') == 9
    assert 'value="health"' in body
    assert DEMO_PASSWORD not in body


def test_loading_officers_again_changes_nothing_and_keeps_a_changed_password(named: Named) -> None:
    officer = named("district")
    officer.set_password("another one of mine")
    officer.save()
    before = (Officer.objects.count(), RoleAssignment.objects.count())
    actions.load(demo=True)
    assert (Officer.objects.count(), RoleAssignment.objects.count()) == before
    assert named("district").check_password("another one of mine")


def test_outside_a_demonstration_no_officer_comes_with_a_known_password(named: Named) -> None:
    Officer.objects.filter(is_system=False).update(password="")
    loaded = actions.load(demo=False)
    assert loaded.demo_officers == 0
    assert not any(officer.has_usable_password() for officer in Officer.objects.filter(is_system=True))
    assert set(Officer.objects.filter(is_system=False).values_list("password", flat=True)) == {""}


def test_an_officer_s_language_is_remembered(named: Named) -> None:
    actions.remember_language(named("district"), language="en")
    assert named("district").language == "en"
