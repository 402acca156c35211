"""What a real office must not start with: a guessable key, no HTTPS, no second factor, an account of the demonstration.

Asked by config/wsgi.py before the first page and by `./run onestop check --deploy` (as a system check); what the
settings can see by themselves they refuse at once (config/settings.py). Each sentence says what to do.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured

from onestop.areas.country import pack
from onestop.staff.accounts_secrets import key_file, open_sealed, seal
from onestop.staff.models import Officer

__all__ = ["accounts_are_real", "refuse_unsafe", "settings_are_safe", "unsafe_accounts", "unsafe_settings"]

_GUARDS: Final = {
    "onestop.staff.sessions_limits.TimeOutMiddleware": "sessions would not end",
    "django.middleware.csrf.CsrfViewMiddleware": "forms of other sites would be taken",
    "django.contrib.auth.middleware.LoginRequiredMiddleware": "pages would be open to everybody",
    "onestop.staff.middleware.ScopeMiddleware": "pages would run without a scope",
}


def unsafe_settings() -> list[str]:
    """What is wrong with the settings of a production start; each with what to do."""
    if settings.MODE != "production":
        return []
    found = []
    if not settings.SECOND_FACTOR:
        found.append(
            "SECOND_FACTOR is off: an office asks for it wherever personal data is read. Take the change back."
        )
    if not (settings.SESSION_COOKIE_SECURE and settings.CSRF_COOKIE_SECURE and settings.SECURE_SSL_REDIRECT):
        found.append("Cookies would travel without HTTPS. Leave ONESTOP_HTTPS unset and put a certificate in front.")
    if "*" in settings.ALLOWED_HOSTS:
        found.append("ONESTOP_HOSTS is '*': name the site's own host names.")
    if settings.PASSWORD_HASHERS[0] != "django.contrib.auth.hashers.Argon2PasswordHasher":
        found.append("Passwords would not be kept with Argon2. Take the change of PASSWORD_HASHERS back.")
    found += [f"{name} is missing: {why}." for name, why in _GUARDS.items() if name not in settings.MIDDLEWARE]
    try:
        open_sealed(seal(b"open", purpose="start"), purpose="start")
    except ImproperlyConfigured as missing:
        found.append(str(missing))
    else:
        if key_file().stat().st_mode & 0o077:
            found.append(f"Others on this machine may read {key_file()}: chmod 0600 on it.")
    return found


def unsafe_accounts() -> list[str]:
    """Accounts of the demonstration in a real office, by their known password."""
    if settings.MODE != "production" or not pack().has("demo_officers.yaml"):
        return []
    node = pack().node("demo_officers.yaml")
    names, password = [each.text("username") for each in node.each("officers")], node.text("password")
    open_ones = Officer.objects.who_sign_in().filter(username__in=names)
    found = [officer.username for officer in open_ones if check_password(password, officer.password)]
    return [
        f"The account '{name}' has the demonstration's password, which everybody knows. Close it:"
        f" ./run onestop officers close {name}"
        for name in sorted(found)
    ]


def refuse_unsafe() -> None:
    """For config/wsgi.py. Raises ImproperlyConfigured with everything that is wrong."""
    if found := [*unsafe_settings(), *unsafe_accounts()]:
        raise ImproperlyConfigured("This office does not start:\n" + "\n".join(f"- {sentence}" for sentence in found))


def settings_are_safe(**options: Any) -> list[CheckMessage]:
    """staff.E001, with --deploy."""
    return [Error(sentence, id="staff.E001") for sentence in unsafe_settings()]


def accounts_are_real(*, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """staff.E002, with --deploy --database default."""
    return [Error(sentence, id="staff.E002") for sentence in unsafe_accounts()] if databases else []
