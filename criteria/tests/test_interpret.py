"""What a rule answers for one family, corner by corner."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from criteria.dates import interval
from criteria.family import Answer, Enrolment, Family, Member, Opening, Period, Status
from criteria.interpret import Verdict, assess, evaluate
from criteria.programme import Programme
from criteria.tests.lending import LIBRARY, tree
from criteria.values import NONE, Range, Value

TODAY = date(2026, 11, 22)


def reader(name: str = "a", *, born: date | str | None = None, **facts: Value) -> Member:
    """A present member with answers given today; `born` a day, or "2008" or "2008-11"."""
    birth = None
    if isinstance(born, date):
        birth = (born, born)
    elif isinstance(born, str):
        year, _, month = born.partition("-")
        birth = interval(date(int(year), int(month or 1), 1), "month" if month else "year")
    return Member(name, {code: Answer(value, TODAY) for code, value in facts.items()}, birth)


def family(*members: Member, **more: object) -> Family:
    facts = {code: more.pop(code) for code in list(more) if LIBRARY.get("household", code)}
    answers = {code: Answer(value, TODAY) for code, value in facts.items()}  # type: ignore[arg-type]
    return Family("f", members or (reader(),), answers, **more)  # type: ignore[arg-type]


def ask(rule: str, of: Family, on: date = TODAY, person: str | None = "a") -> bool | None:
    return evaluate(tree(rule, "household" if person is None else "person"), of, on, LIBRARY, person=person)


def day(year: int, month: int, day: int) -> Range:
    return Range(date(year, month, day), date(year, month, day))


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("false && person.card", False),
        ("person.card && false", False),
        ("true || person.card", True),
        ("person.card || true", True),
        ("person.card || !person.card", None),
        ("person.card && !person.card || true", True),
        ("!person.card", None),
        ("person.card ? true : true", None),
        ("person.reads + 1 > 0", None),
        ("'novel' in person.genres", None),
        ("person.sex in ['w', 'm']", None),
        ("has(person.card)", False),
        ("has(household.size)", True),
    ],
)
def test_a_missing_fact_is_unknown_and_only_what_does_not_need_it_is_decided(rule: str, value: bool | None) -> None:
    assert ask(rule, family()) is value


def test_an_empty_set_is_an_answer_and_a_missing_one_is_not() -> None:
    assert ask("'novel' in person.genres", family(reader(genres=frozenset()))) is False
    assert ask("has(person.genres)", family(reader(genres=frozenset()))) is True
    assert ask("'novel' in person.genres", family(reader(genres=frozenset({"novel"})))) is True


def test_whole_division_goes_toward_zero_and_the_remainder_keeps_the_sign_of_the_dividend() -> None:
    of = family(shelves=-7, debt=2)
    assert ask("household.shelves / household.debt == -3", of) is True
    assert ask("household.shelves % household.debt == -1", of) is True
    assert ask("household.shelves % -2 == -1", of) is True


def test_a_zero_divisor_and_an_overflow_are_unknown_and_never_an_error() -> None:
    assert ask("household.shelves / household.debt == 1", family(shelves=5, debt=0)) is None
    assert ask("household.shelves % household.debt == 1", family(shelves=5, debt=0)) is None
    most = family(shelves=2**63 - 1, debt=-(2**63))
    assert ask("household.shelves + 1 > 0", most) is None
    assert ask("household.shelves * 2 / 2 > 0", most) is None
    assert ask("-household.debt > 0", most) is None
    assert ask("household.debt / -1 > 0", most) is None
    assert ask("household.debt % -1 == 0", most) is True


def test_decimals_are_exact() -> None:
    of = family(reader(fines=Decimal("0.1")), garden=Decimal("0.2"))
    assert ask("person.fines + household.garden == 0.3", of) is True
    assert ask("person.fines * household.garden == 0.02", of) is True
    assert ask("person.fines * 3 == 0.3", of) is True
    assert ask("person.fines * 0.0001 > 0", of) is True


def test_a_birthday_of_the_29th_of_february_is_the_first_of_march() -> None:
    born = family(reader(born=date(2008, 2, 29)))
    assert ask("person.age >= 18", born, date(2026, 2, 28)) is False
    assert ask("person.age >= 18", born, date(2026, 3, 1)) is True
    assert ask("person.age >= 20", born, date(2028, 2, 29)) is True
    assert ask("person.months == 216", born, date(2026, 3, 1)) is True


def test_a_month_completes_on_the_first_of_the_next_where_the_day_is_lacking() -> None:
    born = family(reader(born=date(2026, 1, 31)))
    assert ask("person.months >= 1", born, date(2026, 2, 28)) is False
    assert ask("person.months >= 1", born, date(2026, 3, 1)) is True
    assert ask("person.months >= 2", born, date(2026, 3, 30)) is False
    assert ask("person.months >= 2", born, date(2026, 3, 31)) is True


def test_a_birth_known_by_its_year_is_unknown_only_across_the_limit() -> None:
    of = family(reader(born="2008"))
    assert ask("person.age >= 18", of) is None
    assert ask("person.age >= 17", of) is True
    assert ask("person.age >= 19", of) is False
    assert ask("person.age == 18", of) is None
    assert ask("person.age in [17, 18]", of) is None
    assert ask("has(person.age)", of) is True


def test_a_birth_interval_is_cut_at_the_date() -> None:
    of = family(reader(born="2026"))
    assert ask("person.age < 1", of) is True
    assert ask("person.months < 11", of) is True
    assert ask("person.months < 3", of) is None


def test_who_may_only_be_born_later_is_not_present() -> None:
    of = family(reader(), reader("b", born=date(2026, 11, 23)))
    assert ask("household.size == 1", of) is True
    assert ask("household.size == 2", of, date(2026, 11, 23)) is True


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("person.returned_on < as_of", False),
        ("person.returned_on >= as_of", False),
        ("person.returned_on == as_of", False),
        ("person.returned_on != as_of", True),
        ("person.returned_on == none", True),
        ("person.returned_on != none", False),
        ("!(person.returned_on < as_of)", True),
        ("person.returned_on in [date('2020-01-01'), none]", True),
        ("has(person.returned_on)", True),
        ("person.returned_on <= household.flood_on", None),
    ],
)
def test_a_date_that_does_not_apply(rule: str, value: bool | None) -> None:
    assert ask(rule, family(reader(returned_on=NONE))) is value


def test_an_imprecise_date_is_decided_only_outside_its_interval() -> None:
    of = family(reader(loan_until=Range(date(2026, 12, 1), date(2026, 12, 31))))
    assert ask("person.loan_until > as_of", of) is True
    assert ask("person.loan_until <= date('2026-12-15')", of) is None
    assert ask("person.loan_until == date('2026-12-15')", of) is None
    assert ask("person.loan_until == date('2027-01-01')", of) is False
    assert ask("person.borrowing", of) is True
    assert ask("person.borrowing", of, date(2026, 12, 10)) is None
    assert ask("has(person.borrowing)", of, date(2026, 12, 10)) is True


def test_exists_and_all_are_kleene_over_the_present_members_in_any_order() -> None:
    yes, no, missing = reader("x", card=True), reader("y", card=False), reader("z")
    exists, everyone = "household.members.exists(m, m.card)", "household.members.all(m, m.card)"
    for members, some, each in [
        ((yes, missing), True, None),
        ((missing, yes), True, None),
        ((no, missing), None, False),
        ((missing, no), None, False),
        ((no,), False, False),
        ((yes,), True, True),
    ]:
        of = family(*members)
        assert ask(exists, of, person=None) is some
        assert ask(everyone, of, person=None) is each


def test_without_members_exists_is_false_and_all_is_true() -> None:
    gone = Member("a", memberships=(Period(None, date(2020, 1, 1)),))
    of = family(gone)
    assert ask("household.members.exists(m, m.card)", of, person=None) is False
    assert ask("household.members.all(m, m.card)", of, person=None) is True
    assert ask("household.members.filter(m, m.card).size() == 0", of, person=None) is True


def test_numbers_of_members_are_intervals() -> None:
    of = family(reader("a", card=True), reader("b", card=True), reader("c"))
    count = "household.members.filter(m, m.card).size()"
    for rule, value in [
        (f"{count} >= 2", True),
        (f"{count} >= 3", None),
        (f"{count} >= 4", False),
        (f"{count} == 2", None),
        (f"{count} != 4", True),
        (f"{count} * -1 <= -2", True),
        (f"{count} * 2 > 3", True),
        (f"{count} / 2 == 1", True),
        (f"5 - {count} <= 3", True),
        (f"{count} - {count} == 0", None),
        (f"{count} + {count} >= 4", True),
        (f"{count} in [2, 3]", None),
        (f"-{count} < -1", True),
        (f"{count} + 0.5 > 2.4", True),
        (f"{count} > household.shelves", None),
    ]:
        assert ask(rule, of) is value, rule


def test_an_answer_goes_stale_when_its_months_are_complete() -> None:
    of = family(Member("a", {"card": Answer(True, date(2025, 11, 23))}))
    assert ask("person.card", of, date(2026, 11, 22)) is True
    assert ask("person.card", of, date(2026, 11, 23)) is None
    assert ask("has(person.card)", of, date(2026, 11, 23)) is False


def test_an_answer_about_school_does_not_outlive_the_start_of_the_school_year() -> None:
    of = family(Member("a", {"form": Answer(5, date(2026, 6, 1))}))
    assert ask("person.form == 5", of, date(2026, 8, 31)) is True
    assert ask("person.form == 5", of, date(2026, 9, 1)) is None


def test_before_the_first_answer_it_is_unknown_but_who_one_is_holds_always() -> None:
    of = family(Member("a", {"card": Answer(True, date(2026, 1, 2)), "sex": Answer("w", date(2026, 1, 2))}))
    assert ask("person.card", of, date(2026, 1, 1)) is None
    assert ask("person.sex == 'w'", of, date(2026, 1, 1)) is True


def test_the_status_in_force_is_the_one_that_began_last_then_the_one_recorded_later() -> None:
    statuses = {
        "standing": (
            Status("1", Period(date(2020, 1, 1), date(2026, 12, 31)), "2020"),
            Status("2", Period(date(2024, 1, 1), date(2025, 12, 31)), "2024-01-05"),
            Status("3", Period(date(2024, 1, 1), date(2025, 12, 31)), "2024-01-06"),
        )
    }
    of = family(statuses=statuses)
    assert ask("household.standing == 1", of) is True
    assert ask("household.standing == 3", of, date(2025, 12, 31)) is True
    assert ask("household.standing == 1", of, date(2026, 1, 1)) is True
    assert ask("household.standing == 1", of, date(2027, 1, 1)) is None
    assert ask("has(household.standing)", of, date(2027, 1, 1)) is False


def test_an_enrolment_of_the_household_counts_for_each_member_and_includes_its_last_day() -> None:
    of = family(
        reader("a"),
        reader("b"),
        enrolments=(
            Enrolment("NIGHT", None, Period(date(2026, 1, 1), date(2026, 11, 21))),
            Enrolment("ATLAS", "b", Period(date(2026, 1, 1), None)),
        ),
    )
    assert ask("enrolled('NIGHT')", of, date(2026, 11, 21)) is True
    assert ask("enrolled('NIGHT')", of, date(2026, 11, 22)) is False
    assert ask("enrolled('ATLAS')", of) is False
    assert ask("household.members.exists(m, m.enrolled('ATLAS'))", of) is True


def test_a_programme_is_open_in_its_units_and_unknown_where_only_a_larger_place_is_known() -> None:
    openings = {"NIGHT": (Opening(("1701", "1712"), Period(date(2026, 1, 1), None)),)}
    for place, value in [
        ("17010203", True),
        ("1701", True),
        ("1702", False),
        ("17", None),
        (None, None),
        ("18", False),
    ]:
        assert ask("in_area('NIGHT')", family(openings=openings, place=place)) is value, place
    assert ask("in_area('NIGHT')", family(openings=openings, place="1701"), date(2025, 12, 31)) is False
    assert ask("in_area('ATLAS')", family(openings=openings, place="99")) is True


def test_a_person_in_no_household_is_asked_alone() -> None:
    of = Family("f", (reader(card=True),), is_household=False)
    for rule in (
        "household.size > 0",
        "household.members.exists(m, m.card)",
        "household.members.filter(m, m.card).size() > 0",
        "in_area('NIGHT')",
        "household.lamp",
    ):
        assert ask(rule, of) is None, rule
    assert ask("person.card", of) is True
    assert ask("enrolled('NIGHT')", of) is False
    assert ask("has(household.lamp)", of) is False


def test_all_criteria_are_needed_and_the_openings_are_the_first() -> None:
    programme = Programme.read("NIGHT", "person", [("card", "person.card"), ("old", "person.age >= 60")], LIBRARY)
    of = family(reader(card=True, born=date(1960, 1, 1)))
    found = assess(programme, of, TODAY, LIBRARY, person="a")
    assert found.verdict is Verdict.ELIGIBLE
    assert [state.key for state in found.criteria] == ["_open", "card", "old"]
    assert [read.name for read in found.criteria[1].facts] == ["card"]
    unknown = assess(programme, family(reader(card=True)), TODAY, LIBRARY, person="a")
    assert unknown.verdict is Verdict.UNKNOWN
    no = assess(programme, family(reader(card=False)), TODAY, LIBRARY, person="a")
    assert no.verdict is Verdict.NOT_ELIGIBLE
