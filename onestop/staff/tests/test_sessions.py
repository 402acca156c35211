"""Sessions: they end by themselves, are listed and ended, and a half-filled form comes back to its officer only."""

import re
from datetime import timedelta
from html import escape, unescape
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.test import Client
from django.utils import timezone

from onestop.staff.models import KeptForm, Officer, OfficerSession
from onestop.staff.scope import scope
from onestop.staff.sessions import SessionStore, digest_of
from onestop.staff.sessions_filling import filled
from onestop.staff.sessions_kept import Kept
from onestop.staff.tests.test_signing_in import ELSEWHERE, HERE, PASSWORD, enter, is_in
from tests.officers import Named

pytestmark = [pytest.mark.django_db, pytest.mark.urls("onestop.staff.tests.pages")]
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"


@pytest.fixture(autouse=True)
def home(settings: Any) -> None:
    """The home page stands in a higher room."""
    settings.LOGIN_REDIRECT_URL = "/anybody/"


def row(client: Client) -> OfficerSession:
    return OfficerSession.objects.get(pk=digest_of(client.session.session_key or ""))


def leave(client: Client, **ago: Any) -> None:
    """Let the officer's session be as it is so long after its last use."""
    session = row(client)
    session.seen_at -= timedelta(**ago)
    session.began_at -= timedelta(**ago)
    session.expires_at = session.until(session.seen_at)
    session.save()


def test_a_session_ends_half_an_hour_after_its_last_use_and_ten_hours_after_it_began(client: Client) -> None:
    enter(client, "district", PASSWORD)
    leave(client, minutes=29)
    assert client.get("/read/").status_code == 200  # which is a use: the half hour begins anew
    assert row(client).expires_at > timezone.now() + timedelta(minutes=29)
    leave(client, minutes=31)
    assert client.get("/read/").headers["Location"] == "/sign-in/?next=%2Fread%2F&ended=1"
    enter(client, "district", PASSWORD)
    session = row(client)
    session.began_at -= timedelta(hours=9, minutes=59)
    session.seen_at -= timedelta(minutes=2)
    session.save()
    client.get("/read/")
    assert row(client).expires_at < timezone.now() + timedelta(minutes=2)


def test_the_key_of_the_cookie_is_not_in_the_database(client: Client) -> None:
    enter(client, "district", PASSWORD)
    key = client.cookies["onestop_session"].value
    session = row(client)
    assert key not in f"{session.pk} {session.data} {session.number}"
    assert not SessionStore(session.pk).load()


def test_the_key_changes_at_the_door_and_a_key_set_by_a_stranger_opens_nothing(client: Client) -> None:
    client.cookies["onestop_session"] = "a" * 32
    client.get("/sign-in/")
    enter(client, "district", PASSWORD)
    assert client.cookies["onestop_session"].value != "a" * 32
    fixed = Client()
    fixed.cookies["onestop_session"] = "a" * 32
    assert fixed.get("/read/").status_code == 302


def test_sessions_are_listed_in_words_and_ended_one_by_one(client: Client, named: Named) -> None:
    here, there = Client(HTTP_USER_AGENT=FIREFOX), Client()
    enter(here, "district", PASSWORD)
    enter(there, "district", PASSWORD, ELSEWHERE)
    body = here.get("/my-account/").content.decode()
    assert "Firefox · Windows" in body and "192.0.2.0/24" in body and "203.0.113.0/24" in body
    assert HERE not in body
    assert body.count("is-selected") == 1
    numbers = set(re.findall(r"/my-account/sessions/([0-9a-f-]{36})/end/", body))
    other = OfficerSession.objects.get(pk=digest_of(there.session.session_key or "")).number
    assert str(other) in numbers and len(numbers) == 2
    stranger = Client()
    enter(stranger, "finance", PASSWORD)
    assert stranger.post(f"/my-account/sessions/{other}/end/").status_code == 404
    assert here.post(f"/my-account/sessions/{other}/end/").status_code == 302
    assert there.get("/read/").status_code == 302
    assert here.get("/read/").status_code == 200


def test_an_ended_session_does_not_come_back_with_a_late_save(client: Client) -> None:
    enter(client, "district", PASSWORD)
    store = SessionStore(client.session.session_key)
    store["late"] = 1
    client.post("/sign-out/")
    with pytest.raises(UpdateError):
        store.save()
    assert client.get("/read/").status_code == 302
    assert OfficerSession.objects.get(pk=digest_of(store.session_key or "")).data == ""


def test_a_new_password_asks_for_the_old_one_and_ends_the_sessions_elsewhere(client: Client, named: Named) -> None:
    there = Client()
    enter(client, "district", PASSWORD)
    enter(there, "district", PASSWORD)
    new = {"new_password": "four wet stones sing", "new_password_again": "four wet stones sing"}
    assert client.post("/my-account/password/", {**new, "old_password": "wrong"}).status_code == 422
    assert client.post("/my-account/password/", {**new, "old_password": PASSWORD}).status_code == 302
    assert client.get("/read/").status_code == 200
    assert there.get("/read/").status_code == 302
    assert named("district").check_password("four wet stones sing")


# -- half-filled forms -------------------------------------------------------------------------------------------------

LONG_TEXT = 'ចម្លើយ "វែង" <b>&amp; ច្រើន'


def sent_too_late(client: Client, **form: Any) -> str:
    """Post a form after the session has run out; where signing in leads to afterwards."""
    leave(client, hours=1)
    answer = client.post("/form/?of=17", form, HTTP_REFERER="http://testserver/form/?of=17")
    assert answer.status_code == 302
    wanted = re.search(r"next=([^&]+)", answer.headers["Location"])
    assert wanted
    return unescape(wanted[1]).replace("%2F", "/")


def test_a_form_sent_after_the_session_comes_back_filled_and_is_not_sent_by_itself(client: Client) -> None:
    enter(client, "district", PASSWORD)
    key = str(uuid4())
    wanted = sent_too_late(
        client, note=LONG_TEXT, kind="b", chosen=["1", "3"], said="yes", extra="row two", idempotency_key=key,
        version="7", secret_password="never kept",
    )  # fmt: skip
    assert wanted.startswith("/kept/")
    stored = bytes(KeptForm.objects.get().fields)
    assert "ចម្លើយ".encode() not in stored and b"note" not in stored
    answer = enter(client, "district", PASSWORD, next=wanted)
    assert answer.headers["Location"] == wanted
    page = client.get(client.get(wanted).headers["Location"])
    body = page.content.decode()
    assert page.status_code == 200
    assert f'<textarea name="note">{escape(LONG_TEXT)}</textarea>' in body
    assert f'name="idempotency_key" value="{key}"' in body
    assert 'name="version" value="7"' in body
    assert '<option value="b" selected>' in body and '<option value="a">' in body
    assert re.findall(r'<input type="checkbox" name="chosen" value="(\d)" checked>', body) == ["1", "3"]
    assert '<input type="radio" name="said" value="yes" checked>' in body
    assert 'name="extra" value="row two"' in body  # the page has no such field now
    assert "never kept" not in body
    assert "otherwise" in body  # the other form of the page stays as it is
    assert client.get("/form/count/").content == b"0"
    kept = re.search(r'name="kept_form" value="([^"]+)"', body)
    assert kept
    form = {"note": LONG_TEXT, "idempotency_key": key, "kept_form": kept[1]}
    assert client.post("/form/?of=17", form).status_code == 302
    assert client.post("/form/?of=17", form).status_code == 302  # a second click: done once
    assert client.get("/form/count/").content == b"1"
    assert not KeptForm.objects.exists()


def test_another_officer_never_gets_the_form(client: Client) -> None:
    enter(client, "district", PASSWORD)
    wanted = sent_too_late(client, note="of district")
    answer = enter(client, "finance", PASSWORD, next=wanted)
    assert client.get(answer.headers["Location"]).headers["Location"] == "/anybody/"
    key = wanted.strip("/").split("/")[1]
    for address in (f"/form/?of=17&kept={key}", f"/kept/{key}/all/"):
        assert "of district" not in client.get(address, follow=True).content.decode()
    with scope(Officer.objects.get(username="finance")):
        assert KeptForm.objects.count() == 1  # it waits for its own officer


def test_after_an_hour_nothing_is_kept(client: Client) -> None:
    enter(client, "district", PASSWORD)
    wanted = sent_too_late(client, note="of district")
    KeptForm.objects.update(at=timezone.now() - timedelta(minutes=61))
    enter(client, "district", PASSWORD, next=wanted)
    assert not KeptForm.objects.exists()
    assert client.get(wanted).headers["Location"] == "/anybody/"


def test_a_second_window_may_still_send_its_form_after_the_same_officer_signed_in_again() -> None:
    client = Client(enforce_csrf_checks=True)
    client.get("/sign-in/")

    def signed_in(username: str) -> None:
        token = client.cookies["onestop_csrf"].value
        assert enter(client, username, PASSWORD, csrfmiddlewaretoken=token).status_code == 302
        client.get("/my-account/")

    signed_in("district")
    token = client.cookies["onestop_csrf"].value  # of the page in the second window
    leave(client, hours=1)
    signed_in("district")
    assert client.post("/write/", {"note": "late", "csrfmiddlewaretoken": token}).status_code == 302
    leave(client, hours=1)
    signed_in("finance")
    assert client.post("/write/", {"note": "late", "csrfmiddlewaretoken": token}).status_code == 403


def test_a_form_whose_page_is_gone_is_shown_field_by_field(client: Client) -> None:
    enter(client, "district", PASSWORD)
    leave(client, hours=1)
    answer = client.post("/write/", {"note": "where to"}, HTTP_REFERER="https://elsewhere.example/x")
    enter(client, "district", PASSWORD)
    kept = KeptForm.objects.get()
    assert kept.page == ""
    assert answer.status_code == 302
    last = client.get(f"/kept/{kept.pk}/", follow=True)
    assert last.request["PATH_INFO"] == f"/kept/{kept.pk}/all/"
    assert 'value="where to"' in last.content.decode()


def test_a_page_of_another_host_is_never_where_one_is_led() -> None:
    kept = Kept(uuid4(), "/form/", "", (("note", "x"),), had_files=False)
    assert filled('<form method="post" action="https://elsewhere.example/form/"></form>', kept, page="/y/") is not None
    assert filled('<form method="get" action="/form/"></form>', kept, page="/form/") is None


@pytest.mark.parametrize("referer", ["http://testserver//evil.example/", "http://evil.example/form/", "nonsense"])
def test_the_way_back_stays_on_this_site(client: Client, referer: str) -> None:
    enter(client, "district", PASSWORD)
    leave(client, hours=1)
    client.post("/write/", {"note": "x"}, HTTP_REFERER=referer)
    enter(client, "district", PASSWORD)
    location = client.get(f"/kept/{KeptForm.objects.get().pk}/").headers["Location"]
    assert location.startswith("/") and not location.startswith("//")


def test_nothing_is_kept_for_a_form_from_another_site(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    enter(client, "district", PASSWORD)
    strict.cookies["onestop_session"] = client.cookies["onestop_session"].value
    leave(client, hours=1)
    assert strict.post("/write/", {"note": "planted"}, HTTP_ORIGIN="https://evil.example").status_code == 403
    assert not KeptForm.objects.exists()
    assert not is_in(strict)
