"""The way in: guesses that wait, a telephone as second factor, a first password, and who gets no session."""

import base64
import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone, translation

from onestop.areas.country import pack
from onestop.journal.models import JournalEntry
from onestop.staff import accounts_factor, signing_in_throttle
from onestop.staff.accounts_factor import STEP, account_of
from onestop.staff.models import Account, Officer, OfficerSession, RoleAssignment, SignInThrottle
from onestop.staff.scope import system_scope
from onestop.staff.sessions_limits import WAITING
from onestop.staff.signing_in_places import Place
from tests.officers import Named

PASSWORD = pack().node("demo_officers.yaml").text("password")
OWN = "seven grey oxen and a kite"
HERE, ELSEWHERE = "192.0.2.7", "203.0.113.9"

pytestmark = [pytest.mark.django_db, pytest.mark.urls("onestop.staff.tests.pages")]


@pytest.fixture(autouse=True)
def home(settings: Any) -> None:
    """The home page stands in a higher room."""
    settings.LOGIN_REDIRECT_URL = "/anybody/"


@pytest.fixture
def real(settings: Any) -> None:
    """As in an office: the second factor is asked."""
    settings.SECOND_FACTOR = True


def enter(client: Client, username: str, password: str, address: str = HERE, **more: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": password, **more}, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def secret_on(page: Any) -> bytes:
    """The secret a telephone would take from the page."""
    words = re.search(r'class="code-words">([A-Z2-7 ]+)<', page.content.decode())
    assert words
    return base64.b32decode(words[1].replace(" ", ""))


def code_of(secret: bytes, steps: int = 0) -> str:
    """What the telephone shows now, or so many steps later."""
    totp = TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False)
    return totp.generate(int(time.time()) // STEP * STEP + steps * STEP).decode()


def verbs() -> Counter[str]:
    with system_scope("system.console"):
        return Counter(JournalEntry.objects.values_list("verb", flat=True))


# -- guesses -----------------------------------------------------------------------------------------------------------


def test_one_password_tried_on_many_names_waits_too() -> None:
    place, at = Place("", ELSEWHERE), datetime(2026, 1, 1, tzinfo=UTC)
    read = sum(
        signing_in_throttle.guess(signing_in_throttle.counters(f"name{n}", place, usual=""), at=at) is None
        for n in range(200)
    )
    assert read <= 61


def test_strangers_do_not_slow_down_the_first_sign_in_of_somebody_new(named: Named) -> None:
    at = timezone.now()
    for number in range(300):
        place = Place("", f"10.1.{number}.0/24")
        signing_in_throttle.guess(signing_in_throttle.counters("commune", place, usual=""), at=at)
    new = Place("", "192.0.2.0/24")
    assert signing_in_throttle.guess(signing_in_throttle.counters("commune", new, usual=""), at=at) is not None
    counted = signing_in_throttle.counters("commune", new, usual="", machine_made=True)
    assert signing_in_throttle.guess(counted, at=at) is None


def test_a_right_password_clears_the_count_of_its_place(client: Client) -> None:
    for _attempt in range(4):
        enter(client, "district", "wrong")
    counted = signing_in_throttle.counters("district", Place("", "192.0.2.0/24"), usual="")
    assert [SignInThrottle.objects.get(key=one.key).failures for one in counted] == [4, 4, 4]
    enter(client, "district", PASSWORD)
    left = dict(SignInThrottle.objects.values_list("key", "failures"))
    # those shared with others get the right guess back
    assert [left.get(one.key) for one in counted] == [None, 4, 4]


def test_unknown_names_wait_and_answer_like_known_ones_and_are_not_written_down(client: Client) -> None:
    def told(name: str) -> list[tuple[int, str]]:
        found = []
        for _attempt in range(7):
            answer = enter(client, name, "wrong", ELSEWHERE if name == "district" else "198.51.100.4")
            body = re.sub(r'name="(csrfmiddlewaretoken|idempotency_key)" value="[^"]*"', "", answer.content.decode())
            found.append((answer.status_code, re.sub(r"\d+", "N", body.replace(name, "…"))))
        return found

    assert told("district") == told("nobody.at.all")
    assert verbs()["staff.sign_in_unknown"] == 5
    with system_scope("system.console"):
        lines = list(JournalEntry.objects.values_list("note", "subject_id"))
    assert not any("nobody" in note or "nobody" in subject for note, subject in lines)
    assert not any("nobody" in key for key in SignInThrottle.objects.values_list("key", flat=True))


def test_unknown_and_known_names_take_the_same_time(client: Client) -> None:
    def seconds(name: str) -> float:
        began = time.process_time()
        enter(client, name, "wrong", f"10.9.{len(name)}.{int(began * 1000) % 200}")
        return time.process_time() - began

    seconds("warm-up")
    known, unknown = (sorted(seconds(name) for _n in range(5))[2] for name in ("finance", "nobody1"))
    assert 0.5 < known / unknown < 2  # a password is hashed for both: without it the ratio is above ten


# -- the second factor -------------------------------------------------------------------------------------------------


def set_up(client: Client, username: str) -> tuple[bytes, list[str]]:
    """Sign in for the first time in an office: the telephone, then the recovery codes."""
    answer = enter(client, username, PASSWORD, next="/read/")
    assert answer.headers["Location"] == "/sign-in/telephone/"
    assert not is_in(client)
    page = client.get("/sign-in/telephone/")
    assert b"<svg" in page.content
    secret = secret_on(page)
    shown = client.post("/sign-in/telephone/", {"code": code_of(secret)}, REMOTE_ADDR=HERE)
    codes = re.findall(r"[a-z0-9]{5}-[a-z0-9]{5}-[a-z0-9]{5}", shown.content.decode())
    assert shown.status_code == 200 and len(codes) == 10 and is_in(client)
    return secret, codes


def test_a_role_that_reads_persons_sets_up_a_telephone_at_the_first_sign_in(
    client: Client, named: Named, real: None
) -> None:
    secret, codes = set_up(client, "district")
    account = Account.objects.get(officer=named("district"))
    stored = bytes(account.totp_secret or b"")
    assert secret not in stored
    assert not account.recovery_codes.filter(digest__in=codes).exists()
    assert client.get("/read/").status_code == 200
    other = Client()
    assert other.get("/sign-in/telephone/").headers["Location"] == "/sign-in/"


def test_a_code_opens_once_and_only_around_its_half_minute(client: Client, named: Named, real: None) -> None:
    secret, _codes = set_up(client, "district")
    again = Client()
    assert enter(again, "district", PASSWORD).headers["Location"] == "/sign-in/code/"
    assert not is_in(again)
    assert again.get("/read/").status_code == 302
    used = again.post("/sign-in/code/", {"code": code_of(secret)}, REMOTE_ADDR=HERE)
    assert used.status_code == 422 and not is_in(again)  # the one that set it up
    assert again.post("/sign-in/code/", {"code": code_of(secret, 5)}, REMOTE_ADDR=HERE).status_code == 422
    assert again.post("/sign-in/code/", {"code": code_of(secret, 1)}, REMOTE_ADDR=HERE).status_code == 302
    assert is_in(again)
    assert verbs()["staff.sign_in_code_wrong"] == 2


def test_the_step_before_and_after_are_taken_and_no_other() -> None:
    secret, at = b"12345678901234567890", datetime.fromtimestamp(1_111_111_109, UTC)
    totp = TOTP(secret, 6, SHA1(), STEP)
    steps = {n: totp.generate(1_111_111_109 + n * STEP) for n in range(-3, 4)}
    assert steps[0] == b"081804"  # RFC 6238, appendix B
    taken = {n for n, code in steps.items() if accounts_factor.matching_step(secret, code.decode(), at=at)}
    assert taken == {-1, 0, 1}
    assert accounts_factor.matching_step(secret, "081804", at=at, after=1_111_111_109 // STEP) is None


def test_a_recovery_code_opens_once_and_is_told(client: Client, real: None) -> None:
    _secret, codes = set_up(client, "district")
    for expected in (302, 422):
        again = Client()
        enter(again, "district", PASSWORD)
        answer = again.post("/sign-in/code/", {"code": codes[0].upper()}, REMOTE_ADDR=HERE)
        assert answer.status_code == expected
        assert is_in(again) == (expected == 302)
    assert verbs()["staff.signed_in_by_recovery"] == 1


def test_codes_cannot_be_guessed_by_somebody_who_has_the_password(client: Client, real: None) -> None:
    set_up(client, "district")
    thief = Client()
    enter(thief, "district", PASSWORD, ELSEWHERE)
    answers = [thief.post("/sign-in/code/", {"code": f"{n:06}"}, REMOTE_ADDR=ELSEWHERE) for n in range(20)]
    told = [b"govuk-error" in answer.content for answer in answers]
    assert all(told) and not is_in(thief)
    assert verbs()["staff.sign_in_code_wrong"] == 5


def test_a_role_that_sees_figures_only_needs_a_password_only(client: Client, real: None) -> None:
    assert enter(client, "province", PASSWORD).headers["Location"] == "/anybody/"
    assert is_in(client)


def test_half_way_in_nothing_is_open_and_after_ten_minutes_one_begins_anew(client: Client, real: None) -> None:
    enter(client, "district", PASSWORD)
    assert client.get("/read/").headers["Location"].startswith("/sign-in/")
    session = client.session
    session[WAITING] = {
        **session[WAITING],
        "at": (timezone.now() - timedelta(minutes=11)).isoformat(),
    }
    session.save()
    assert client.get("/sign-in/telephone/").headers["Location"] == "/sign-in/"


# -- first passwords and roles -----------------------------------------------------------------------------------------


def first_password(officer: Officer, *, hours: float) -> None:
    account = account_of(officer)
    account.first_password_until = timezone.now() + timedelta(hours=hours)
    account.save()


def test_a_first_password_is_changed_before_anything_else(client: Client, named: Named) -> None:
    first_password(named("district"), hours=72)
    assert enter(client, "district", PASSWORD).headers["Location"] == "/sign-in/own-password/"
    assert not is_in(client)
    for bad in (PASSWORD, "short", "onestop-onestop", "aaaaaaaaaaaaaa", "password1234", "Chea Maly 1234", "x" * 129):
        answer = client.post("/sign-in/own-password/", {"new_password": bad, "new_password_again": bad})
        assert answer.status_code == 422, bad
    answer = client.post("/sign-in/own-password/", {"new_password": OWN, "new_password_again": OWN})
    assert answer.status_code == 302 and is_in(client)
    assert enter(Client(), "district", PASSWORD).status_code == 422
    assert enter(Client(), "district", OWN).status_code == 302
    assert account_of(named("district")).first_password_until is None


@pytest.mark.parametrize("bad", ["short", "password1234", "Chea Maly 1234", "x" * 129, "73" * 8])
def test_what_is_wrong_with_a_password_is_said_in_the_language_of_the_page(named: Named, bad: str) -> None:
    with translation.override("km"), pytest.raises(ValidationError) as refused:
        validate_password(bad, named("district"))
    assert not [said for said in refused.value.messages if re.search("[A-Za-z]{3}", said)]


def test_no_letters_or_signs_are_demanded(client: Client, named: Named) -> None:
    first_password(named("district"), hours=72)
    enter(client, "district", PASSWORD)
    khmer = "គោប្រាំពីរក្បាល"
    answer = client.post("/sign-in/own-password/", {"new_password": khmer, "new_password_again": khmer})
    assert answer.status_code == 302 and is_in(client)


def test_a_first_password_expires(client: Client, named: Named) -> None:
    first_password(named("district"), hours=-1)
    answer = enter(client, "district", PASSWORD)
    assert answer.status_code == 422 and not is_in(client)
    assert "ផុតកំណត់" in answer.content.decode()
    assert "ផុតកំណត់" not in enter(client, "district", "wrong").content.decode()


def test_a_role_that_opens_no_session_opens_none(client: Client, named: Named) -> None:
    RoleAssignment.objects.filter(officer=named("commune")).update(role="village_volunteer", unit_code="17010101")
    assert enter(client, "commune", PASSWORD).status_code == 422
    assert not is_in(client)
    assert not OfficerSession.objects.filter(officer=named("commune")).exists()
