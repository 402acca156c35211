"""Giving numbers: the next of the office's block, and a new block when that one is used up.

Membership numbers of persons and folder numbers of households have the same ten digits with a check digit
(`areas.numbers`); folders begin with 8 or 9, so that nobody takes one for the other.
"""

from typing import Final

from django.db import connection, transaction
from django.db.models import F, Max, Q

from onestop.areas.clock import now
from onestop.areas.numbers import FIRST_SERIAL, LAST_SERIAL, Block, membership_number, next_block
from onestop.registry.choices import NumberKind
from onestop.registry.models import NumberBlock
from onestop.staff.models import Office

BLOCK: Final = 1_000
FIRST_FOLDER: Final = 800_000_000
_RANGE: Final = {
    NumberKind.PERSON: (FIRST_SERIAL, FIRST_FOLDER - 1),
    NumberKind.HOUSEHOLD: (FIRST_FOLDER, LAST_SERIAL),
}


class NumbersUsedUp(RuntimeError):
    """All numbers of a kind are given. The message says of which."""


@transaction.atomic
def take_numbers(kind: NumberKind, count: int, *, office: Office | None) -> list[str]:
    """The next `count` numbers of an office (None: of the house, for loading files), each given once and for ever.

    Numbers of one call follow one another while the block lasts. Raises NumbersUsedUp.
    """
    numbers: list[str] = []
    while len(numbers) < count:
        block = (
            NumberBlock.objects.select_for_update()
            .filter(kind=kind, office=office)
            .filter(Q(last_used=None) | Q(last_used__lt=F("last")))
            .order_by("first")
            .first()
        ) or give_block(kind, office=office, size=max(BLOCK, count - len(numbers)))
        begin = block.first if block.last_used is None else block.last_used + 1
        end = min(block.last, begin + count - len(numbers) - 1)
        numbers += [membership_number(serial) for serial in range(begin, end + 1)]
        NumberBlock.objects.filter(pk=block.pk).update(last_used=end)
    return numbers


@transaction.atomic
def give_block(kind: NumberKind, *, office: Office | None, size: int = BLOCK) -> NumberBlock:
    """Give an office the next block of numbers: always above all that were ever given. Raises NumbersUsedUp."""
    first, last = _RANGE[kind]
    with connection.cursor() as cursor:  # two offices asking at once wait for each other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('registry number block'), hashtext(%s))", [str(kind)])
    given = NumberBlock.objects.filter(kind=kind).aggregate(last=Max("last"))["last"]
    begin = (given or first - 1) + 1
    if begin + size - 1 > last:
        raise NumbersUsedUp(f"The {kind} numbers from {first} to {last} are used up: only {last - begin + 1} are left.")
    block: Block = next_block(begin - 1 if begin > FIRST_SERIAL else None, size)
    return NumberBlock.objects.create(kind=kind, office=office, first=block.first, last=block.last, given_at=now())
