"""What is heard of a name in Latin letters, however it is spelt; and the short key by which it is found.

Cambodian offices romanise by ear: Sok and Sokh, Chea and Jea, Pich and Pech, Vorn and Von, Keo and Kev are one name
each. `heard` folds such spellings together and keeps the vowels in five classes: it is for comparing two names.
`sound_key` keeps only what hardly anybody mishears: the first sound, and after it the order of the consonants in nine
classes. It is for finding: of 200 names misspelt by hand 191 keep their key, and all 200 stay within one step of it
(`near_keys`; tests/search).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from onestop.areas.text import normalise
from onestop.registry.names.khmer import read_aloud

__all__ = ["composed", "heard", "letters", "near_keys", "sound_key", "words_of"]

# Letters and marks of any script; a sign between two letters parts them, and nobody writes digits in a name
_BETWEEN: Final = re.compile(r"[^\w\u1780-\u17dd]|[\d_]")
_NOT_LATIN: Final = re.compile(r"[^a-z]")
# A y before a vowel is a consonant, any other is a vowel; a v after a vowel and before none is one too (Keo, Kev)
_VOWEL_Y: Final = re.compile(r"y(?![aeiou])")
_VOWEL_V: Final = re.compile(r"(?<=[aeiou])[vw](?![aeiou])")

# Letters to one sound each: aspiration is not heard by others, d and t, b and p are one letter in many hands, ng, nh
# and n are one at the end of a word.
_CONSONANTS: Final = {
    "tch": "c", "chh": "c", "ch": "c", "j": "c",
    "ngh": "n", "ng": "n", "gn": "n", "nh": "n", "n": "n",
    "kh": "k", "ck": "k", "gh": "k", "k": "k", "g": "k", "q": "k", "c": "k",
    "th": "t", "dh": "t", "t": "t", "d": "t",
    "ph": "p", "bh": "p", "p": "p", "b": "p", "f": "p",
    "sh": "s", "s": "s", "z": "s", "x": "s",
    "m": "m", "l": "l", "v": "v", "w": "v", "r": "r", "h": "h", "y": "y",
}  # fmt: skip
_VOWELS: Final = {
    "a": "a", "aa": "a", "ai": "a", "ae": "e", "ea": "e", "ia": "e", "ie": "e", "e": "e", "eo": "e", "oe": "e",
    "aeu": "u", "eu": "u", "oeu": "u", "ou": "u", "oo": "u", "u": "u", "uo": "u", "ui": "u", "eou": "u",
    "i": "i", "ei": "i", "ee": "i", "ii": "i", "o": "o", "ao": "o", "au": "o", "oa": "o", "oi": "o",
}  # fmt: skip
_SOUND: Final = re.compile("|".join([*sorted(_CONSONANTS, key=lambda one: -len(one)), "[aeiou]+"]))

# In a key, h, r and y count at the beginning only, where they are heard; the first vowel stands for all vowels
_INSIDE: Final = "kctpnmlsv"
_FIRST: Final = "ahry" + _INSIDE
_UNHEARD: Final = frozenset("hry")
_LONGEST: Final = 60


@lru_cache(maxsize=65_536)
def letters(text: str) -> str:
    """A name as it is compared letter by letter: normalised, small, words parted by single spaces, no other signs."""
    return " ".join(_BETWEEN.sub(" ", normalise(text).casefold()).split())


def _spelt(text: str) -> str:
    """The text of `letters` read aloud, in a–z only."""
    plain = read_aloud(text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
    return _NOT_LATIN.sub("", plain)


def _sounds(spelt: str) -> Iterator[str]:
    """Each sound of a text of a–z: the class of a consonant, or the vowels that stand together."""
    spelt = _VOWEL_V.sub("", _VOWEL_Y.sub("i", spelt))
    for match in _SOUND.finditer(spelt):
        yield _CONSONANTS.get(match.group()) or match.group()


@lru_cache(maxsize=65_536)
def heard(text: str) -> str:
    """What is heard of a text of `letters`, consonants and vowels in their classes; the r nobody says is left out."""
    sounds = [sound if sound in _CONSONANTS else _VOWELS.get(sound, sound[0]) for sound in _sounds(_spelt(text))]
    kept: list[str] = []
    for place, sound in enumerate(sounds):
        after = sounds[place + 1] if place + 1 < len(sounds) else ""
        silent = sound == "r" and place > 0 and after not in _VOWELS  # Vorn, Dathorn
        aspirated = sound == "h" and place > 0 and after not in _VOWELS  # Sopheah
        if not (silent or aspirated or (kept and kept[-1] == sound)):
            kept.append(sound)
    return "".join(kept)


@dataclass(frozen=True, slots=True)
class Word:
    """The key of one word at the beginning of a name and inside it, and whether it begins and ends with a consonant."""

    first: str
    inside: str
    begins: bool
    ends: bool


def _word(word: str) -> Word:
    sounds = ["a" if sound[0] in "aeiou" else sound for sound in _sounds(_spelt(word))]
    inside = before = ""
    for sound in sounds:
        if sound != "a" and sound in _UNHEARD:
            continue
        if sound not in ("a", before):
            inside += sound
        before = sound
    if not sounds:
        return Word("=" + word, "=" + word, begins=False, ends=False)
    first = inside if inside and sounds[0] == inside[0] else sounds[0] + inside
    return Word(first, inside, begins=sounds[0] in _INSIDE, ends=before in _INSIDE and before != "")


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a name as stored or typed. Kept, since a load meets each name many times."""
    return tuple(map(_word, letters(text).split()))


def composed(words: Iterable[Word]) -> str:
    """The key of the words of a name: "sok", "heng" → "skn"; '' of no words.

    A word in a script that nobody here reads is its own key, behind a sign that stands in no other.
    """
    key, ends = "", False
    for word in words:
        if not key:
            key = word.first
        elif ends and word.begins and word.inside[:1] == key[-1]:
            key += word.inside[1:]  # Sok Kim and Sokim sound alike
        else:
            key += word.inside
        ends = word.ends if word.inside else ends
    return key[:_LONGEST]


@lru_cache(maxsize=65_536)
def sound_key(text: str) -> str:
    """The key of a name, or of a part of one; '' where there is no letter at all."""
    return composed(words_of(text))


def near_keys(key: str) -> set[str]:
    """All keys one step away: a sound more, a sound less, or another sound; without the key itself."""
    if "=" in key:
        return set()
    found = set()
    for place in range(len(key) + 1):
        begin, rest = key[:place], key[place:]
        for sound in _INSIDE if place else _FIRST:
            found.add(begin + sound + rest)
            found.add(begin + sound + rest[1:])
        found.add(begin + rest[1:])
    return found - {key, ""}
