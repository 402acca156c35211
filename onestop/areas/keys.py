"""Keys of records: UUIDv7, made here or by the database's `onestop_uuidv7()`.

A UUIDv7 (RFC 9562 §5.7) begins with the time in milliseconds, so that new rows stand together in every index, and says
nothing about the person. It is no secret: the right to see a record is checked, never guessed from its key.
"""

import secrets
import threading
import time
from itertools import accumulate
from uuid import UUID

_lock = threading.Lock()
_last = 0  # milliseconds and counter of the last key of this process, as one number

_COUNTER_BITS = 12 + 30  # the field rand_a and the first 30 bits of rand_b count; 32 bits stay random
_RANDOM_BYTES = 4


def uuid7() -> UUID:
    """A new key. Each is greater than the one before it in this process, also when the clock is set back.

    Within one millisecond a counter goes on from a random start (RFC 9562 §6.2, method 1).
    """
    return UUID(int=_values(1)[0])


def uuid7_texts(count: int) -> list[str]:
    """So many new keys at once, each greater than the one before, as texts: what a load of many thousands asks for.

    They are spread over the time since the last key, an eighth of a millisecond each at most: an index of ranges
    (GiST) sees no more of a key than its time, and does not know thousands of one millisecond apart.
    """
    return [
        f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}"
        for one in [f"{value:032x}" for value in _values(count, apart=1 << _COUNTER_BITS - 3)]
    ]


def _values(count: int, apart: int = 0) -> list[int]:
    global _last
    if not count:
        return []
    fresh = (time.time_ns() // 1_000_000) << _COUNTER_BITS | secrets.randbits(_COUNTER_BITS - 1)
    steps, tails = secrets.token_bytes(count), secrets.token_bytes(count * _RANDOM_BYTES)
    with _lock:
        # same millisecond, or a clock set back: go on counting; 2^41 steps are left before the time part would move
        later = fresh >> _COUNTER_BITS > _last >> _COUNTER_BITS
        apart = min(apart, (fresh - _last) // count) if later else 0
        first = fresh - (count - 1) * apart if later else _last + 1 + steps[0]
        stamps = list(accumulate([first, *(1 + apart + step for step in steps[1:])]))
        _last = stamps[-1]
    return [
        (stamp >> _COUNTER_BITS) << 80
        | 0x7 << 76
        | (stamp >> 30 & 0xFFF) << 64
        | 0b10 << 62
        | (stamp & 0x3FFFFFFF) << 8 * _RANDOM_BYTES
        | int.from_bytes(tails[place : place + _RANDOM_BYTES], "big")
        for place, stamp in zip(range(0, len(tails), _RANDOM_BYTES), stamps, strict=True)
    ]


# The same on PostgreSQL 17, where the core has no uuidv7(): a random version 4 whose first 48 bits are overwritten with
# the milliseconds and whose two highest version bits are set (0100 → 0111).
UUID7_ON_17 = """
    SELECT encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid()) PLACING
                substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6),
            52, 1), 53, 1),
        'hex')::uuid
"""
UUID7_FUNCTION = f"""
DO $do$ BEGIN
    IF to_regprocedure('pg_catalog.uuidv7()') IS NULL THEN
        CREATE FUNCTION onestop_uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE AS $body${UUID7_ON_17}$body$;
    ELSE
        CREATE FUNCTION onestop_uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
            AS $body$ SELECT pg_catalog.uuidv7() $body$;
    END IF;
END $do$
"""
