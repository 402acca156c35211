"""What the language takes and what it refuses, with the place and what to write instead."""

from __future__ import annotations

import pytest

from criteria.problems import ENGLISH, RuleRefused
from criteria.read import read
from criteria.tests.lending import LIBRARY, tree


@pytest.mark.parametrize(
    "rule",
    [
        "person.card",
        "person.card&&!person.vault||person.age>=18",
        "person.age in [5, 6,7]",
        "18 <= person.age",
        "person.sight >= 2",
        "person.sight in [0, 3]",
        "household.standing in [1, 2]",
        "household.garden < 0.5",
        "household.garden * 2 + 1 >= household.shelves",
        "household.shelves + household.garden > 2",
        "-9223372036854775808 <= household.shelves",
        "-household.shelves % 3 == -1",
        "'novel' in person.genres",
        '"novel" in person.genres',
        "person.shelf == 'it\\'s \\u1780'",
        "person.returned_on >= date('2026-11-01')",
        "person.returned_on == none || person.returned_on in [none, date('2026-01-01')]",
        "person.loan_until <= as_of + 30 && person.loan_until > as_of - 1",
        "has(person.age) && has(person.borrowing) && has(household.standing)",
        "enrolled('NIGHT') || in_area('ATLAS')",
        "household.members.exists(m, m.card && m.enrolled('NIGHT') && household.lamp)",
        "household.members.all(reader, reader.age > 3)",
        "household.members.filter(m, m.age < 15).size() * 2 > household.members.filter(m, m.age >= 15).size() * 3",
        "household.members.filter(m, m.card).size() / -2 < household.size",
        "household.floor == 'straw' ? household.standing == 1 : household.standing in [1, 2]",
        "person.card ? person.vault : person.vault ? true : false",
        "(person.card == person.vault) != (person.age > 3)",
        "(person.card ? person.sex : 'w') == 'm'",
        "true || person.card",
        "  person.card\n\t&& person.vault ",
    ],
)
def test_the_language_takes(rule: str) -> None:
    assert read(rule, LIBRARY)


# rule, line, column, key, proposal
REFUSED: list[tuple[str, int, int, str, str | None]] = [
    ("", 1, 1, "empty", None),
    ("   ", 1, 1, "empty", None),
    ("age >= 18", 1, 1, "bare_fact", "person.age"),
    ("person.card && lamp", 1, 16, "bare_fact", "household.lamp"),
    ("agee > 3", 1, 1, "unknown_root", "person.age"),
    ("persn.age > 3", 1, 1, "unknown_root", "person"),
    ("person.crd", 1, 1, "unknown_fact", "person.card"),
    ("person.lamp", 1, 1, "unknown_fact", "household.lamp"),
    ("person", 1, 1, "root_alone", "person.age"),
    ("person.card.x", 1, 1, "too_many_dots", None),
    ("household.members", 1, 1, "members_alone", None),
    ("household.members.size() > 3", 1, 1, "count_all", "household.size"),
    ("household.members.exists_one(m, m.card)", 1, 19, "unknown_macro", "household.members.exists(m, …)"),
    ("household.members.map(m, m.card)", 1, 19, "unknown_macro", "household.members.filter(m, …).size()"),
    ("household.members.filter(m, m.card)", 1, 1, "filter_size", "household.members.filter(m, m.card).size()"),
    ("household.members.filter(m, m.card).exists(m, m.card)", 1, 37, "filter_size", "filter(m, …).size()"),
    ("household.members.exists(m, person.card)", 1, 29, "person_in_macro", "m"),
    ("household.members.exists(m, enrolled('NIGHT'))", 1, 29, "enrolled_in_macro", "m.enrolled('NIGHT')"),
    ("household.members.exists(m, in_area('NIGHT'))", 1, 29, "in_area_in_macro", "in_area('NIGHT') && …"),
    ("household.members.exists(m, household.members.exists(n, n.card))", 1, 29, "macro_nested", None),
    ("household.members.exists(m, true)", 1, 29, "macro_constant", None),
    ("household.members.exists(m, as_of > date('2026-01-01'))", 1, 29, "macro_constant", None),
    ("household.members.exists(m.card)", 1, 19, "macro_arguments", "exists(m, …)"),
    ("household.members.exists(person, person.card)", 1, 26, "macro_name", "m"),
    ("person.enrolled('NIGHT')", 1, 1, "enrolled_of_person", "enrolled('NIGHT')"),
    ("household.enrolled('NIGHT')", 1, 1, "enrolled_of_household", "household.members.exists(m, m.enrolled('NIGHT'))"),
    ("enrolled('NIGTH')", 1, 10, "unknown_programme", "'NIGHT'"),
    ("in_area(NIGHT)", 1, 1, "function_arguments", None),
    ("size(household.members) > 1", 1, 1, "unknown_function", None),
    ("has(person.card && person.vault)", 1, 5, "has_fact", None),
    ("has(enrolled('NIGHT'))", 1, 5, "has_fact", None),
    ("person.card == null", 1, 16, "null", None),
    ("person.age = 18", 1, 12, "bad_operator", "=="),
    ("person.age >= 18 and person.card", 1, 18, "bad_word", "&&"),
    ("not person.card", 1, 1, "bad_word", "!"),
    ("person.age <> 18", 1, 12, "bad_operator", "!="),
    ("person.age ≥ 18", 1, 12, "bad_operator", ">="),
    ("person.age >= ១៨", 1, 15, "bad_character", "1"),
    ("person.card // yes", 1, 13, "comment", None),
    ("person.age >= 0x12", 1, 15, "hexadecimal", "18"),
    ("person.age >= 1e1", 1, 15, "exponent", "10"),
    ("person.age >= 1.5e1", 1, 15, "exponent", "15"),
    ("person.age >= 0.00012e1", 1, 15, "exponent", "0.0012"),
    ("person.age >= 1e9999999", 1, 15, "exponent", None),
    ("person.age >= 1e-9999999", 1, 15, "exponent", None),
    ("person.age >= 1e" + "9" * 30, 1, 15, "exponent", None),
    ("person.age >= 18u", 1, 15, "number_suffix", "18"),
    ("household.garden > .5", 1, 20, "bare_point", "0.5"),
    ("household.garden > 0.00001", 1, 20, "too_precise", "0.0000"),
    ("household.garden > .២", 1, 21, "bad_character", "2"),
    ("household.shelves > 9223372036854775808", 1, 21, "too_big", None),
    ("household.shelves > " + "9" * 5_000, 1, 21, "too_big", None),
    ("person.sex == b'w'", 1, 15, "text_prefix", "a text without prefix"),
    ("person.sex == 'w", 1, 15, "open_text", "'"),
    ("person.sex == '''w'''", 1, 15, "triple_quotes", "'"),
    ("person.shelf == '\\q'", 1, 18, "bad_escape", None),
    ("person.shelf == 'a\0'", 1, 19, "bad_space", None),
    ("person.shelf == 'a\ud800'", 1, 19, "bad_space", None),
    ("person.shelf == '\\ud800'", 1, 18, "bad_escape", None),
    ("person.sex == ‘w’", 1, 15, "bad_operator", "'"),
    ("person.genres == {'a': 1}", 1, 18, "map", None),
    ("person.genres[0] == 'novel'", 1, 14, "index", None),
    ("1 < person.reads < 5", 1, 18, "chained", "1 < person.reads && person.reads < …"),
    ("(person.card", 1, 13, "unexpected_end", None),
    ("person.card)", 1, 12, "unexpected", None),
    ("person.reads", 1, 1, "not_boolean", None),
    ("person.reads && person.card", 1, 1, "need_boolean", None),
    ("!person.reads", 1, 2, "need_boolean", None),
    ("-person.card == 1", 1, 1, "need_number", None),
    ("person.card == 1", 1, 16, "types_differ", None),
    ("person.card < true", 1, 1, "no_order", None),
    ("household.standing < 2", 1, 1, "no_order", "household.standing in [0, 1]"),
    ("person.shelf < 'a'", 1, 1, "no_order", None),
    ("person.genres == 'novel'", 1, 1, "set_compare", "'novel' in person.genres"),
    ("household.members.all(m, m.genres == 'novel')", 1, 26, "set_compare", "'novel' in m.genres"),
    ("household.members.all(r, r.returned_on + 5 > as_of)", 1, 26, "as_of_days", "r.returned_on >= as_of - 5"),
    ("household.members.all(r, r.sex < 'w')", 1, 26, "no_order", "r.sex in ['w', 'm']"),
    ("household.members.all(r, r.card == none)", 1, 36, "none_not_date", "!has(r.card)"),
    ("person.sex in person.genres", 1, 1, "set_member", "'novel' in person.genres"),
    ("'opera' in person.genres", 1, 1, "not_in_list", None),
    ("person.sex == 'f'", 1, 15, "not_in_list", None),
    ("household.floor == 'ston'", 1, 20, "not_in_list", "'stone'"),
    ("household.standing == 4", 1, 23, "not_in_list", None),
    ("household.standing == '1'", 1, 23, "code_as_text", "1"),
    ("household.floor == 1", 1, 20, "code_as_number", None),
    ("person.sex == household.floor", 1, 15, "other_list", None),
    ("person.form > 13", 1, 15, "out_of_range", "12"),
    ("person.age >= 200", 1, 15, "out_of_range", "130"),
    ("person.age >= 18.5", 1, 15, "age_literal", "person.age >= 18"),
    ("person.age > person.form", 1, 14, "age_literal", None),
    ("person.age + 1 > 3", 1, 1, "arithmetic_type", None),
    ("person.sight + 1 > 3", 1, 1, "arithmetic_type", None),
    ("person.reads in []", 1, 17, "in_empty", None),
    ("person.reads in [person.form]", 1, 18, "in_literals", "person.reads == person.form"),
    ("person.reads in 3", 1, 17, "in_needs_list", "person.reads in [3]"),
    ("person.reads / 0 > 1", 1, 16, "zero_division", None),
    ("person.fines / 2 > 1", 1, 14, "decimal_division", None),
    ("person.fines % 2 > 1", 1, 14, "decimal_division", None),
    ("as_of - person.returned_on < 30", 1, 7, "date_difference", "person.returned_on >= as_of - 90"),
    ("person.returned_on + 30 > as_of", 1, 1, "as_of_days", "person.returned_on >= as_of - 30"),
    ("person.returned_on > 5 + as_of", 1, 22, "as_of_days", "as_of + 5"),
    ("person.returned_on > as_of + person.reads", 1, 22, "as_of_days", None),
    ("person.returned_on > '2026-01-01'", 1, 22, "types_differ", "date('2026-01-01')"),
    ("person.returned_on > date('2026-02-30')", 1, 27, "bad_date", None),
    ("person.returned_on > date('0001-01-01')", 1, 27, "bad_date", None),
    ("person.card == none", 1, 16, "none_not_date", "!has(person.card)"),
    ("household.members.filter(m, m.card).size() * household.shelves > 1", 1, 46, "count_multiply", None),
    ("household.members.filter(m, m.card).size() * 0 > 1", 1, 46, "count_multiply", None),
    ("household.members.filter(m, m.card).size() * 1.5 > 1", 1, 46, "count_multiply", None),
    ("household.members.filter(m, m.card).size() % 2 == 1", 1, 44, "count_remainder", None),
    ("10 / household.members.filter(m, m.card).size() > 1", 1, 1, "count_multiply", None),
    ("(person.card ? 1 : true) == 1", 1, 20, "arms_differ", None),
    ("(person.card ? 1.5 : 1) == 1", 1, 22, "arms_differ", "1.0"),
    ("1 < 2", 1, 1, "no_fact", None),
    ("true", 1, 1, "no_fact", None),
    ("as_of > date('2026-01-01')", 1, 1, "no_fact", None),
]


@pytest.mark.parametrize(("rule", "line", "column", "key", "proposal"), REFUSED)
def test_the_language_refuses(rule: str, line: int, column: int, key: str, proposal: str | None) -> None:
    with pytest.raises(RuleRefused) as refused:
        read(rule, LIBRARY)
    first = refused.value.problems[0]
    assert (first.key, first.line, first.column, first.proposal) == (key, line, column, proposal)
    assert first.message and "{" not in first.message


@pytest.mark.parametrize(
    ("rule", "key", "proposal"),
    [
        ("person.card", "person_in_household", "household.members.exists(m, …)"),
        ("enrolled('NIGHT')", "enrolled_in_household", "household.members.exists(m, m.enrolled('NIGHT'))"),
        ("card", "bare_fact", "household.members.exists(m, m.card …)"),
    ],
)
def test_a_household_is_not_asked_of_a_person(rule: str, key: str, proposal: str) -> None:
    with pytest.raises(RuleRefused) as refused:
        read(rule, LIBRARY, unit="household")
    assert (refused.value.problems[0].key, refused.value.problems[0].proposal) == (key, proposal)


def test_positions_count_code_points_and_lines() -> None:
    rule = "person.shelf == 'ស្រី' &&\r\n  agee > 3"
    with pytest.raises(RuleRefused) as refused:
        read(rule, LIBRARY)
    assert (refused.value.problems[0].line, refused.value.problems[0].column) == (2, 3)
    with pytest.raises(RuleRefused) as refused:
        read("person.shelf == 'ស្រី' && agee > 3", LIBRARY)
    assert refused.value.problems[0].column == 27


def test_all_problems_of_a_rule_are_told_at_once() -> None:
    with pytest.raises(RuleRefused) as refused:
        read("agee > 3 && person.crd || (person.form > 13 && household.lamp)", LIBRARY)
    assert [(problem.column, problem.key) for problem in refused.value.problems] == [
        (1, "unknown_root"),
        (13, "unknown_fact"),
        (42, "out_of_range"),
    ]


def test_the_message_can_be_said_in_another_language() -> None:
    with pytest.raises(RuleRefused) as refused:
        read("household.floor == 'ston'", LIBRARY)
    problem = refused.value.problems[0]
    assert problem.text({"not_in_list": "{name}: {value}?"}) == "floor: ston?"
    assert problem.text({}) == ENGLISH["not_in_list"].format(value="ston", name="floor")


def test_phrases_inside_a_message_are_said_in_the_language_too() -> None:
    with pytest.raises(RuleRefused) as refused:
        read("person.reads && person.card", LIBRARY)
    problem = refused.value.problems[0]
    assert problem.message == "&& joins conditions; this is reads (whole number)"
    assert problem.text({"need_boolean": "{operator}: {found}?", "phrase_whole": "N"}) == "&&: reads (N)?"
    with pytest.raises(RuleRefused) as refused:
        read("person.card &&", LIBRARY)
    assert refused.value.problems[0].text({"unexpected_end": "+{expected}", "phrase_value": "V"}) == "+V"


@pytest.mark.parametrize(("opening", "closing"), [("(", ")"), ("!", ""), ("!(", ")"), ("-(1 + ", ")")])
def test_a_hundred_levels_are_taken_and_more_are_refused(opening: str, closing: str) -> None:
    per = 1 if opening in ("(", "!") else 3 if "+" in opening else 2
    inner = "person.card" if "1" not in opening else "person.reads"
    tail = "" if "1" not in opening else " > 0"
    deep = 99 // per
    assert read(opening * deep + inner + closing * deep + tail, LIBRARY)
    with pytest.raises(RuleRefused) as refused:
        read(opening * 101 + inner + closing * 101 + tail, LIBRARY)
    assert refused.value.problems[0].key == "too_deep"


def test_long_rules_are_refused_and_long_lists_of_parts_are_not_deep() -> None:
    assert read(" && ".join(["person.card"] * 1000), LIBRARY)
    with pytest.raises(RuleRefused) as refused:
        read("person.card" + " " * 20_000, LIBRARY)
    assert refused.value.problems[0].key == "too_long"


CHOICES = {
    "dates": ("person.returned_on", "person.loan_until", "{} < as_of"),
    "numbers of members": ("household.members.filter(m, m.card).size()", "household.shelves", "{} < household.size"),
    "ranks": ("person.sight", "0", "{} < person.sight"),
}


@pytest.mark.parametrize("kind", CHOICES)
def test_choices_that_would_multiply_in_sql_are_refused_before_it_is_written(kind: str) -> None:
    yes, no, asked = CHOICES[kind]

    def rule(levels: int) -> str:
        inner = yes
        for _ in range(levels):
            inner = f"({asked.format(inner)} ? {yes} : {no})"
        return asked.format(inner)

    assert read(rule(2), LIBRARY)
    with pytest.raises(RuleRefused) as refused:
        read(rule(12), LIBRARY)
    assert refused.value.problems[0].key == "too_entangled"


@pytest.mark.parametrize(
    "rule",
    [
        " || ".join(["person.loan_until > person.returned_on"] * 470),
        f"person.returned_on in [{'none,' * 3_900} none]",
        f"person.fines * 2 in [{'1.5,' * 4_900} 1.5]",
        f"person.age in [{'1,' * 9_900} 1]",
        "household.members.exists(m, " + "||".join(["m.card"] * 2_400) + ")",
    ],
)
def test_no_rule_is_refused_as_entangled_for_its_length_alone(rule: str) -> None:
    assert len(rule) > 17_000
    assert read(rule, LIBRARY)


def test_and_binds_tighter_than_or_and_not_tighter_than_both() -> None:
    assert tree("person.card || person.vault && !person.borrowing") == tree(
        "person.card || (person.vault && (!(person.borrowing)))"
    )
    assert tree("person.reads + 2 * 3 > 1 - 2 - 3") == tree("(person.reads + (2 * 3)) > ((1 - 2) - 3)")
    assert tree("person.card ? person.vault : person.card ? true : false") == tree(
        "person.card ? person.vault : (person.card ? true : false)"
    )
    assert tree("person.card == person.vault && person.card") == tree("(person.card == person.vault) && person.card")


def test_texts_are_normalised_as_stored_text_is() -> None:
    assert tree("person.shelf == ' north '") == tree("person.shelf == 'north'")
