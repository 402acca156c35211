"""Does the journal still say what it said? Every link against its line and the link before it, every day's signed head
against the chain, and both against what another office kept.

One pass over the chain in its order; the lines come from the database as text and are digested here, in Python. Reads
only. To be run where all lines are seen, also those of every compartment: `./run onestop verify-audit` runs as the
owner of the schema, since a line that is not seen looks like one that was removed.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from django.db import connection
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.journal.heads import Head, HeadsFile, all_seqs, known_keys, last_ended
from onestop.journal.keys import PublicKey
from onestop.journal.models import DayHead
from onestop.journal.seal import FIRST, SAID

__all__ = ["Audit", "Fault", "audit", "verify"]

_CHAIN: Final = r"""
SELECT s.seq, s.digest, s.previous_digest, s.entry_id, s.at, e.id, SAID,
       e.note = '' OR encode(sha256(convert_to(e.note_salt || E'\x1f' || e.note, 'UTF8')), 'hex') = e.note_digest
FROM journal_seal s LEFT JOIN journal_journalentry e ON e.id = s.entry_id
ORDER BY s.seq
""".replace("SAID", SAID)
_UNSEALED: Final = """
SELECT e.id, e.at FROM journal_journalentry e
WHERE e.at < now() - make_interval(mins => %s) AND NOT EXISTS (SELECT FROM journal_seal s WHERE s.entry_id = e.id)
ORDER BY e.at LIMIT 1000
"""
UNSEALED_MINUTES: Final = 5
_MOST_SWAPS: Final = 500  # changed lines among which swapped ones are looked for


@dataclass(frozen=True)
class Fault:
    """What does not hold: the link's number (None where no link is meant), what is wrong there, what to do."""

    seq: int | None
    what: str
    do: str = ""

    def __str__(self) -> str:
        where = _("link %(seq)s: %(what)s") % {"seq": self.seq, "what": self.what} if self.seq else self.what
        return f"{where}. {self.do}".rstrip()


@dataclass
class Audit:
    """The outcome: how much was read, and every fault in order."""

    links: int = 0
    heads: int = 0
    compared: int = 0  # heads of another office
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class _Link:
    """A link whose line is not what was sealed."""

    seq: int
    digest: str
    previous: str
    entry: str
    said: str


@dataclass
class _Chain:
    """What the pass over the chain keeps: the digest at the links some head names, the last link, the first day."""

    wanted: set[int]
    digests: dict[int, str] = field(default_factory=lambda: {0: FIRST})
    last: int = 0
    links: int = 0
    first_day: date | None = None


def audit(kept: HeadsFile | None = None, *, batch: int = 5000) -> Audit:
    """Check everything; `kept` is what another office has. Raises KeyRefused for unreadable keys."""
    heads = [Head.of(row) for row in DayHead.objects.all()]
    passed = _Chain(all_seqs(heads, kept.heads if kept else ()))
    found = Audit(heads=len(heads), compared=len(kept.heads) if kept else 0)
    found.faults.extend(_chain(passed, batch))
    found.links = passed.links
    found.faults.extend(_unsealed())
    keys = {**known_keys(), **(kept.keys if kept else {})}
    found.faults.extend(_heads(heads, passed, keys))
    found.faults.extend(_days(heads, passed))
    if kept:
        found.faults.extend(_against(kept, heads, passed))
    return found


def verify(*, batch: int = 5000) -> Iterator[Fault]:
    """The faults of the chain alone, in its order; nothing when it holds."""
    yield from _chain(_Chain(set()), batch)


def _chain(passed: _Chain, batch: int) -> Iterator[Fault]:
    previous, changed = FIRST, []
    with connection.cursor() as cursor:
        # Without fresh statistics a loop within a loop looks cheap; it never is for the whole journal
        cursor.execute("SET LOCAL enable_nestloop = off")
    with connection.chunked_cursor() as cursor:
        cursor.execute(_CHAIN)
        while rows := cursor.fetchmany(batch):
            for seq, digest, before, entry, at, line, said, note_holds in rows:
                if passed.first_day is None:
                    passed.first_day = clock.local(at).date()
                if seq != passed.last + 1:
                    yield Fault(
                        passed.last + 1,
                        _("links %(first)d to %(last)d are missing") % {"first": passed.last + 1, "last": seq - 1},
                        _restore(),
                    )
                if before != previous:
                    yield Fault(seq, _("it does not hold on to the link before it"), _restore())
                if line is None:
                    yield Fault(seq, _("its line %(line)s was removed") % {"line": entry}, _restore())
                elif hashlib.sha256(f"{before}\x1f{said}".encode()).hexdigest() != digest:
                    changed.append(_Link(seq, digest, before, str(entry), said))
                elif not note_holds:
                    yield Fault(seq, _("its note was changed (line %(line)s)") % {"line": entry}, _restore())
                if seq in passed.wanted:
                    passed.digests[seq] = digest
                previous, passed.last = digest, seq
                passed.links += 1
    yield from _changed(changed)


def _changed(links: list[_Link]) -> Iterator[Fault]:
    """Links whose line is not what was sealed; two of them that hold each other's line were swapped."""
    few = links[:_MOST_SWAPS]
    partner: dict[int, _Link] = {}
    for number, one in enumerate(few):
        for other in few[number + 1 :]:
            if _digest(one.previous, other.said) == one.digest and _digest(other.previous, one.said) == other.digest:
                partner[one.seq], partner[other.seq] = other, one
    for one in links:
        if swapped := partner.get(one.seq):
            what = _("its line was swapped with that of link %(other)d (line %(line)s)") % {
                "other": swapped.seq,
                "line": one.entry,
            }
        else:
            what = _("its line %(line)s was changed") % {"line": one.entry}
        yield Fault(one.seq, what, _restore())


def _digest(previous: str, said: str) -> str:
    return hashlib.sha256(f"{previous}\x1f{said}".encode()).hexdigest()


def _restore() -> str:
    return _(
        "Restore the last backup of before that day beside this database and compare this line; tell the director of "
        "the administration"
    )


def _unsealed() -> Iterator[Fault]:
    """Lines that nobody sealed in time: put in past the office, or the sealing job stands still."""
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [UNSEALED_MINUTES])
        rows = cursor.fetchall()
    if rows:
        yield Fault(
            None,
            _("%(count)d lines are older than %(minutes)d minutes and have no seal, the first %(line)s of %(at)s")
            % {
                "count": len(rows),
                "minutes": UNSEALED_MINUTES,
                "line": rows[0][0],
                "at": f"{clock.local(rows[0][1]):%Y-%m-%d %H:%M}",
            },
            _(
                "If a long load has just ended, ask again in two minutes. Else see whether the job worker runs "
                "(./run onestop doctor); a line older than two days that was never sealed was put in by hand"
            ),
        )


def _heads(heads: Iterable[Head], passed: _Chain, keys: dict[str, PublicKey]) -> Iterator[Fault]:
    """Each head: signed by a key we know, in its place after the one before, and true of the chain."""
    before: Head | None = None
    good = 0  # the last link up to which a true head vouches
    for head in heads:
        key = keys.get(head.key)
        if key is None or not key.signed(head.said, head.signature):
            yield Fault(
                head.last_seq,
                _("the head of %(day)s is forged: no key of this office signed it") % {"day": head.day},
                _("Compare with the heads the other office keeps: ./run onestop verify-audit --heads FILE"),
            )
        else:
            if (why := _untrue(head, before, passed, good)) is not None:
                yield why
            else:
                good = head.last_seq
            if before and before.key != head.key and before.key in keys:
                yield Fault(
                    head.last_seq,
                    _("from %(day)s on the heads are signed with another key (%(new)s after %(old)s)")
                    % {"day": head.day, "new": head.key, "old": before.key},
                    _("Ask who changed the key; the other office must have been told"),
                )
        before = head


def _untrue(head: Head, before: Head | None, passed: _Chain, good: int) -> Fault | None:
    counted = head.last_seq - (before.last_seq if before else 0)
    what = ""
    if head.day > last_ended():
        what = _("the head of %(day)s was signed before that day had ended") % {"day": head.day}
    elif head.last_seq > passed.last:
        what = _("the chain ends at link %(last)d, but the signed head of %(day)s stands at link %(seq)d") % {
            "last": passed.last,
            "day": head.day,
            "seq": head.last_seq,
        }
    elif passed.digests.get(head.last_seq) != head.digest:
        what = _(
            "the links %(first)d to %(seq)d were rewritten after they had been signed: the head of %(day)s has another "
            "digest"
        ) % {"first": good + 1, "seq": head.last_seq, "day": head.day}
    elif counted != head.count:
        what = _("the head of %(day)s says %(said)d links, but %(found)d follow the head before it") % {
            "day": head.day,
            "said": head.count,
            "found": counted,
        }
    return Fault(head.last_seq or None, what, _restore()) if what else None


def _days(heads: list[Head], passed: _Chain) -> Iterator[Fault]:
    """Every day from the first link to yesterday has its head."""
    if passed.first_day is None and not heads:
        return
    have = {head.day for head in heads}
    day = min([*have, *([passed.first_day] if passed.first_day else [])])
    missing = []
    while day <= last_ended():
        if day not in have:
            missing.append(day)
        day += timedelta(days=1)
    if missing:
        shown = ", ".join(str(one) for one in missing[:5]) + (" …" if len(missing) > 5 else "")
        yield Fault(
            None,
            _("the signed heads of %(count)d days are missing: %(days)s") % {"count": len(missing), "days": shown},
            _(
                "If this office was switched off on the last days: ./run onestop seal, and ask again. Else somebody "
                "removed them: compare with the heads the other office keeps"
            ),
        )


def _against(kept: HeadsFile, heads: list[Head], passed: _Chain) -> Iterator[Fault]:
    """What another office kept must be signed, must stand here unchanged, and must be true of the chain."""
    here = {head.day: head for head in heads}
    for head in kept.heads:
        key = kept.keys.get(head.key)
        if key is None or not key.signed(head.said, head.signature):
            yield Fault(
                head.last_seq,
                _("the kept head of %(day)s is not signed by a key named in that file") % {"day": head.day},
                _("Ask the other office for its own copy once more"),
            )
            continue
        mine = here.get(head.day)
        if mine is None:
            what = _("the other office keeps a head of %(day)s that is not here") % {"day": head.day}
        elif (mine.last_seq, mine.digest) != (head.last_seq, head.digest):
            what = _("the head of %(day)s here is not the one the other office keeps") % {"day": head.day}
        elif passed.digests.get(head.last_seq) != head.digest:
            what = _("the chain up to here is not the one the other office keeps since %(day)s") % {"day": head.day}
        else:
            continue
        yield Fault(head.last_seq or None, what, _restore())
