"""Criteria and conditions as sentences, in each language of the country.

The patterns are those of the country pack (`patterns.yaml`), the nouns and predicates those of its facts; dates are
written with the month's name and numbers as everywhere in the product.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from django.utils import translation

from criteria.catalogue import Catalogue
from criteria.check import OPEN_KEY
from criteria.tree import Node
from criteria.words import ENGLISH, Voice
from onestop.areas.country import Country, pack
from onestop.eligibility.rulebook import Version
from onestop.ui.format import count, day

_OWN = "open"  # how the first criterion, a programme's own openings, is said


@lru_cache(maxsize=8)
def patterns(country: Country | None = None) -> Mapping[str, Mapping[str, str]]:
    """The patterns of every language of the country; what a language leaves out is said as in English."""
    country = country or pack()
    found: dict[str, dict[str, str]] = {language: dict(ENGLISH) for language in country.languages}
    if country.has("patterns.yaml"):
        node = country.node("patterns.yaml").child("patterns")
        for language in country.languages:
            if node.has(language):
                found[language].update(node.names(language))
    return found


def voice(language: str, catalogue: Catalogue) -> Voice:
    """One language of the country over these facts."""
    return Voice(
        language,
        catalogue,
        patterns()[language],
        say_date=lambda one: in_its_language(one, language),
        say_number=lambda value: count(value) if isinstance(value, int) else f"{value}",
    )


def in_its_language(one: date, language: str) -> str:
    """A date with the month's name in the language of the sentence, whatever the page's is."""
    with translation.override(language):
        return day(one)


def sentence(tree: Node, catalogue: Catalogue) -> dict[str, str]:
    """A tree in every language of the country."""
    return {language: voice(language, catalogue).sentence(tree) for language in pack().languages}


def criterion_sentence(version: Version, key: str, tree: Node, catalogue: Catalogue) -> dict[str, str]:
    """A criterion in every language: the words its author gave it where there are any, else made from the tree."""
    if key == OPEN_KEY:
        return {
            language: patterns()[language].get(_OWN, patterns()[language]["in_area"]) for language in pack().languages
        }
    made = sentence(tree, catalogue)
    return {**made, **version.words(key)}
