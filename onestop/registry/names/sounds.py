"""What is heard of a name in Latin letters, however it is spelt; and the short key by which it is found.

Cambodian offices romanise by ear: Sok and Sokh, Chea and Jea, Pich and Pech, Vorn and Von, Keo and Kev are one name each.
`heard` folds such spellings together and keeps the vowels in a few classes: it is for comparing two names. `key` keeps
only what hardly anybody mishears, the order of the consonants in eight classes, and the first sound: it is for finding.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from onestop.areas.text import normalise
from onestop.registry.names.khmer import read_aloud

__all__ = ["heard", "key", "letters", "near_keys", "words"]

_NO_LETTER: Final = re.compile(r"[^\w\s]|[\d_]")
_NOT_LATIN: Final = re.compile(r"[^a-z]")

# Letters to one sound each, the longest first: aspiration is not heard by others, d and t, b and p are one letter in
# many hands, ng, nh and n are one at the end of a word.
_CONSONANTS: Final = {
    "tch": "c", "chh": "c", "ch": "c", "jh": "c", "j": "c",
    "ngh": "n", "ng": "n", "gn": "n", "nh": "n", "n": "n",
    "kh": "k", "ck": "k", "gh": "k", "k": "k", "g": "k", "q": "k", "c": "k",
    "th": "t", "dh": "t", "t": "t", "d": "t",
    "ph": "p", "bh": "p", "p": "p", "b": "p", "f": "p",
    "sh": "s", "s": "s", "z": "s", "x": "s",
    "m": "m", "l": "l", "v": "v", "w": "v", "r": "r", "h": "h",
}  # fmt: skip
_VOWELS: Final = frozenset("aeiou")
_SOUND: Final = re.compile("|".join([*sorted(_CONSONANTS, key=lambda one: -len(one)), "y", "[aeiou]+"]))


@lru_cache(maxsize=65_536)
def letters(text: str) -> str:
    """A name as it is compared letter by letter: normalised, small, without signs and digits, single spaces."""
    return " ".join(_NO_LETTER.sub(" ", _kept_marks(normalise(text).casefold())).split())


def _kept_marks(text: str) -> str:
    return text


def words(text: str) -> list[str]:
    return letters(text).split()


def latin(text: str) -> str:
    """The text read aloud, in a–z only, without spaces."""
    plain = unicodedata.normalize("NFKD", read_aloud(text))
    return _NOT_LATIN.sub("", plain)


@lru_cache(maxsize=65_536)
def heard(text: str) -> str:
    """Consonants in their classes and vowels in four, of a text of `letters`."""
    sounds = []
    spelt = latin(text)
    for match in _SOUND.finditer(spelt):
        pass
    return "".join(sounds)
