import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.areas.text import ascii_digits, name_sort_key, normalise, sort_key

KHMER = st.text(alphabet=[chr(code) for code in range(0x1780, 0x17DE)] + ["\u200b", " ", "a"], max_size=12)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ស\u17bb\u17caន", "ស\u17ca\u17bbន"),  # vowel before shifter
        ("ស\u17bb\u17b8ម", "ស\u17ca\u17b8ម"),  # ុ typed for the shifter ៊
        ("ម\u17bb\u17b6\u17c6ង", "ម\u17c9\u17b6\u17c6ង"),  # the same on a sonorant: ៉
        ("ក\u17c1\u17b6ះ", "ក\u17c4ះ"),  # e and aa typed for the one vowel ោ
        ("ក\u17c1\u17b8ត", "ក\u17beត"),  # e and ii for ើ
        ("ស\u17b6\u17d2ពន", "ស\u17d2ពាន"),  # vowel before the subscript
        ("ស\u17d2រ\u17d2តី", "ស\u17d2ត\u17d2រី"),  # subscript ro is last
        ("កណ\u17d2ដាល", "កណ\u17d2តាល"),  # subscripts da and ta look the same
        ("\u17a3\u17a4", "អអា"),
    ],
)
def test_it_brings_signs_typed_in_any_order_to_one_text(typed: str, stored: str) -> None:
    assert normalise(typed) == stored


def test_it_keeps_a_subscript_with_its_own_letter_and_not_the_next() -> None:
    # khmernormalizer 0.0.4 makes ត្មតលោង of this village: it takes the letter after a subscript for another subscript.
    assert normalise("ត\u17b6\u17d2មតលេង") == "ត្មាតលេង"
    assert normalise("អភិវឌ្ឍន៌") == "អភិវឌ្ឍន៌"


def test_it_strips_what_nobody_sees_and_folds_spaces() -> None:
    assert normalise("\ufeff កែវ\u200b \u00a0\u200c ស្រី\u200dមុំ\n") == "កែវ ស្រីមុំ"
    assert normalise("Jose\u0301") == "José"
    assert normalise(" \u200b ") == ""


@given(KHMER)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(KHMER)
def test_no_letter_is_ever_lost(text: str) -> None:
    def letters(of: str) -> list[str]:
        folded = of.replace("\u17d2ដ", "\u17d2ត").replace("\u17a3", "អ").replace("\u17a4", "អ")
        return sorted(c for c in folded if unicodedata.category(c).startswith("L"))

    assert letters(normalise(text)) == letters(text)


def test_names_sort_as_in_a_khmer_dictionary() -> None:
    assert sort_key("កំពង់ចាម") < sort_key("កោះកុង")
    assert "កោះកុង" < "កំពង់ចាម"  # code points would have it the other way
    assert sort_key("") == b""
    assert sort_key("ស\u17bb\u17caន") == sort_key("ស\u17ca\u17bbន")


def test_the_family_name_decides_before_the_given_name() -> None:
    people = [("សុខ", "អនុ"), ("សុខា", "កុសល"), ("សុខ", "ចាន់ធី"), ("កែវ", "ស្រីមុំ")]
    assert sorted(people, key=lambda name: name_sort_key(*name)) == [
        ("កែវ", "ស្រីមុំ"), ("សុខ", "ចាន់ធី"), ("សុខ", "អនុ"), ("សុខា", "កុសល"),
    ]  # fmt: skip


def test_khmer_digits_are_read_as_digits() -> None:
    assert ascii_digits("ផ្ទះ ១២៣៤៥៦៧៨៩០") == "ផ្ទះ 1234567890"
