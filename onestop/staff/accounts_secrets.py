"""Secrets at rest: AES-GCM with the key of `var/keys/accounts`, which a backup carries with the database.

Every sealed text says what it is for (`purpose`): a secret of one officer put into another's row does not open.
"""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

__all__ = ["SecretUnreadable", "fingerprint", "key_file", "make_key", "open_sealed", "seal"]

_NONCE: Final = 12
_KEY: Final = 32


class SecretUnreadable(Exception):
    """A stored secret does not open with the key of this installation. The message says what to do."""


def key_file() -> Path:
    """Where the key lies."""
    return Path(settings.ACCOUNTS_KEY_FILE)


def make_key(path: Path) -> None:
    """Write a new key, readable by this user only; an existing one is never touched."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(_KEY)))
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):  # two processes began at once: one key, and whole
        os.link(part, path)
    part.unlink()


def _key() -> bytes:
    """The key. Raises ImproperlyConfigured, saying how to get one."""
    path = key_file()
    if not path.exists() and settings.MODE != "production":
        make_key(path)
    try:
        key = base64.urlsafe_b64decode(path.read_bytes().strip())
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(
            f"The key of the accounts cannot be read at {path}. A new office gets it by ./run onestop prepare; an "
            "office that moved brings it along in its backup (./run onestop restore)."
        ) from error
    if len(key) != _KEY:
        raise ImproperlyConfigured(f"{path} holds no key of {_KEY} bytes. Bring it back from a backup.")
    return key


def seal(secret: bytes, *, purpose: str) -> bytes:
    """The secret, encrypted and bound to its purpose."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key()).encrypt(nonce, secret, purpose.encode())


def open_sealed(sealed: "bytes | memoryview[int]", *, purpose: str) -> bytes:
    """The secret again. Raises SecretUnreadable for another key, another purpose or a changed text."""
    text = bytes(sealed)
    try:
        return AESGCM(_key()).decrypt(text[:_NONCE], text[_NONCE:], purpose.encode())
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadable(
            f"A secret of the accounts does not open with the key at {key_file()}: it was made with another one. "
            "Bring back the key of the backup this database comes from."
        ) from error


def fingerprint(text: str, *, purpose: str) -> str:
    """A keyed digest, by which a text is found again but not read: without the key it cannot be guessed."""
    return hmac.new(_key(), f"{purpose}\x1f{text}".encode(), hashlib.sha256).hexdigest()
