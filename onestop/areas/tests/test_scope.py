"""The plain scope: ranges of codes, what they cover, and that none is an error."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.areas import scope
from onestop.areas.scope import NATION, Scope, ScopeMissing, merged, range_of

SOMEBODY = UUID(int=7)


def scope_over(*codes: str, **more: object) -> Scope:
    return Scope(officer_id=SOMEBODY, ranges=merged(range_of(code) for code in codes), **more)  # type: ignore[arg-type]


def test_a_range_holds_the_unit_and_all_below_it_and_no_neighbour() -> None:
    low, high = range_of("1709")
    assert all(low <= code < high for code in ("1709", "170901", "17090199", "1709zz"))
    assert not any(low <= code < high for code in ("17", "1708", "170899", "1710", "18"))


def test_the_upper_end_is_the_code_with_its_last_sign_raised_by_one() -> None:
    assert range_of("1701") == ("1701", "1702")
    assert range_of("1709") == ("1709", "170:")
    assert range_of("99") == ("99", "9:")
    assert range_of("A0z") == ("A0z", "A0{")
    assert range_of("") == ("", "~")


CODES = st.text("0123456789ABCXYZabcxyz", max_size=8)


@given(CODES, CODES)
def test_a_range_is_begins_with_for_every_code(code: str, other: str) -> None:
    low, high = range_of(code)
    assert (low <= other < high) == other.startswith(code)
    assert low <= code + other < high


def test_the_nation_holds_every_code_and_the_place_of_nobody() -> None:
    assert all(scope_over("").covers(code) for code in ("", "01", "99", "zz", "25010101"))
    assert range_of("") == NATION


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["1701", "1702"], (("1701", "1703"),)),
        (["1701", "170103"], (("1701", "1702"),)),
        (["1712", "1701"], (("1701", "1702"), ("1712", "1713"))),
        (["17", "1701", ""], (NATION,)),
        ([], ()),
    ],
)
def test_ranges_are_merged_sorted_and_disjoint(given: list[str], expected: tuple[tuple[str, str], ...]) -> None:
    assert merged(range_of(code) for code in given) == expected


def test_an_empty_range_covers_nothing() -> None:
    assert merged([("1702", "1701"), ("5", "5")]) == ()
    assert not scope_over().covers("1701")
    assert scope_over().bounds() == ("", "")


def test_bounds_go_round_all_ranges_and_edges_name_each() -> None:
    two = scope_over("1712", "1701")
    assert two.bounds() == ("1701", "1713")
    assert two.edges() == "1701,1702,1712,1713"
    assert not two.covers("1705")
    assert scope_over("1701").edges() == ""


def test_who_sees_figures_only_gets_no_bounds_but_keeps_the_areas() -> None:
    figures = scope_over("17", figures_only=True)
    assert figures.bounds() == ("", "")
    assert figures.covers("1701")
    assert scope_over("17", figures_only=True, counting=True).bounds() == ("17", "18")


def test_a_unit_is_covered_whole_only_when_everything_below_it_is() -> None:
    assert scope_over("1701").covers_all_of("170101")
    assert not scope_over("170101").covers_all_of("1701")
    assert not scope_over("17").covers_all_of("")


def test_who_sees_some_people_sees_everybody_only_where_a_range_says_so() -> None:
    own = scope_over("1701", reach=frozenset({"health"}), everyone=(range_of("170101"),))
    assert own.covers_all_of("1701") and not own.sees_everybody_of("1701")
    assert own.sees_everybody_of("17010101") and own.sees_some_only
    assert (own.bounds(), own.reach_setting(), own.everyone_setting()) == (("1701", "1702"), "health", "170101,170102")
    assert scope_over("1701").sees_everybody_of("170101") and not scope_over("1701").sees_some_only
    assert scope_over("1701").reach_setting() == "*"
    assert not scope_over("1701", figures_only=True).sees_everybody_of("170101")


def test_who_reaches_nobody_has_bounds_only_around_where_everybody_is_seen() -> None:
    assert scope_over("1701", reach=frozenset()).bounds() == ("", "")
    opened = scope_over("1701", reach=frozenset(), everyone=(range_of("170101"),))
    assert opened.bounds() == ("170101", "170102")


def test_a_right_counts_where_its_role_is_held() -> None:
    held = Scope(
        officer_id=SOMEBODY,
        ranges=merged([range_of("1701"), range_of("1712")]),
        grants=((frozenset({"registry.answer"}), range_of("1701")), (frozenset({"figures.read"}), range_of("1712"))),
    )
    assert held.may("registry.answer")
    assert held.may("registry.answer", at="170101")
    assert not held.may("registry.answer", at="171201")


def test_no_scope_is_an_error_and_scopes_nest() -> None:
    assert scope.current_or_none() is None
    with pytest.raises(ScopeMissing, match=r"staff/scope\.py"):
        scope.current()
    outer, inner = scope_over("1701"), Scope(officer_id=uuid4(), ranges=())
    with scope.shown_to(outer):
        with pytest.raises(KeyError), scope.shown_to(inner):
            assert scope.current() is inner
            raise KeyError
        assert scope.current() is outer
    assert scope.current_or_none() is None
