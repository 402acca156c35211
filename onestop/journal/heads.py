"""The signed heads of days: where the chain stood when a day of the country ended.

The sealing job signs each day once, soon after midnight, and those it missed while the machine was off. A head is one
line of text, short enough for a paper or a message:

    2026-11-22 12345 <digest, 64 digits> 120 <name of the key> <signature, 128 digits>

day, last link, its digest, links of the day. All of them are written to the file that another office keeps
(`export/journal-heads.txt` in the folder of run time, `./run onestop heads --to FILE`, or the printed paper): whoever
can rewrite this database and its keys cannot rewrite that copy. `audit.py` compares.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from onestop.areas import clock
from onestop.areas.country import pack
from onestop.journal.keys import KeyRefused, PublicKey, SigningKey, make_if_missing, public_keys, signing_key
from onestop.journal.models import DayHead, Seal
from onestop.journal.seal import FIRST

__all__ = [
    "Head",
    "HeadsFile",
    "as_text",
    "export",
    "export_path",
    "keys_folder",
    "known_keys",
    "last_ended",
    "read_file",
    "sign_days",
]

MOST_DAYS: Final = 400  # a run signs; a clock set to another century by mistake does not fill the table
_KEY_LINE: Final = "# public key "


@dataclass(frozen=True)
class Head:
    """A head as it is signed and exchanged; `key` names the public key, `signature` has 128 hexadecimal digits."""

    day: date
    last_seq: int
    digest: str
    count: int
    key: str = ""
    signature: str = ""

    @property
    def said(self) -> bytes:
        """What is signed."""
        return f"onestop journal head 1\n{self.day} {self.last_seq} {self.digest} {self.count}\n".encode()

    @property
    def text(self) -> str:
        """The line that is printed and exchanged."""
        return f"{self.day} {self.last_seq} {self.digest} {self.count} {self.key} {self.signature}"

    @classmethod
    def of(cls, row: DayHead) -> "Head":
        """The head of a row of the table."""
        return cls(row.day, row.last_seq, row.digest, row.count, row.key, row.signature)


@dataclass(frozen=True)
class HeadsFile:
    """What another office kept: the heads, and the public keys named at its top, by name."""

    heads: tuple[Head, ...]
    keys: dict[str, PublicKey]


def keys_folder() -> Path:
    """Where the keys of this installation lie."""
    return Path(settings.VAR) / "keys"


def export_path() -> Path:
    """The file of all heads that is kept up to date for another office to fetch."""
    return Path(settings.VAR) / "export" / "journal-heads.txt"


def known_keys() -> dict[str, PublicKey]:
    """The public keys of this installation, the present one and earlier ones, by name. Raises KeyRefused."""
    return public_keys(keys_folder())


def end_of(day: date) -> datetime:
    """The instant at which a day of the country ends."""
    return datetime.combine(day + timedelta(days=1), time.min, pack().zone)


def last_ended() -> date:
    """The last day of the country that is over. The demonstration's own day does not count: instants stay real."""
    return clock.local(clock.now()).date() - timedelta(days=1)


def sign_days() -> list[Head]:
    """Sign every day that is over and has no head yet; the new heads, oldest first. Raises KeyRefused.

    The first key is made here if `prepare` has not; once something was signed, a missing key is an error: a new one
    made in silence would hide that somebody took the old one away.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('journal_seal'))")
        before = DayHead.objects.last()
        days = list(_unsigned(before))[:MOST_DAYS]
        if not days:
            return []
        key = signing_key(keys_folder()) if before else make_if_missing(keys_folder())
        made = list(_signed(days, Head.of(before) if before else None, key))
        DayHead.objects.bulk_create(
            DayHead(
                day=head.day,
                last_seq=head.last_seq,
                digest=head.digest,
                count=head.count,
                key=head.key,
                signature=head.signature,
            )
            for head in made
        )
    return made


def _unsigned(before: DayHead | None) -> Iterator[date]:
    first = Seal.objects.order_by("seq").first() if before is None else None
    if before is None and first is None:
        return
    day = before.day + timedelta(days=1) if before else clock.local(first.at).date()  # type: ignore[union-attr]
    while day <= last_ended():
        yield day
        day += timedelta(days=1)


def _signed(days: Iterable[date], before: Head | None, key: SigningKey) -> Iterator[Head]:
    for day in days:
        from_seq = before.last_seq if before else 0
        # backwards from the end: only the links of days not signed yet are looked at
        last = Seal.objects.filter(seq__gt=from_seq, at__lt=end_of(day)).order_by("-seq").first()
        seq = last.seq if last else from_seq
        digest = last.digest if last else before.digest if before else FIRST
        bare = Head(day, seq, digest, seq - from_seq, key.public.name)
        before = Head(day, seq, digest, seq - from_seq, key.public.name, key.sign(bare.said))
        yield before


def as_text(*, since: date | None = None) -> str:
    """The heads (from a day on) and the public keys as another office keeps them. Raises KeyRefused."""
    rows = DayHead.objects.filter(day__gte=since) if since else DayHead.objects.all()
    keys = sorted(known_keys().values(), key=lambda key: key.name)
    lines = [
        f"# OneStop, heads of the journal, country {pack().code}. Keep this file in another office.",
        *(f"{_KEY_LINE}{key.text}" for key in keys),
        "# day, last link, digest, links of the day, key, signature",
        *(Head.of(row).text for row in rows),
    ]
    return "\n".join(lines) + "\n"


def export(path: Path, *, since: date | None = None) -> int:
    """Write what `as_text` says into a file, whole or not at all; how many heads."""
    text = as_text(since=since)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, "ascii")
    beside.replace(path)
    return sum(not line.startswith("#") for line in text.splitlines())


def read_file(path: Path) -> HeadsFile:
    """Read what another office kept. Raises KeyRefused, naming file and line, for what is no such file."""
    try:
        lines = path.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(f"The file of heads {path} cannot be read: {error}.") from error
    keys = [PublicKey(line.removeprefix(_KEY_LINE)) for line in lines if line.startswith(_KEY_LINE)]
    heads = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split()
        try:
            day, seq, digest, count, key, signature = parts
            heads.append(Head(date.fromisoformat(day), int(seq), digest, int(count), key, signature))
        except ValueError as error:
            raise KeyRefused(
                f"{path}, line {number}: this is no head. A head has day, last link, digest, links of the day, key and "
                f"signature; {len(parts)} parts are here."
            ) from error
    return HeadsFile(tuple(heads), {key.name: key for key in keys})


def all_seqs(*many: Iterable[Head]) -> set[int]:
    """The links at which some head says what the digest is."""
    return {head.last_seq for head in chain(*many)}
