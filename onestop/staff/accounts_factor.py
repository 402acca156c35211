"""The second factor: a code of the officer's telephone (TOTP, RFC 6238) or, once each, a recovery code on paper.

A code is valid for its 30 seconds and the step before and after (a telephone's clock may be off), and opens the door
once: the step is kept. The secret lies encrypted in the account; recovery codes lie as keyed digests.
"""

import base64
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlencode

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction

from onestop.areas import clock
from onestop.areas.country import Role, pack
from onestop.staff.accounts_secrets import fingerprint, open_sealed, seal
from onestop.staff.models import Account, Officer, RecoveryCode

__all__ = [
    "account_of", "asked_of", "confirm", "key_in_words", "matching_step", "new_recovery_codes", "new_secret", "opens",
    "picture", "remove",
]  # fmt: skip

STEP: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
CODES: Final = 10
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read for another
# Rights that ask for a second factor even where a role sees no person
_POWERFUL: Final = frozenset({"account.write", "journal.read", "export.write", "office.write"})


def account_of(officer: Officer) -> Account:
    """The officer's account, made when it is first asked for."""
    account, _made = Account.objects.get_or_create(officer=officer)
    return account


def asks(role: Role) -> bool:
    """True for a role that reads personal data or could give itself to somebody who does."""
    return role.sees_people or bool(role.rights & _POWERFUL)


def asked_of(officer: Officer) -> bool:
    """True when one of the officer's roles of today, or of tomorrow, asks for it; never in a demonstration.

    A session may run over midnight, when a new role begins.
    """
    if not settings.SECOND_FACTOR:
        return False
    roles = pack().roles
    today = clock.today()
    days = officer.assignments.in_force(today) | officer.assignments.in_force(today + timedelta(days=1))
    held = days.values_list("role", flat=True)
    return any(asks(roles[code]) for code in held if code in roles)


def new_secret() -> bytes:
    """A secret to be shared with a telephone: 20 bytes, as RFC 4226 wants."""
    return secrets.token_bytes(20)


def key_in_words(secret: bytes) -> str:
    """The secret as a person types it: base32 in groups of four."""
    text = base64.b32encode(secret).decode()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def picture(secret: bytes, officer: Officer) -> str:
    """The QR code a telephone reads, as SVG."""
    label = quote(f"OneStop:{officer.username}")
    given = urlencode({"secret": base64.b32encode(secret).decode(), "issuer": "OneStop"})
    code = segno.make(f"otpauth://totp/{label}?{given}", error="m", micro=False)
    svg: str = code.svg_inline(scale=5, border=4, svgclass=None, lineclass=None, light="#fff", omitsize=False)
    return svg


def matching_step(secret: bytes, code: str, *, at: datetime, after: int = 0) -> int | None:
    """The time step whose code this is, if it lies within the drift and after the last one used; else None."""
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    totp = TOTP(secret, DIGITS, SHA1(), STEP, enforce_key_length=False)  # RFC 6238: what telephones know
    now = int(at.timestamp()) // STEP
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):  # all of them, whatever was found: the time tells nothing
        if hmac.compare_digest(totp.generate(step * STEP), code.encode()) and step > after:
            found = step
    return found


def opens(account: Account, code: str, *, at: datetime) -> str:
    """'code' or 'recovery' when the text opens the door now, and never again; '' when it does not."""
    text = "".join(code.split()).replace("-", "").lower()
    if account.totp_secret is not None:
        secret = open_sealed(account.totp_secret, purpose=f"totp {account.officer_id}")
        step = matching_step(secret, text, at=at, after=account.totp_step)
        if step is not None:
            used = Account.objects.filter(pk=account.pk, totp_step__lt=step).update(totp_step=step)
            return "code" if used else ""
    unused = RecoveryCode.objects.filter(account=account, digest=_digest(account, text), used_at=None)
    return "recovery" if unused.update(used_at=at) else ""


@transaction.atomic
def confirm(account: Account, secret: bytes, *, step: int, at: datetime) -> list[str]:
    """From now on this telephone is the second factor; returns new recovery codes, to be shown once."""
    account.totp_secret = seal(secret, purpose=f"totp {account.officer_id}")
    account.totp_since, account.totp_step = at, step
    account.save(update_fields=["totp_secret", "totp_since", "totp_step"])
    return new_recovery_codes(account)


@transaction.atomic
def new_recovery_codes(account: Account) -> list[str]:
    """Ten new codes in place of the old ones; only their digests stay here."""
    codes = ["".join(secrets.choice(_LETTERS) for _letter in range(15)) for _code in range(CODES)]
    account.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(account=account, digest=_digest(account, code)) for code in codes])
    return [f"{code[:5]}-{code[5:10]}-{code[10:]}" for code in codes]


def remove(account: Account) -> None:
    """Forget the second factor: the next sign-in sets up another."""
    account.totp_secret, account.totp_since = None, None
    account.save(update_fields=["totp_secret", "totp_since"])
    account.recovery_codes.all().delete()


def _digest(account: Account, code: str) -> str:
    return fingerprint(f"{account.pk} {code}", purpose="recovery code")
