import time
from uuid import UUID

import pytest
from django.db import connection

from onestop.areas.keys import UUID7_ON_17, uuid7, uuid7_texts


def moment(key: UUID) -> int:
    """The milliseconds a UUIDv7 begins with."""
    return key.int >> 80


def test_a_key_is_a_uuid_of_version_7_that_begins_with_the_time() -> None:
    before = time.time_ns() // 1_000_000
    key = uuid7()
    assert key.version == 7
    assert key.variant == "specified in RFC 4122"
    assert before <= moment(key) <= time.time_ns() // 1_000_000


def test_keys_made_one_after_the_other_grow_and_never_repeat() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_a_clock_set_back_does_not_make_a_smaller_key(monkeypatch: pytest.MonkeyPatch) -> None:
    last = uuid7()
    earlier = time.time_ns() - 3_600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: earlier)
    assert last < uuid7() < uuid7()


def test_many_keys_at_once_grow_and_stand_apart_in_time() -> None:
    before = uuid7()
    time.sleep(0.02)
    texts = uuid7_texts(400)
    made = [before, *map(UUID, texts), uuid7()]
    assert made == sorted(made) and len(set(made)) == 402
    assert [str(key) for key in made[1:-1]] == texts and {key.version for key in made} == {7}
    assert len({moment(key) for key in made[1:-1]}) > 10, "an index of ranges tells them apart by their time only"
    assert moment(made[-2]) <= time.time_ns() // 1_000_000 + 1
    assert len({key.int & 0xFFFFFFFF for key in made}) > 390
    assert uuid7_texts(0) == []


def test_the_end_of_a_key_cannot_be_foretold() -> None:
    ends = {uuid7().int & 0xFFFFFFFF for _ in range(1_000)}
    assert len(ends) > 990


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["SELECT onestop_uuidv7()", UUID7_ON_17], ids=["this server", "PostgreSQL 17"])
def test_the_database_makes_the_same_kind_of_key(source: str) -> None:
    before = time.time_ns() // 1_000_000
    with connection.cursor() as cursor:
        cursor.execute(source)
        (key,) = cursor.fetchone()
        cursor.execute(source)
        (other,) = cursor.fetchone()
    assert key.version == 7
    assert key.variant == "specified in RFC 4122"
    assert key != other
    assert before - 1_000 <= moment(key) <= time.time_ns() // 1_000_000 + 1_000
