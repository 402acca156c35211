"""A rule says in words what it asks; the patterns are data."""

from __future__ import annotations

import pytest

from criteria.tests.lending import LIBRARY, tree
from criteria.words import ENGLISH, PatternMissing, Voice

ENGLISH_VOICE = Voice("en", LIBRARY)
SHORT = Voice(
    "xx",
    LIBRARY,
    {**ENGLISH, "fact_true": "+{fact}", "and": " & ", "or": " / ", "compare_ge": "{left}≥{right}", "age_years": "{n}"},
)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("person.card", "Has a card: yes"),
        ("!person.card", "Has a card: no"),
        ("!!person.card", "Has a card: yes"),
        ("person.age >= 18", "Age is at least 18 years"),
        ("!(person.age >= 18)", "Age is under 18 years"),
        ("18 <= person.age", "Age is at least 18 years"),
        ("person.months < 24", "Age in months is under 24 months"),
        ("person.sex in ['w', 'm']", "Sex is one of: w, m"),
        ("!(person.sex in ['w', 'm'])", "Sex is none of: w, m"),
        ("person.sex in ['w']", "Sex is w"),
        ("household.standing == 1 && person.card", "Standing of the household is 1 and has a card: yes"),
        (
            "person.card && (person.age < 5 || person.age > 60)",
            "Has a card: yes and (age is under 5 years or age is over 60 years)",
        ),
        (
            "person.card || person.age < 5 && person.borrowing",
            "Has a card: yes or (age is under 5 years and is borrowing: yes)",
        ),
        ("person.returned_on == none", "Day of the last return does not apply"),
        ("!(person.returned_on < as_of)", "It is not so that day of the last return is before the day asked"),
        ("person.returned_on >= as_of - 30", "Day of the last return is on or after 30 days before the day asked"),
        ("'novel' in person.genres", "Liked genres include novel"),
        ("has(person.form)", "School form is known"),
        ("!enrolled('NIGHT')", "Not enrolled in Night reading"),
        ("in_area('ATLAS')", "Atlas loan is offered in the place"),
        (
            "household.members.exists(m, m.form >= 4 && m.form <= 6)",
            "At least one member of the household: school form is at least 4 and school form is at most 6",
        ),
        ("!household.members.exists(m, m.card)", "No member of the household: has a card: yes"),
        (
            "household.members.filter(m, m.age < 15).size() * 2 > 3",
            "Number of members with (age is under 15 years) × 2 is more than 3",
        ),
        (
            "household.floor == 'straw' ? person.card : person.age > 60",
            "If floor of the household is straw, then has a card: yes; otherwise age is over 60 years",
        ),
        ("(person.reads + 1) * 2 > person.form - (1 - 2)", "(books read + 1) × 2 is more than school form − (1 − 2)"),
        ("-household.debt < 0.5", "−unreturned books of the household is less than 0.5"),
        ("person.card == true", "Has a card is yes"),
    ],
)
def test_a_rule_is_said_as_it_is_meant(rule: str, sentence: str) -> None:
    assert ENGLISH_VOICE.sentence(tree(rule)) == sentence


def test_another_language_needs_only_data() -> None:
    said = SHORT.sentence(tree("person.card && (person.vault || person.age >= 60)"))
    assert said == "+HAS A CARD & (+MAY ENTER THE VAULT / AGE≥60)"


def test_what_would_run_into_the_next_part_stands_in_brackets() -> None:
    rule = "household.members.exists(m, m.card && m.vault) && !(person.card || person.vault) && household.lamp"
    assert ENGLISH_VOICE.sentence(tree(rule)) == (
        "(at least one member of the household: has a card: yes and may enter the vault: yes)"
        " and it is not so that (has a card: yes or may enter the vault: yes) and has a lamp of the household: yes"
    )


def test_a_language_that_lacks_a_pattern_is_told_which() -> None:
    lacking = {key: text for key, text in ENGLISH.items() if key != "exists"}
    with pytest.raises(PatternMissing, match="exists"):
        Voice("xx", LIBRARY, lacking).sentence(tree("household.members.exists(m, m.card)"))
