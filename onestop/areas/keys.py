"""Keys of records: UUIDv7, made here or by the database's `onestop_uuidv7()`.

A UUIDv7 (RFC 9562 §5.7) begins with the time in milliseconds, so that new rows stand together in every index, and says
nothing about the person. It is no secret: the right to see a record is checked, never guessed from its key.
"""

import secrets
import threading
import time
from uuid import UUID

_lock = threading.Lock()
_last = 0  # milliseconds and counter of the last key of this process, as one number

_COUNTER_BITS = 12 + 30  # the field rand_a and the first 30 bits of rand_b count; 32 bits stay random
_RANDOM_BITS = 32


def uuid7() -> UUID:
    """A new key. Each is greater than the one before it in this process, also when the clock is set back.

    Within one millisecond a counter goes on from a random start (RFC 9562 §6.2, method 1).
    """
    global _last
    fresh = (time.time_ns() // 1_000_000) << _COUNTER_BITS | secrets.randbits(_COUNTER_BITS - 1)
    with _lock:
        # same millisecond, or a clock set back: go on counting; 2^41 steps are left before the time part would move
        stamp = _last + 1 + secrets.randbits(8) if fresh >> _COUNTER_BITS <= _last >> _COUNTER_BITS else fresh
        _last = stamp
    milliseconds, counter = stamp >> _COUNTER_BITS, stamp & ((1 << _COUNTER_BITS) - 1)
    high, low = counter >> 30, counter & ((1 << 30) - 1)
    value = milliseconds << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low << _RANDOM_BITS
    return UUID(int=value | secrets.randbits(_RANDOM_BITS))


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
