import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.areas.numbers import (
    FIRST_SERIAL,
    LAST_SERIAL,
    Block,
    NumberWrong,
    is_valid,
    membership_number,
    next_block,
    read_number,
    spoken,
)

SERIALS = st.integers(FIRST_SERIAL, LAST_SERIAL)


@given(SERIALS)
def test_every_single_wrong_digit_is_caught(serial: int) -> None:
    number = membership_number(serial)
    wrong = [number[:i] + digit + number[i + 1 :] for i in range(10) for digit in "0123456789" if digit != number[i]]
    assert is_valid(number)
    assert not any(map(is_valid, wrong))


@given(SERIALS)
def test_every_swap_of_neighbours_is_caught(serial: int) -> None:
    number = membership_number(serial)
    swapped = {number[:i] + number[i + 1] + number[i] + number[i + 2 :] for i in range(9)} - {number}
    assert not any(map(is_valid, swapped))


def test_a_number_is_read_as_people_write_it_and_read_aloud_in_groups() -> None:
    number = membership_number(100_000_001)
    assert read_number(f" {number[:3]}-{number[3:6]} {number[6:]} ") == number
    assert read_number("១០០ ០០០ ០០១" + number[-1]) == number
    assert spoken(number) == f"100 000 001{number[-1]}"
    assert read_number(spoken(number)) == number


@pytest.mark.parametrize("text", ["", "12345", "K100000001", "0123456789", "12345678901", "1²34567890"])
def test_what_is_no_number_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(NumberWrong) as refused:
        read_number(text)
    assert str(refused.value.message)


def test_a_wrong_check_digit_is_refused() -> None:
    number = membership_number(123_456_789)
    with pytest.raises(NumberWrong):
        read_number(number[:-1] + str((int(number[-1]) + 1) % 10))


def test_a_serial_outside_the_range_is_refused() -> None:
    for serial in (FIRST_SERIAL - 1, LAST_SERIAL + 1):
        with pytest.raises(ValueError, match="outside"):
            membership_number(serial)


def test_blocks_follow_each_other_and_never_overlap() -> None:
    blocks, last = [], None
    for size in (1000, 1, 5000):
        blocks.append(next_block(last, size))
        last = blocks[-1].last
    starts = [FIRST_SERIAL, FIRST_SERIAL + 1000, FIRST_SERIAL + 1001]
    assert blocks == [Block(starts[0], starts[1] - 1), Block(starts[1], starts[1]), Block(starts[2], starts[2] + 4999)]
    with pytest.raises(ValueError, match="no run"):
        next_block(LAST_SERIAL - 1, 2)
