"""Answers pass one door: `values.written`."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from criteria.dates import NONE_DATE
from onestop.areas.dates import read_date
from onestop.registry.declared import Declared, declared
from onestop.registry.values import AnswerRefused, value_of, written


def fact(code: str, of: str = "person") -> Declared:
    found = declared().get(of, code)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("code", "of", "given", "stored"),
    [
        ("in_school", "person", True, True),
        ("grade", "person", "១២", 12),
        ("land_ha", "household", "1.25", "1.2500"),
        ("land_ha", "household", Decimal(3), "3.0000"),
        ("monthly_income", "household", "1,200,000", 1_200_000),
        ("disability", "person", 2, "2"),
        ("marital", "person", "widowed", "widowed"),
        ("skills", "person", {"sewing", "cooking"}, ["cooking", "sewing"]),
        ("skills", "person", [], []),
        ("school", "person", " សាលា\u200bបឋម  ", "សាលាបឋម"),
        ("expected_delivery", "person", date(2014, 9, 17), "2014-09-17"),
        ("expected_delivery", "person", read_date("9/2014"), "2014-09-01/2014-09-30"),
        ("expected_delivery", "person", "2014-09-01/2014-09-30", "2014-09-01/2014-09-30"),
        ("expected_delivery", "person", "none", "none"),
        ("expected_delivery", "person", NONE_DATE, "none"),
        ("returned_on", "person", "14/6/2557", "2014-06-14"),
    ],
)
def test_an_answer_is_stored_in_one_form_however_it_was_given(code: str, of: str, given: Any, stored: Any) -> None:
    assert written(fact(code, of), given) == stored


@pytest.mark.parametrize(
    ("code", "of", "given"),
    [
        ("in_school", "person", 1),
        ("in_school", "person", "yes"),
        ("grade", "person", 13),
        ("grade", "person", -1),
        ("grade", "person", True),
        ("grade", "person", "three"),
        ("land_ha", "household", "1.23456"),
        ("land_ha", "household", float("nan")),
        ("land_ha", "household", True),
        ("monthly_income", "household", 2**63),
        ("disability", "person", 4),
        ("disability", "person", True),
        ("marital", "person", "Married"),
        ("skills", "person", "sewing"),
        ("skills", "person", ["sewing", "juggling"]),
        ("school", "person", 5),
        ("school", "person", "x" * 2_001),
        ("disaster_on", "household", "2014"),
        ("returned_on", "person", "yesterday"),
        ("grade", "person", None),
    ],
)
def test_what_is_no_answer_is_refused_with_words(code: str, of: str, given: Any) -> None:
    with pytest.raises(AnswerRefused) as refused:
        written(fact(code, of), given)
    assert len(str(refused.value.message)) > 10


@pytest.mark.parametrize(
    ("code", "of", "stored", "value"),
    [
        ("land_ha", "household", "1.2500", Decimal("1.25")),
        ("skills", "person", ["cooking"], frozenset({"cooking"})),
        ("skills", "person", [], frozenset()),
        ("expected_delivery", "person", "none", (NONE_DATE, NONE_DATE)),
        ("expected_delivery", "person", "2014-09-01/2014-09-30", (date(2014, 9, 1), date(2014, 9, 30))),
        ("returned_on", "person", "2014-06-14", date(2014, 6, 14)),
        ("disability", "person", "2", "2"),
    ],
)
def test_a_stored_answer_reads_back_and_writes_to_the_same(code: str, of: str, stored: Any, value: Any) -> None:
    one = fact(code, of)
    assert value_of(one, stored) == value
    assert written(one, value) == stored
