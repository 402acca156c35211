"""The key that signs the journal's days: Ed25519, one pair an installation, in the folder of keys.

    keys/journal.key            the private half, readable by its owner only; never printed, carried by the backup
    keys/journal-<name>.pub     the public half, named by the first sixteen digits of its SHA-256; for everybody

Public halves of earlier keys stay, so that what they signed can still be read. Knows no Django, so that `prepare` can
make the key before anything is served.
"""

import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

__all__ = ["KeyRefused", "PublicKey", "SigningKey", "make_if_missing", "public_keys", "signing_key"]

PRIVATE: Final = "journal.key"


class KeyRefused(Exception):
    """The journal's key is missing or cannot be read; the message says where and what to do."""


class PublicKey:
    """The half that checks signatures; `text` is its 64 hexadecimal digits, `name` sixteen of its digest."""

    def __init__(self, text: str) -> None:
        try:
            self._key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text.strip()))
        except ValueError as error:
            raise KeyRefused(f"'{text.strip()[:80]}' is no public key: it has 64 hexadecimal digits.") from error
        self.text = text.strip().lower()
        self.name = hashlib.sha256(bytes.fromhex(self.text)).hexdigest()[:16]

    def signed(self, said: bytes, signature: str) -> bool:
        """True when this very text was signed with the private half."""
        try:
            self._key.verify(bytes.fromhex(signature), said)
        except (InvalidSignature, ValueError):
            return False
        return True


class SigningKey:
    """The half that signs."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key().public_bytes_raw().hex())

    def sign(self, said: bytes) -> str:
        """The signature as 128 hexadecimal digits."""
        return self._key.sign(said).hex()


def make_if_missing(folder: Path) -> SigningKey:
    """The installation's key, made now if there is none. Raises KeyRefused."""
    path = folder / PRIVATE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = Ed25519PrivateKey.generate()
        text = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        beside = folder / f"{PRIVATE}.{os.getpid()}"
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
        try:
            os.link(beside, path)  # never over a key that another process made meanwhile
        except FileExistsError:
            pass
        finally:
            beside.unlink()
    made = signing_key(folder)
    public = folder / f"journal-{made.public.name}.pub"
    if not public.exists():
        public.write_text(made.public.text + "\n", "ascii")
    return made


def signing_key(folder: Path) -> SigningKey:
    """The installation's key. Raises KeyRefused when it is not there, or is no such key."""
    path = folder / PRIVATE
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError as error:
        raise KeyRefused(
            f"The journal's key {path} is missing. Bring it back from the backup (its folder keys/), or, if it is lost,"
            " run ./run onestop prepare to make a new one and tell the office that keeps the heads."
        ) from error
    except (OSError, ValueError, TypeError) as error:
        raise KeyRefused(f"The journal's key {path} cannot be read: {error}. Bring it back from the backup.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused(f"{path} is a key of another kind (Ed25519 is wanted). Bring it back from the backup.")
    return SigningKey(key)


def public_keys(folder: Path) -> dict[str, PublicKey]:
    """Every public half in the folder, by name. Raises KeyRefused for a file that is none."""
    found = (PublicKey(path.read_text("ascii", "replace")) for path in sorted(folder.glob("journal-*.pub")))
    return {key.name: key for key in found}
