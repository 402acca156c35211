"""A Khmer name in Latin letters, as a clerk would write it who hears it.

Not a transliteration: it only has to sound like the many ways in which offices romanise, so that a name written in
Latin letters finds the one recorded in Khmer and the other way round. Which vowel a sign stands for depends on the
series of the letter before it (Huffman, Cambodian System of Writing, 1970); ៉ and ៊ change the series.
"""

import re
from functools import lru_cache
from itertools import zip_longest
from typing import Final

from onestop.areas.text import SONORANTS

__all__ = ["has_khmer", "read_aloud"]

_FIRST: Final = {
    "ក": "k", "ខ": "kh", "ច": "ch", "ឆ": "chh", "ដ": "d", "ឋ": "th", "ណ": "n", "ត": "t", "ថ": "th",
    "ប": "b", "ផ": "ph", "ស": "s", "ហ": "h", "ឡ": "l", "អ": "", "ឝ": "s", "ឞ": "s",
}  # fmt: skip
_SECOND: Final = {
    "គ": "k", "ឃ": "kh", "ង": "ng", "ជ": "ch", "ឈ": "chh", "ញ": "nh", "ឌ": "d", "ឍ": "th", "ទ": "t", "ធ": "th",
    "ន": "n", "ព": "p", "ភ": "ph", "ម": "m", "យ": "y", "រ": "r", "ល": "l", "វ": "v",
}  # fmt: skip
_LETTERS: Final = _FIRST | _SECOND
# Vowels that stand alone
_ALONE: Final = {
    "ឥ": "i", "ឦ": "ei", "ឧ": "u", "ឨ": "u", "ឩ": "ou", "ឪ": "ov", "ឫ": "rue", "ឬ": "rue", "ឭ": "lue", "ឮ": "lue",
    "ឯ": "ae", "ឰ": "ai", "ឱ": "ao", "ឲ": "ao", "ឳ": "ov",
}  # fmt: skip
# Sign: its sound after a letter of the first and of the second series
_VOWELS: Final = {
    "ា": ("a", "ea"), "ិ": ("e", "i"), "ី": ("ei", "i"), "ឹ": ("oe", "i"), "ឺ": ("eu", "eu"), "ុ": ("o", "u"),
    "ូ": ("ou", "ou"), "ួ": ("uo", "uo"), "ើ": ("aeu", "eu"), "ឿ": ("oeu", "oeu"), "ៀ": ("ie", "ie"), "េ": ("e", "e"),
    "ែ": ("ae", "e"), "ៃ": ("ai", "ei"), "ោ": ("ao", "o"), "ៅ": ("ao", "ov"), "័": ("a", "oa"),
}  # fmt: skip
_NIKAHIT, _BANTOC, _SILENT, _BELOW = "ំ", "់", "៍", "\u17d2"
# A letter with what hangs on it
_CLUSTER: Final = re.compile("[\u1780-\u17b3](?:\u17d2[\u1780-\u17b3]|[\u17b6-\u17d1\u17d3\u17dd])*")
_KHMER: Final = re.compile("[\u1780-\u17dd]")


def has_khmer(text: str) -> bool:
    """Whether there is a Khmer letter or sign in the text."""
    return _KHMER.search(text) is not None


@lru_cache(maxsize=65_536)
def read_aloud(text: str) -> str:
    """Khmer letters of a normalised text as Latin ones; everything else stays as it is."""
    if not has_khmer(text):
        return text
    spoken, end, open_syllable = [], 0, False
    clusters = list(_CLUSTER.finditer(text))
    for match, after in zip_longest(clusters, clusters[1:]):
        if between := text[end : match.start()]:
            spoken.append(between)
            open_syllable = False
        end = match.end()
        following = after.group() if after and after.start() == end else ""
        sound, open_syllable = _spoken(match.group(), open_syllable and not _begins(match.group(), following))
        spoken.append(sound)
    spoken.append(text[end:])
    return "".join(spoken)


def _begins(cluster: str, following: str) -> bool:
    """Whether a cluster without a vowel begins a syllable by what follows it, where it might as well end one.

    A letter with ់ ends a syllable (ស្រី-ស្រស់), and so does a doubled one (សុ-វណ្ណ) or one with a silent letter below.
    """
    if _BANTOC in following or (_doubled(following) or (len(following) == 3 and _BELOW in following)):
        return True
    return _doubled(cluster) and len(following) == 1  # ឧត្តម


def _doubled(cluster: str) -> bool:
    return cluster[1:3] == _BELOW + cluster[:1]


def _spoken(cluster: str, open_syllable: bool) -> tuple[str, bool]:
    """One cluster, and whether its syllable may still take a letter as its end."""
    letter, rest = cluster[0], cluster[1:]
    if letter in _ALONE:
        return _ALONE[letter], True
    if _SILENT in rest:
        return "", open_syllable
    subscripts = [below for mark, below in zip(rest, rest[1:], strict=False) if mark == _BELOW]
    consonants = _LETTERS.get(letter, "") + "".join(_LETTERS.get(below, _ALONE.get(below, "")) for below in subscripts)
    if letter == "ប" and "៉" in rest:
        consonants = "p" + consonants[1:]
    signs = [sign for sign in rest if sign in _VOWELS]
    if not signs and _NIKAHIT not in rest and not (set(rest) & set("ះៈ")):
        if open_syllable:  # the letter that ends the syllable before, silent letters below it and all
            return consonants, False
        return consonants + "o", _BANTOC not in rest
    place = 0 if _is_first(letter, subscripts, rest) else 1
    vowel = "".join(_VOWELS[sign][place] for sign in signs)
    if _NIKAHIT in rest:
        vowel = (vowel or ("a", "o")[place]) + "m"
    if "ះ" in rest:
        vowel = (vowel or "e") + "h"
    if "ៈ" in rest:
        vowel = (vowel or "a") + "k"
    return consonants + vowel, _NIKAHIT not in rest and "ះ" not in rest and "ៈ" not in rest


def _is_first(letter: str, subscripts: list[str], rest: str) -> bool:
    """Whether the cluster is of the first series: that of its last letter that has a say in it.

    Below a sonorant the letter above keeps its series.
    """
    if "៉" in rest:
        return True
    if "៊" in rest:
        return False
    deciding = next((below for below in reversed(subscripts) if below not in SONORANTS), letter)
    return deciding in _FIRST
