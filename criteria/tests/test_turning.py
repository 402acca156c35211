"""The days on which a verdict may turn: all that the rule reads, and nothing else."""

from __future__ import annotations

from datetime import date

from criteria.dates import completes_on
from criteria.explain import changes, missing
from criteria.interpret import Verdict
from criteria.tests.lending import LIBRARY
from criteria.tests.test_explain import asked, programme
from criteria.tests.test_interpret import TODAY, family, reader
from criteria.turning import turning_days


def test_the_ages_of_a_list_are_among_the_days() -> None:
    of = family(reader("a", born=date(2010, 12, 1)))
    found = changes(asked(of, "person.age in [16, 18]"), of, LIBRARY)
    assert [(change.on, change.verdict) for change in found] == [
        (date(2026, 12, 1), Verdict.ELIGIBLE),
        (date(2027, 12, 1), Verdict.NOT_ELIGIBLE),
    ]


def test_the_ages_of_a_list_are_worth_asking_for() -> None:
    of = family(reader("a", born="2010"))
    found = asked(of, "person.age in [16, 18]")
    assert [one.name for one in missing(found, of, LIBRARY)] == ["birth_date"]


def test_a_date_written_as_the_result_of_a_choice_is_a_day_too() -> None:
    of = family(reader("a", card=True))
    found = changes(asked(of, "(person.card ? date('2027-01-15') : date('2027-06-01')) >= as_of"), of, LIBRARY)
    assert (date(2027, 1, 16), Verdict.NOT_ELIGIBLE) in [(change.on, change.verdict) for change in found]


def test_what_a_rule_does_not_read_gives_no_day() -> None:
    of = family(reader("a", born=date(2008, 12, 1), card=True), reader("b", born=date(2009, 1, 5), card=True))
    drawn, until = programme("person.age >= 18"), completes_on(TODAY, 24)
    assert turning_days(of, drawn.reading, TODAY, until, LIBRARY, person="a") == [date(2026, 12, 1)]
    everybody = programme("household.members.exists(m, m.age >= 18)").reading
    assert turning_days(of, everybody, TODAY, until, LIBRARY, person="a") == [date(2026, 12, 1), date(2027, 1, 5)]
