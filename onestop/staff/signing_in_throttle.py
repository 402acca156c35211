"""Wrong guesses wait, each longer than the last, and strangers' guesses never make the officer wait.

Guesses are counted where they come from. An officer's usual browser and usual network have counters of their own, which
nobody elsewhere can raise; only guesses from there slow down sign-ins from there. Guesses from places where the officer
never signed in are counted for each place, and together for the account, so that ten thousand machines guess no faster
than one patient one; and each strange network is counted over all accounts (one password tried on many names). An
account itself is never locked.

The guess is counted before the password is looked at, under a lock, so that a hundred guesses at one moment are a
hundred guesses; a right password takes its own back. While a place waits, no password is looked at. Names that nobody
has are counted like others, so that an answer tells nothing. Figures and reasons: decisions/015-signing-in.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Sum

from onestop.staff.accounts_secrets import fingerprint
from onestop.staff.models import SignInThrottle
from onestop.staff.signing_in_places import Place

__all__ = ["Counter", "Limit", "Waits", "code_counters", "counters", "forget", "guess", "refused_since", "right"]

# Counters without a guess for so long begin anew
FORGOTTEN_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Limit:
    """`free` guesses without waiting; then `first` seconds, doubled with each, up to `most` seconds."""

    free: int
    first: int
    most: int

    def wait(self, failures: int) -> timedelta:
        """How long the next guess waits after so many wrong ones."""
        over = failures - self.free
        return timedelta(seconds=min(self.first * 2 ** min(over, 20), self.most) if over >= 0 else 0)


PLACE: Final = Limit(free=5, first=2, most=900)  # one account from one strange network: about 110 guesses a day
USUAL: Final = Limit(free=10, first=2, most=300)  # one account from its own browser or its own network
STRANGERS: Final = Limit(free=30, first=2, most=60)  # one account from all strange places together: 1,480 a day
NETWORK: Final = Limit(free=60, first=1, most=30)  # one strange network, all accounts
CODE: Final = Limit(free=5, first=30, most=900)  # the six digits, by somebody who has the password


@dataclass(frozen=True)
class Counter:
    """One count of guesses: its key, its limit, and whether a right password clears it."""

    key: str
    limit: Limit
    clears: bool


@dataclass(frozen=True)
class Waits:
    """The guess is not looked at before this instant."""

    until: datetime


def counters(name: str, place: Place, *, usual: str, machine_made: bool = False) -> list[Counter]:
    """What a guess for a typed name from a place is counted by.

    `usual`: 'device' or 'network' when the officer has signed in from this browser or this network before, else ''.
    `machine_made`: the password is one the machine made (a first password); it cannot be guessed, and its officer has
    no usual place yet, so strangers do not slow it down.
    """
    if usual == "device":
        return [Counter(_key("device", name, place.device), USUAL, clears=True)]
    if usual == "network":
        return [Counter(_key("network", name, place.network), USUAL, clears=True)]
    found = [
        Counter(_key("place", name, place.network), PLACE, clears=True),
        Counter(_key("spray", "", place.network), NETWORK, clears=False),
    ]
    return found if machine_made else [*found, Counter(_key("strangers", name, ""), STRANGERS, clears=False)]


def code_counters(name: str, place: Place, *, usual: str) -> list[Counter]:
    """What a guess of the second factor is counted by."""
    if usual:
        where = place.device if usual == "device" else place.network
        return [Counter(_key(f"code {usual}", name, where), CODE, clears=True)]
    return [Counter(_key("code", name, ""), CODE, clears=True)]


def _key(kind: str, name: str, where: str) -> str:
    return fingerprint(f"{kind}\x1f{name}\x1f{where}", purpose="throttle")


@transaction.atomic
def guess(counted: Iterable[Counter], *, at: datetime) -> Waits | None:
    """Count one guess; Waits when it may not be looked at yet (then it is counted as refused only)."""
    limits = {counter.key: counter for counter in counted}
    SignInThrottle.objects.bulk_create(
        [SignInThrottle(key=key, next_at=at, last_at=at) for key in sorted(limits)], ignore_conflicts=True
    )
    rows = list(SignInThrottle.objects.select_for_update().filter(key__in=limits).order_by("key"))
    for row in rows:
        if at - row.last_at > FORGOTTEN_AFTER:
            row.failures, row.refused = 0, 0
    waiting = [row for row in rows if row.next_at > at]
    for row in waiting or rows:
        if waiting:
            row.refused += 1
        else:
            row.failures += 1
            row.last_at = at
            row.next_at = at + limits[row.key].limit.wait(row.failures)
    SignInThrottle.objects.bulk_update(waiting or rows, ["failures", "refused", "next_at", "last_at"])
    return Waits(max(row.next_at for row in waiting)) if waiting else None


def right(counted: Iterable[Counter]) -> None:
    """The password was right: the place's own count begins anew, those shared with others get this guess back."""
    limits = list(counted)
    SignInThrottle.objects.filter(key__in=[each.key for each in limits if each.clears]).delete()
    SignInThrottle.objects.filter(key__in=[each.key for each in limits if not each.clears], failures__gt=0).update(
        failures=F("failures") - 1
    )


def refused_since(counted: Iterable[Counter]) -> int:
    """How many guesses were not looked at, of those counted so; for the journal's line about a wrong one."""
    keys = [counter.key for counter in counted if counter.clears]
    return SignInThrottle.objects.filter(key__in=keys).aggregate(all=Sum("refused"))["all"] or 0


def forget(*, at: datetime) -> None:
    """Remove counters that nobody has raised for a day."""
    SignInThrottle.objects.filter(last_at__lt=at - FORGOTTEN_AFTER).delete()
