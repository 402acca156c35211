"""Search keys of place names: what a clerk types and what the gazetteer says meet here.

Names of persons have keys of their own in the registry; places need no phonetics, but spelling of the Latin names
varies in spaces, hyphens and apostrophes (Siem Reab, Siemreap; S'ang), and people type the kind before the name.
"""

import unicodedata
from functools import lru_cache

from onestop.areas.country import Country
from onestop.areas.text import ascii_digits, normalise


def search_key(text: str) -> str:
    """The text without spaces and punctuation, digits as 0–9, small letters: any script."""
    text = ascii_digits(normalise(text)).casefold()
    return "".join(sign for sign in text if unicodedata.category(sign)[0] in "LMN")


def latin_key(text: str) -> str:
    """The same with accents taken off; only a–z and 0–9 remain, so a text in another script gives ''."""
    plain = unicodedata.normalize("NFKD", search_key(text))
    return "".join(sign for sign in plain if sign.isascii() and sign.isalnum())


@lru_cache(maxsize=4)
def _kind_words(country: Country) -> tuple[str, ...]:
    words = {
        search_key(word)
        for kind in country.kinds.values()
        for names in (kind.names, kind.before, kind.after)
        for word in names.values()
    }
    return tuple(sorted(words - {""}, key=lambda word: (-len(word), word)))


def without_kind(text: str, country: Country) -> str:
    """The text without a kind's word at its start or end: ឃុំចារឈូក → ចារឈូក; '' is never the answer."""
    key = search_key(text)
    for word in _kind_words(country):
        if key.startswith(word) and key != word:
            return key.removeprefix(word)
        if key.endswith(word) and key != word:
            return key.removesuffix(word)
    return text
