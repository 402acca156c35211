"""What a real office refuses to start with, and the headers of every kind of page."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings as django_settings
from django.test import Client

from config import backup
from onestop.staff.accounts_secrets import make_key
from onestop.staff.signing_in_checks import unsafe_settings
from onestop.staff.tests.test_signing_in import PASSWORD, enter
from tests.officers import Named
from tests.operations.offices import run_alone

CHECK = ["-m", "config.manage", "check", "--deploy", "--fail-level", "WARNING", "--database", "default"]
WEB = ["-c", "import config.wsgi"]
WORKER = ["-m", "config.manage", "procrastinate", "--skip-checks", "worker", "--one-shot"]
Started = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def started(committed_database: dict[str, str], tmp_path: Path) -> Started:
    """Run a part of OneStop as a real office would, on a database that is none of a demonstration."""
    with psycopg.connect(committed_database["owner"]) as owner:
        owner.execute("UPDATE areas_installation SET demo = false, demo_on = NULL")
        owner.execute("UPDATE staff_officer SET password = '!' WHERE NOT is_system")
    (tmp_path / "secret").write_text("kQ3-a-long-and-mixed-secret-key-of-this-test-0123456789-XyZ", "ascii")
    make_key(tmp_path / "keys" / "accounts")

    def run(arguments: list[str], **changes: str) -> "subprocess.CompletedProcess[str]":
        settings = {
            "ONESTOP_MODE": "production",
            "ONESTOP_HOSTS": "onestop.example.org",
            "ONESTOP_PROCESS": "web" if arguments is WEB else "command",
            "DATABASE_URL": committed_database["app"],
        }
        return run_alone(arguments, tmp_path, **{**settings, **changes})

    return run


def test_the_deployment_checks_find_nothing_in_an_office(started: Started) -> None:
    """But for the styles, which this test does not build."""
    done = started(CHECK)
    found = [line for line in done.stderr.splitlines() if line.startswith("?:") and "onestop_ui.E001" not in line]
    assert not found, done.stderr
    assert "security.W" not in done.stderr and "staff.E" not in done.stderr


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ONESTOP_HTTPS": "0"}, "ONESTOP_HTTPS=0 is refused"),
        ({"ONESTOP_DEBUG": "1"}, "ONESTOP_DEBUG=1 is refused"),
        ({"ONESTOP_SECRET_KEY_FILE": "/nowhere"}, "No secret key at /nowhere"),
        ({"ONESTOP_HOSTS": "*"}, "ONESTOP_HOSTS is '*'"),
    ],
    ids=["no https", "debug", "no key", "any host"],
)
def test_an_office_does_not_start_with(started: Started, changes: dict[str, str], said: str) -> None:
    done = started(WEB, **changes)
    assert done.returncode != 0
    assert said in done.stderr


@pytest.mark.parametrize("key", ["short", "a" * 60, "django-insecure-" + "0123456789abcdefghij" * 3])
def test_an_office_does_not_start_with_a_simple_key(started: Started, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text(key, "ascii")
    done = started(WEB)
    assert done.returncode != 0
    assert "too short or too simple" in done.stderr


def test_an_office_does_not_start_with_an_account_of_the_demonstration(
    started: Started, committed_database: dict[str, str], named: Named
) -> None:
    officer = named("district")
    officer.set_password(PASSWORD)
    officer.save()
    for part in (WEB, WORKER):
        done = started(part)
        assert done.returncode != 0
        assert "The account 'district' has the demonstration's password" in done.stderr
    assert "staff.E002" in started(CHECK).stderr


def test_an_office_does_not_start_without_the_key_of_its_accounts(started: Started, tmp_path: Path) -> None:
    (tmp_path / "keys" / "accounts").unlink()
    done = started(WEB)
    assert done.returncode != 0
    assert "The key of the accounts cannot be read" in done.stderr


def test_no_office_works_without_a_second_factor(settings: Any) -> None:
    settings.MODE = "production"
    make_key(Path(settings.ACCOUNTS_KEY_FILE))
    settings.SECOND_FACTOR = False
    assert any("SECOND_FACTOR is off" in sentence for sentence in unsafe_settings())


def test_a_backup_carries_the_key_of_the_accounts(tmp_path: Path) -> None:
    make_key(tmp_path / "keys" / "accounts")
    assert (tmp_path / "keys" / "accounts").stat().st_mode & 0o077 == 0
    kept = {inside: path.read_bytes() for path, inside in backup.uploads_and_keys(tmp_path)}
    assert kept["keys/accounts"] == (tmp_path / "keys" / "accounts").read_bytes()
    before = kept["keys/accounts"]
    make_key(tmp_path / "keys" / "accounts")  # never written over
    assert (tmp_path / "keys" / "accounts").read_bytes() == before


# -- headers -----------------------------------------------------------------------------------------------------------

KINDS = {
    "sign-in": ("/sign-in/", 200, False),
    "a wrong password": ("/sign-in/", 422, False),
    "led to the door": ("/my-account/", 302, False),
    "an own page": ("/my-account/", 200, True),
    "a list": ("/accounts/", 403, True),
    "nothing there": ("/nothing/", 404, True),
    "not this way": ("/sign-out/", 405, True),
}


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_carries_its_headers(client: Client, kind: str) -> None:
    where, status, inside = KINDS[kind]
    if inside:
        enter(client, "district", PASSWORD)
    answer = enter(client, "district", "wrong") if kind == "a wrong password" else client.get(where)
    assert answer.status_code == status
    policy = answer.headers["Content-Security-Policy"]
    wanted = {"default-src 'self'", "frame-ancestors 'none'", "object-src 'none'", "base-uri 'none'"}
    assert wanted | {"form-action 'self'"} <= {rule.strip() for rule in policy.split(";")}
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    for name, cookie in answer.cookies.items():
        if name != django_settings.LANGUAGE_COOKIE_NAME:
            assert cookie["httponly"] and cookie["samesite"] == "Lax", name


def test_over_https_cookies_and_hosts_are_closed(started: Started, built: Path, tmp_path: Path) -> None:
    """In a process of its own, with the settings and the styles of an office."""
    (tmp_path / "static-src").symlink_to(built)
    collected = started(["-m", "config.manage", "collectstatic", "--noinput"])
    assert collected.returncode == 0, collected.stderr
    script = """
import django; django.setup()
from django.test import Client
plain = Client(HTTP_HOST="onestop.example.org").get("/sign-in/")
assert plain.status_code == 301 and plain.headers["Location"].startswith("https:"), plain
answer = Client(HTTP_HOST="onestop.example.org").get("/sign-in/", secure=True, HTTP_X_FORWARDED_PROTO="https")
assert answer.status_code == 200, answer
assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
(name, cookie), = answer.cookies.items()
assert name == "__Host-onestop_csrf" and cookie["secure"] and cookie["path"] == "/" and not cookie["domain"], name
assert Client(HTTP_HOST="evil.example").get("/sign-in/", secure=True, HTTP_X_FORWARDED_PROTO="https").status_code == 400
from django.conf import settings
assert settings.SESSION_COOKIE_NAME == "__Host-onestop_session" and settings.SESSION_COOKIE_SECURE
assert settings.SECOND_FACTOR
"""
    done = started(["-W", "ignore", "-c", script])
    assert done.returncode == 0, done.stderr


@pytest.mark.django_db
def test_forms_of_other_sites_are_refused(named: Named) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/sign-in/", {"username": "district", "password": PASSWORD}).status_code == 403
    strict.force_login(named("district"))
    for where in ("/my-account/password/", "/my-account/sessions/end/", "/sign-out/", "/accounts/new/"):
        assert strict.post(where, {}).status_code == 403, where
