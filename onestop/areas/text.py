"""The one door for text: what is stored, searched, compared and sorted goes through here first.

Khmer signs may be typed in several orders that look the same on paper (ស៊ុន with the shifter before or after the
vowel). Unicode's NFC does not make them equal, so `normalise` puts the signs of each syllable in one canonical order,
the one of SIL's Khmer encoding structure, and drops what nobody can see (zero-width characters).
Sorting by code point puts កោះកុង before កំពង់ចាម; `sort_key` gives the order of the dictionary (Unicode collation).
"""

import re
import struct
import unicodedata
from functools import lru_cache
from typing import Final, Protocol

from pyuca.collator import Collator_10_0_0

from onestop.ui.formats import khmer

# Zero-width spaces and joiners, soft hyphen, direction marks, byte order mark, and the two Khmer inherent vowels that
# Unicode discourages: none of them can be seen, so two texts that differ by them only are one text to a clerk.
_INVISIBLE: Final = re.compile("[\u00ad\u17b4\u17b5\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_SPACES: Final = re.compile(r"\s+")
# Two letters Unicode deprecates in favour of these spellings.
_OLD_LETTERS: Final = str.maketrans({"\u17a3": "\u17a2", "\u17a4": "\u17a2\u17b6"})

_LETTER = "[\u1780-\u17a2\u17a5-\u17b3\u25cc]"
_SYLLABLE: Final = re.compile(f"{_LETTER}(?:\u17d2{_LETTER}|[\u17b6-\u17d1\u17d3\u17dd])+")
_PART: Final = re.compile(f"\u17d2{_LETTER}|.")

_E, _I, _AA, _U, _OE, _OO = "\u17c1", "\u17b8", "\u17b6", "\u17bb", "\u17be", "\u17c4"
_TRIISAP, _MUUSIKATOAN = "\u17ca", "\u17c9"
# A syllable of these letters alone is shifted by ៉; one with any other letter by ៊; with ប by ៉ (SIL).
SONORANTS: Final = frozenset("ងញណនមយរលវឡ")
_SUBSCRIPT_RO = "\u17d2\u179a"


def _ranks() -> dict[str, int]:
    """Place of each sign in its syllable, after the letter that opens it (rank 0)."""
    ranks = {"\u17cc": 1, "\u17c9": 4, "\u17ca": 4}  # robat, then subscripts (2, subscript ro 3), then the shifters
    ranks |= dict.fromkeys("\u17be\u17bf\u17c0\u17c1\u17c2\u17c3\u17c4\u17c5", 5)  # vowels written in front or around
    ranks |= dict.fromkeys("\u17bb\u17bc\u17bd", 6)  # below
    ranks |= dict.fromkeys("\u17b7\u17b8\u17b9\u17ba", 7)  # above
    ranks["\u17b6"] = 8  # behind
    ranks |= dict.fromkeys("\u17c6\u17cb\u17cd\u17ce\u17cf\u17d0\u17d1\u17d3\u17dd", 9)  # signs above
    return ranks | dict.fromkeys("\u17c7\u17c8", 10)  # signs at the end


_RANK: Final = _ranks()


def _rank(part: str) -> int:
    if len(part) == 2:
        return 3 if part == _SUBSCRIPT_RO else 2
    return _RANK[part]


def _joined_vowels(parts: list[str]) -> list[str]:
    """Write a vowel typed as its two halves (េ and ី, េ and ា) as the one character it is."""
    for half, whole in ((_I, _OE), (_AA, _OO)):
        while _E in parts and half in parts:
            parts.remove(half)
            parts[parts.index(_E)] = whole
    return parts


def _shifter_for_u(letter: str, parts: list[str]) -> list[str]:
    """Turn a ុ typed for a consonant shifter (ស ុ ី for ស៊ី) into the shifter: on paper they are the same stroke."""
    above = any(part in "\u17b7\u17b8\u17b9\u17ba\u17be\u17d0\u17dd" for part in parts if len(part) == 1)
    above = above or (_AA in parts and "\u17c6" in parts)
    if _U not in parts or not above or _TRIISAP in parts or _MUUSIKATOAN in parts:
        return parts
    letters = [letter, *(part[1] for part in parts if len(part) == 2)]
    strong = "ប" not in letters and any(one not in SONORANTS for one in letters)
    parts[parts.index(_U)] = _TRIISAP if strong else _MUUSIKATOAN
    return parts


def _canonical(match: re.Match[str]) -> str:
    """One syllable with its signs in canonical order; no sign is added or lost."""
    syllable = match.group()
    letter, rest = syllable[0], syllable[1:]
    # Subscript da and subscript ta have one shape; the fonts cannot tell them apart, so neither can a clerk.
    parts = ["\u17d2\u178f" if part == "\u17d2\u178a" else part for part in _PART.findall(rest)]
    parts = _shifter_for_u(letter, _joined_vowels(parts))
    return letter + "".join(sorted(parts, key=_rank))  # sorted() is stable: equal ranks keep the order typed


def normalise(text: str) -> str:
    """Text as it is stored: NFC, Khmer signs in canonical order, nothing invisible, single spaces, none at the ends.

    No letter is ever lost, and normalising twice is normalising once.
    """
    if text.isascii():  # numbers of papers, each another: they would drive the names out of what is remembered
        return " ".join(text.split())
    return _normalised(text)


@lru_cache(maxsize=16_384)
def _normalised(text: str) -> str:
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    text = _SYLLABLE.sub(_canonical, text.translate(_OLD_LETTERS))
    return _SPACES.sub(" ", text).strip()


def ascii_digits(text: str) -> str:
    """The same text with Khmer digits written 0–9, as numbers are stored."""
    return text.translate(khmer.ASCII_DIGITS)


class _Collator(Protocol):
    def sort_key(self, string: str) -> tuple[int, ...]: ...


@lru_cache(maxsize=1)
def _collator() -> _Collator:
    # One fixed version of the collation table, so that keys stored under one Python are found under the next.
    # Loaded on first use: it takes about a second and most commands never sort a name.
    collator: _Collator = Collator_10_0_0()
    return collator


@lru_cache(maxsize=65_536)
def sort_key(text: str) -> bytes:
    """Bytes that compare as a Khmer dictionary orders the texts; b"" for an empty text.

    Stored beside a name, since the database's own order is by code point. Two bytes for each collation weight.
    """
    text = normalise(text)
    if not text:
        return b""
    weights = _collator().sort_key(text)
    return struct.pack(f">{len(weights)}H", *weights)


def name_sort_key(family_name: str, given_name: str) -> bytes:
    """Sort key of a person: all of the family name decides first, then the given name."""
    return sort_key(family_name) + b"\x00\x00" + sort_key(given_name)
