"""What is wrong with a rule: where, why, and what to write instead.

A problem has a stable `key` with `params`; English texts stand in `ENGLISH`, any other language is a mapping of the
same keys handed in by the caller. Positions are 1-based and count code points, so that a Khmer letter and its sign
count as an editor counts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

ENGLISH: dict[str, str] = {
    # writing
    "empty": "The rule is empty",
    "too_long": "The rule has {length} characters; at most {limit} are allowed: split it into criteria",
    "too_deep": "The rule is nested more than {limit} deep: split it into criteria",
    "too_entangled": "Choices inside the conditions of choices make the rule too long to run: split it into criteria",
    "too_many_criteria": "The programme has {count} criteria; at most {limit} are allowed",
    "bad_character": "“{text}” has no place in a rule",
    "bad_space": "This blank (U+{code}) is not a plain space",
    "bad_operator": "“{text}” is not an operator of the language",
    "bad_word": "“{text}” is not an operator of the language",
    "comment": "Comments are not allowed in a rule: the sentence is made from the rule itself",
    "hexadecimal": "Hexadecimal numbers are not allowed",
    "exponent": "Numbers with an exponent are not allowed",
    "number_suffix": "“{text}” is not a number of the language",
    "bare_point": "A decimal number has digits on both sides of the point",
    "too_precise": "A decimal number has at most four places",
    "too_big": "The number does not fit into 64 bits",
    "open_text": "The text is not closed on its line",
    "text_prefix": "Texts with a prefix (raw text, bytes) are not allowed",
    "triple_quotes": "Texts in triple quotes are not allowed",
    "bad_escape": "“{text}” is not an escape in a text",
    "unexpected": "Expected {expected}, found “{found}”",
    "unexpected_end": "Expected {expected}, but the rule ends here",
    "chained": "Comparisons cannot be chained",
    "index": "Square brackets after a value are not allowed",
    "map": "Maps and messages are not allowed",
    # words
    "null": "null is not allowed: a missing value is unknown by itself; ask has(…)",
    "unknown_root": "“{name}” is not known; facts carry their root: person, household or the name of the member",
    "bare_fact": "“{name}” needs its root",
    "unknown_fact": "{root} has no fact “{name}”",
    "root_alone": "“{name}” alone is not a value; name one of its facts",
    "members_alone": "household.members can only be asked by exists, all, or filter(…).size()",
    "too_many_dots": "“{name}” has no parts",
    "unknown_function": "There is no function “{name}”",
    "unknown_macro": "Members have no “{name}”; there are exists, all and filter(…).size()",
    "filter_size": "filter(…) needs .size() after it, nothing else",
    "count_all": "All members are counted by household.size",
    "macro_arguments": "{name} takes the name of a member and a condition",
    "macro_name": "“{name}” cannot be the name of a member",
    "macro_nested": "A macro inside a macro is not allowed",
    "macro_constant": "The condition on the members asks no fact, so it is the same for all",
    "person_in_macro": "person cannot be asked inside a condition on the members",
    "person_in_household": "A programme for households cannot ask person; ask the members",
    "enrolled_in_household": "A programme for households cannot ask enrolled of a person; ask the members",
    "enrolled_in_macro": "Inside a condition on the members, ask the member",
    "in_area_in_macro": "in_area is about the household: write it outside the condition on the members",
    "enrolled_of_household": "A household is not asked; ask its members",
    "enrolled_of_person": "enrolled is written without person",
    "function_arguments": "{name} takes {expected}",
    "unknown_programme": "There is no programme “{name}”",
    "bad_date": "“{text}” is not a date; write date('2026-11-01')",
    # types
    "not_boolean": "A criterion is true or false; this is {found}",
    "need_boolean": "{operator} joins conditions; this is {found}",
    "need_number": "{operator} works on numbers; this is {found}",
    "types_differ": "{left} cannot be compared with {right}",
    "no_order": "{found} cannot be compared by {operator}; only numbers, dates, ages and ordered codes can",
    "set_compare": "A fact of several codes is asked by 'code' in {name}",
    "none_not_date": "none stands only with dates",
    "not_in_list": "“{value}” is not in the code list of {name}",
    "code_as_text": "The codes of {name} are written as whole numbers",
    "code_as_number": "The codes of {name} are written as text",
    "other_list": "{left} and {right} have different code lists",
    "out_of_range": "{value} is outside the range of {name} ({low} to {high})",
    "age_literal": "An age can only be compared with a whole number",
    "in_needs_list": "in needs a list of literals or a fact of several codes",
    "in_empty": "in [] is never true",
    "in_literals": "A list holds literals only",
    "set_member": "A fact of several codes is asked by one of its codes in quotes",
    "arithmetic_type": "No arithmetic with {found}",
    "decimal_division": "{operator} on decimals is not allowed",
    "decimal_places": "The product has too many places to stay exact: multiply at most four decimals",
    "zero_division": "Division by zero",
    "date_difference": "Dates are not subtracted; compare a date with as_of",
    "as_of_days": "Only a whole number of days can be added to or taken from as_of",
    "count_multiply": "A number of members is multiplied or divided only by a whole number that is not 0",
    "count_remainder": "% is not allowed on a number of members",
    "arms_differ": "Both results of ? : must have one type: {left} and {right}",
    "has_fact": "has(…) takes a fact",
    # sense
    "no_fact": "The rule asks no fact",
    "contradiction": "Nobody can meet this: {what} has no value left",
    "contradiction_atom": "Nobody can meet this: it is asked and denied",
    "always_true": "This is true of every value of {what}",
    "never_true": "No member can meet this condition",
    "compartment": "{what} belongs to the compartment “{compartment}”; the programme must carry it",
    "criterion_key": "A key has only a–z, 0–9 and _; “{key}” has not",
    "criterion_twice": "The key “{key}” stands twice",
    "criterion_reserved": "The key “{key}” is kept for the openings",
    # phrases that stand inside the sentences above
    "phrase_condition": "a condition",
    "phrase_whole": "a whole number",
    "phrase_decimal": "a decimal number",
    "phrase_date": "a date",
    "phrase_code": "a code",
    "phrase_text": "a text",
    "phrase_set": "a fact of several codes",
    "phrase_age": "an age",
    "phrase_age_months": "an age in months",
    "phrase_operator": "an operator",
    "phrase_value": "a value",
    "phrase_fact_name": "the name of a fact",
    "phrase_one_fact": "one fact",
    "phrase_one_programme": "the code of one programme in quotes",
    "phrase_one_date": "one date in quotes: date('2026-11-01')",
    "phrase_members": "the number of members",
    "phrase_number": "the number",
}

_PHRASES = {text: key for key, text in ENGLISH.items() if key.startswith("phrase_")}
_NAMED_KIND = re.compile(r"(?P<name>\w+) \((?P<kind>.+)\)")


def _in_language(part: str, messages: Mapping[str, str]) -> str:
    """A part of a sentence: a phrase is said in the language, a name or a number stays as it is."""
    if part in _PHRASES:
        return messages.get(_PHRASES[part], part)
    named = _NAMED_KIND.fullmatch(part)
    if named is None:
        return part
    for article in ("a ", "an ", ""):
        key = _PHRASES.get(article + named["kind"])
        if key is not None and key in messages:
            return f"{named['name']} ({messages[key]})"
    return part


@dataclass(frozen=True)
class Problem:
    """One finding. `severity` is error (the rule is refused) or warning (it may be saved)."""

    line: int
    column: int
    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    proposal: str | None = None
    severity: Literal["error", "warning"] = "error"
    criterion: str | None = None
    position: int = 0

    @property
    def message(self) -> str:
        """The English text."""
        return self.text({})

    def text(self, messages: Mapping[str, str]) -> str:
        """The text from the templates of a language; English where the language has none."""
        template = messages.get(self.key) or ENGLISH[self.key]
        return template.format_map({name: _in_language(part, messages) for name, part in self.params.items()})

    @property
    def is_error(self) -> bool:
        return self.severity == "error"


class RuleRefused(ValueError):
    """A rule that does not check; `problems` says why, in the order of the text."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.position))
        first = self.problems[0]
        super().__init__(f"{first.line}:{first.column}: {first.message}")
