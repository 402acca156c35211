"""A rule as a sentence, in any language that brings its patterns.

A `Voice` is one language: patterns by key, labels from the catalogue. `Voice.sentence(tree)` is the whole criterion,
`Voice.atom(node)` one condition of it (for “what would turn it”). `ENGLISH` is complete and lists every key; a
language may leave out a key that has a fallback (`age_ge` falls back on `compare_ge`, `member_enrolled` on `enrolled`).
In a pattern the words in braces are filled in; `list_or`, `and`, `or` are what stands between parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from criteria.catalogue import Catalogue, Fact
from criteria.tree import Node, Root

ENGLISH: dict[str, str] = {
    # whose fact: {fact} is its label
    "person": "{fact}",
    "household": "{fact} of the household",
    "member": "{fact}",
    # values
    "true": "yes",
    "false": "no",
    "text": "“{text}”",
    "none": "does not apply",
    "as_of": "the day asked",
    "as_of_plus": "{days} days after the day asked",
    "as_of_minus": "{days} days before the day asked",
    "age_years": "{n} years",
    "age_months": "{n} months",
    # a fact that is yes or no: by its own predicate (person_says, household_says and member_says go before), or so
    "says": "{predicate}",
    "fact_true": "{fact}: yes",
    "fact_false": "{fact}: no",
    # comparisons; age_, date_, number_, code_ and value_ may be said in their own way
    "compare_eq": "{left} is {right}",
    "compare_ne": "{left} is not {right}",
    "compare_lt": "{left} is less than {right}",
    "compare_le": "{left} is at most {right}",
    "compare_gt": "{left} is more than {right}",
    "compare_ge": "{left} is at least {right}",
    "age_lt": "{left} is under {right}",
    "age_gt": "{left} is over {right}",
    "date_lt": "{left} is before {right}",
    "date_le": "{left} is on or before {right}",
    "date_gt": "{left} is after {right}",
    "date_ge": "{left} is on or after {right}",
    "none_eq": "{left} does not apply",
    "none_ne": "{left} applies",
    "in": "{left} is one of: {choices}",
    "in_not": "{left} is none of: {choices}",
    "list_or": ", ",
    "in_set": "{left} include {choice}",
    "in_set_not": "{left} do not include {choice}",
    # joining
    "and": " and ",
    "or": " or ",
    "not": "it is not so that {text}",
    "if": "if {condition}, then {yes}; otherwise {no}",
    "group": "({text})",
    # arithmetic
    "plus": "{left} + {right}",
    "minus": "{left} − {right}",
    "times": "{left} × {right}",
    "divided": "{left} divided by {right} (whole part)",
    "remainder": "remainder of {left} divided by {right}",
    "negative": "−{value}",
    # functions
    "has": "{fact} is known",
    "has_not": "{fact} is not known",
    "enrolled": "enrolled in {programme}",
    "enrolled_not": "not enrolled in {programme}",
    "in_area": "{programme} is offered in the place",
    "in_area_not": "{programme} is not offered in the place",
    # members
    "exists": "at least one member of the household: {body}",
    "exists_not": "no member of the household: {body}",
    "all": "every member of the household: {body}",
    "all_not": "not every member of the household: {body}",
    "count": "number of members with ({body})",
}


class PatternMissing(KeyError):
    """The language lacks a pattern that has no fallback; the message names it."""


def _plain_number(value: object) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


@dataclass(frozen=True)
class Voice:
    """One language. `say_date` and `say_number` print dates and numbers as its readers expect them."""

    language: str
    catalogue: Catalogue
    patterns: Mapping[str, str] = field(default_factory=lambda: ENGLISH)
    say_date: Callable[[date], str] = date.isoformat
    say_number: Callable[[object], str] = _plain_number

    def sentence(self, tree: Node) -> str:
        """The criterion as a sentence, beginning with a capital where the script has them."""
        return _capital(tree.words(self))

    def atom(self, node: Node) -> str:
        """One condition."""
        return self.sentence(node)

    # what the nodes ask for
    def say(self, pattern: str, *fallbacks: str, **parts: str) -> str:
        for key in (pattern, *fallbacks):
            template = self.patterns.get(key)
            if template is not None:
                return template.format_map(parts)
        raise PatternMissing(f"the patterns of “{self.language}” lack {pattern}")

    def join(self, pattern: str, parts: Sequence[str]) -> str:
        return self.say(pattern).join(parts)

    def fact(self, root: Root, fact: Fact) -> str:
        return self.say(root, fact=fact.noun(self.language))

    def holds(self, root: Root, fact: Fact, positive: bool) -> str:
        predicate = fact.predicate(self.language, positive)
        if predicate:
            return self.say(f"{root}_says", "says", predicate=predicate)
        return self.say("fact_true" if positive else "fact_false", fact=self.say(root, fact=fact.label(self.language)))

    def code(self, fact: Fact, code: str) -> str:
        return fact.code_label(code, self.language)

    def programme(self, code: str) -> str:
        return self.catalogue.programme_name(code, self.language)

    def date(self, day: date) -> str:
        return self.say_date(day)

    def number(self, value: object) -> str:
        return self.say_number(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
