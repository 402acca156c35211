"""What is missing, what was nearest, and when it changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from criteria.dates import completes_on, interval
from criteria.explain import changes, missing, missing_in, nearest_miss, yes_from
from criteria.family import Answer, Enrolment, Family, Member, Opening, Period, Status
from criteria.interpret import Assessment, Verdict, assess
from criteria.programme import Programme
from criteria.tests.lending import LIBRARY
from criteria.tests.random_rules import AS_OF, Families, Rules
from criteria.tests.test_interpret import TODAY, family, reader
from criteria.values import Range


def programme(*rules: str, unit: str = "person") -> Programme:
    criteria = [(f"k{number}", rule) for number, rule in enumerate(rules)]
    return Programme.read("NIGHT", unit, criteria, LIBRARY)  # type: ignore[arg-type]


def asked(of: Family, *rules: str, person: str | None = "a") -> Assessment:
    unit = "household" if person is None else "person"
    return assess(programme(*rules, unit=unit), of, TODAY, LIBRARY, person=person)


def needs(of: Family, *rules: str, person: str | None = "a") -> list[tuple[str, str, bool]]:
    return [(m.name, m.of, m.alone) for m in missing(asked(of, *rules, person=person), of, LIBRARY)]


def test_only_the_facts_that_matter_are_missing() -> None:
    of = family(reader("a", form=3), reader("b"))
    assert needs(of, "person.form >= 4 && person.card") == []
    assert needs(of, "person.form < 4 && person.card") == [("card", "a", True)]
    assert needs(of, "person.form < 4 || person.card") == []
    assert needs(of, "person.age >= 18 && person.card", "household.lamp") == [
        ("birth_date", "a", True),
        ("card", "a", True),
        ("lamp", "household", True),
    ]
    assert needs(of, "household.members.exists(m, m.form >= 4 && m.card)") == [("form", "b", True), ("card", "b", True)]


def test_facts_that_decide_only_together_are_missing_too() -> None:
    of = family(reader("a"))
    wanted = needs(of, "(person.card || person.vault) && (household.lamp || person.form > 3)")
    assert wanted == [
        (name, of, False) for name, of in [("card", "a"), ("vault", "a"), ("lamp", "household"), ("form", "a")]
    ]


def test_a_birth_that_is_only_a_year_is_missing_near_the_limit_only() -> None:
    assert needs(family(reader("a", born="2008")), "person.age >= 18") == [("birth_date", "a", True)]
    assert needs(family(reader("a", born="2008")), "person.age >= 30 || person.card") == [("card", "a", True)]


def test_a_stale_answer_a_derived_fact_and_a_place_are_asked_by_their_own_names() -> None:
    stale = Member("a", {"card": Answer(True, date(2020, 1, 1))})
    assert needs(family(stale), "person.card") == [("card", "a", True)]
    assert needs(family(reader("a")), "person.borrowing") == [("loan_until", "a", True)]
    openings = {"ATLAS": (Opening(("1701",)),)}
    assert needs(family(openings=openings, place="17"), "in_area('ATLAS')") == [("place", "household", True)]
    assert needs(family(), "household.standing == 1") == [("standing", "household", True)]


def test_each_unknown_criterion_has_its_own_list() -> None:
    of = family(reader("a", form=3))
    found = asked(of, "person.card", "person.form == 3", "household.lamp")
    assert [m.name for m in missing_in(found, "k0", of, LIBRARY)] == ["card"]
    assert missing_in(found, "k1", of, LIBRARY) == ()
    assert [m.name for m in missing_in(found, "k2", of, LIBRARY)] == ["lamp"]


def test_a_fact_that_is_not_listed_cannot_change_the_answer() -> None:
    random = Random(11)
    drawer, rules = Families(random), Rules(random)
    unknown = 0
    for number in range(120):
        of = drawer.family(f"f{number}")
        if not of.present(AS_OF):
            continue
        person = of.present(AS_OF)[0].id
        text, tree = rules.rule(3)
        drawn = Programme("R", "person", (("rule", tree),), own_openings=False)
        assessment = assess(drawn, of, AS_OF, LIBRARY, person=person)
        if assessment.truth is not None:
            continue
        unknown += 1
        listed = {(m.name, m.of) for m in missing(assessment, of, LIBRARY)}
        for read in assessment.criteria[0].facts:
            if read.known or read.fact is None or (read.name, read.of) in listed or read.fact.type.is_age:
                continue
            value = drawer.value(read.fact)
            subject = None if read.of == "household" else read.of
            changed = of.answered(subject, read.fact, Answer(value, AS_OF))
            assert assess(drawn, changed, AS_OF, LIBRARY, person=person).truth is None, (text, read, listed)
    assert unknown > 20


def test_a_settled_criterion_that_asks_whether_there_is_an_answer_is_asked_again() -> None:
    of = family(reader("a"))
    found = asked(of, "!has(person.card)", "person.form == 3")
    assert [state.state for state in found.criteria if state.key != "_open"] == [True, None]
    # any answer to card makes the first a no, and so the whole: the fact matters though its criterion is a yes
    assert [(m.name, m.alone) for m in missing(found, of, LIBRARY)] == [("card", True), ("form", True)]


def test_the_nearest_miss_is_the_only_false_criterion_and_what_turns_it() -> None:
    of = family(reader("a", card=False, form=3, born=date(2010, 1, 1)))
    miss = nearest_miss(asked(of, "person.form == 3", "person.card || person.age >= 18"), of, LIBRARY)
    assert miss is not None
    assert (miss.criterion, len(miss.atoms), miss.together) == ("k1", 2, False)
    assert nearest_miss(asked(of, "person.card", "person.age >= 18"), of, LIBRARY) is None
    assert nearest_miss(asked(of, "person.form == 3"), of, LIBRARY) is None


def test_conditions_that_turn_it_only_together_are_named_together() -> None:
    of = family(reader("a", card=False, form=3, born=date(2010, 1, 1)))
    miss = nearest_miss(asked(of, "person.form == 3 && person.card && person.age >= 18"), of, LIBRARY)
    assert miss is not None
    assert (len(miss.atoms), miss.together) == (2, True)


def test_a_closed_place_is_a_nearest_miss() -> None:
    of = family(reader("a", card=True), openings={"NIGHT": (Opening(("18",)),)}, place="1701")
    miss = nearest_miss(asked(of, "person.card"), of, LIBRARY)
    assert miss is not None and miss.criterion == "_open"


def test_the_coming_changes_are_told_with_their_day_and_reason() -> None:
    of = family(reader("a", born=date(2008, 12, 1), form=3))
    found = changes(asked(of, "person.age >= 18"), of, LIBRARY)
    assert [(change.on, change.verdict, change.because) for change in found] == [
        (date(2026, 12, 1), Verdict.ELIGIBLE, (("k0", True),))
    ]
    assert yes_from(asked(of, "person.age >= 18"), of, LIBRARY) == date(2026, 12, 1)
    assert yes_from(asked(of, "person.age >= 60"), of, LIBRARY) is None


def test_cards_run_out_answers_go_stale_and_people_leave() -> None:
    member = replace(reader("a", card=True), memberships=(Period(None, date(2028, 1, 1)),))
    of = family(
        member,
        statuses={"standing": (Status("1", Period(date(2024, 1, 1), date(2026, 12, 31))),)},
        enrolments=(Enrolment("ATLAS", "a", Period(None, date(2027, 2, 28))),),
    )
    rule = "household.standing == 1 || enrolled('ATLAS') || person.card"
    found = changes(asked(of, rule), of, LIBRARY)
    assert [(change.on, change.verdict) for change in found] == [
        (date(2027, 11, 22), Verdict.UNKNOWN),
        (date(2028, 1, 2), None),
    ]


def test_no_day_of_change_is_passed_over() -> None:
    random = Random(5)
    drawer, rules = Families(random), Rules(random)
    until = completes_on(AS_OF, 8)
    turned = 0
    for number in range(160):
        of = drawer.family(f"f{number}", drawer.openings())
        if not of.present(AS_OF):
            continue
        person = of.present(AS_OF)[0].id
        _, tree = rules.rule(1)
        drawn = Programme("NIGHT", "person", (("rule", tree),))
        expected = []
        today = assess(drawn, of, AS_OF, LIBRARY, person=person)
        last: Verdict | None = today.verdict
        day = AS_OF
        while day < until:
            day += timedelta(days=1)
            here = of.member(person).present(day)
            now = assess(drawn, of, day, LIBRARY, person=person).verdict if here else None
            if now != last:
                expected.append((day, now))
            last = now
        found = [(change.on, change.verdict) for change in changes(today, of, LIBRARY, months=8)]
        assert found == expected, tree
        turned += len(found)
    assert turned > 15


def test_an_imprecise_birth_changes_through_unknown() -> None:
    of = family(replace(reader("a"), birth=interval(date(2008, 12, 1), "month")))
    found = changes(asked(of, "person.age >= 18"), of, LIBRARY)
    assert [(change.on, change.verdict) for change in found] == [
        (date(2026, 12, 1), Verdict.UNKNOWN),
        (date(2026, 12, 31), Verdict.ELIGIBLE),
    ]


def test_an_imprecise_loan_ends_through_unknown() -> None:
    loan = Range(date(2026, 12, 1), date(2026, 12, 31))
    of = family(reader("a", loan_until=loan))
    found = changes(asked(of, "person.borrowing"), of, LIBRARY)
    assert [(change.on, change.verdict) for change in found] == [
        (date(2026, 12, 2), Verdict.UNKNOWN),
        (date(2027, 1, 1), Verdict.NOT_ELIGIBLE),
    ]
