"""Names as sounds: what is one name however it is spelt, what is another, and the keys that follow from it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.areas.text import normalise
from onestop.registry.names.keys import GIVEN, asked, keys_of, orders
from onestop.registry.names.khmer import has_khmer, read_aloud
from onestop.registry.names.likeness import Name, written
from onestop.registry.names.sounds import heard, letters, near_keys, sound_key

# Spellings of one name that have one key: they are found at the first look
ONE_NAME = [
    ("សុខ", "Sok", "Sokh", "SOCK"),
    ("ជា", "Chea", "Jea", "Chia"),
    ("អ៊ុក", "Uk", "Ouk", "Ook"),
    ("វ៉ន", "Vorn", "Von", "Wan"),
    ("ដារ៉ា", "Dara", "Tarra", "Dhara"),
    ("ពិសិដ្ឋ", "Piseth", "Pisit", "Phisith"),
    ("ស្រីមុំ", "Sreymom", "Sreimum", "Serey Mom"),
    ("ឡាយ", "Lay", "Lai", "Ly"),
    ("សុវណ្ណ", "Sovann", "Zovan", "Suwan"),
    ("ញ៉េប", "Nhep", "Gneb", "Nep"),
    ("យឿន", "Yoeun", "Yeun", "Yun"),
    ("ហេង", "Heng", "Hen", "Haeng"),
]
# Names that sound different enough to have keys of their own
OTHER_NAMES = [("Sok", "Som"), ("ជា", "តា"), ("Dara", "Bopha"), ("Heng", "Leng"), ("An", "Han"), ("រស់", "លស់")]
KHMER = st.text(st.characters(min_codepoint=0x1780, max_codepoint=0x17DD), max_size=12)
LATIN = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz "), max_size=12)


def key(name: str) -> str:
    return sound_key(letters(name))


@pytest.mark.parametrize("spellings", ONE_NAME, ids=lambda one: one[1])
def test_one_name_has_one_key_in_both_scripts_and_in_every_hand(spellings: tuple[str, ...]) -> None:
    assert {key(one) for one in spellings} == {key(spellings[0])}


@pytest.mark.parametrize(("one", "other"), OTHER_NAMES)
def test_other_names_have_other_keys(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_khmer_is_read_aloud_as_clerks_romanise_it() -> None:
    spoken = {"ធារិទ្ធ": "thearitth", "ឧត្តម": "uttom", "ប៉េង": "peng", "បូផា": "boupha", "វណ្ណៈ": "vonnak", "ពៅ": "pov"}
    spoken |= {"ស្រីស្រស់": "sreisros", "ច័ន្ទ": "chant", "លក្ខណ៍": "lokkh", "ឥន្ទ": "int", "សុវណ្ណា": "sovonna"}
    spoken |= {"ហ៊ាន": "hean", "រុំ": "rum", "សំ": "sam", "ៗ": "ៗ", "Sok ២": "Sok ២", "": ""}
    assert {name: read_aloud(normalise(name)) for name in spoken} == spoken
    assert has_khmer("Sok សុខ") and not has_khmer("Sok ១")


def test_the_order_of_typing_the_signs_makes_no_other_key() -> None:
    assert key("ស៊ុន") == key("ស៊ុន"[0] + "ុ" + "៊" + "ន") == key("Sun")


def test_words_written_apart_or_together_have_one_key() -> None:
    for apart in ("Sok Kim", "Srey Mom", "សុខ គឹម", "Chhay Yoeun", "Heng Ly"):
        assert key(apart) == key(apart.replace(" ", ""))


def test_a_near_key_is_one_sound_away_and_never_the_key_itself() -> None:
    near = near_keys("skn")
    assert {"sn", "sk", "kn", "stn", "sknm", "askn"} <= near and not {"s", "snk", "sknmt"} & near
    assert "skn" not in near and "" not in near_keys("s") and near_keys("=李四") == set()
    assert all(abs(len(one) - 3) <= 1 for one in near)


def test_a_name_in_a_script_nobody_here_reads_is_its_own_key() -> None:
    assert key("李 四") == "=李=四" and keys_of("", "", "", "") == frozenset()
    assert key("2014 · –") == "" and asked("…").exact == ()


def test_a_person_has_two_keys_where_both_scripts_sound_alike_and_more_where_not() -> None:
    assert keys_of("សុខ", "ដារ៉ា", "Sok", "Dara") == {"skt", GIVEN + "t"}
    assert keys_of("សាន", "សាន្ត", "San", "San") == {"snsnt", GIVEN + "snt", "snsn", GIVEN + "sn"}
    assert GIVEN + key("Mom") in keys_of("", "", "Sok", "Srey Mom")
    assert keys_of("", "", "", "Dara") == {"t"}


def test_what_a_clerk_writes_is_asked_in_either_order_of_the_names() -> None:
    assert orders(["a", "b", "c"]) == ["a b c", "c a b", "b c a"] and orders([]) == []
    keys = keys_of("សុខ", "វណ្ណា", "Sok", "Vanna")
    for text in ("Sok Vanna", "Vanna Sok", "វណ្ណា សុខ", "SOK, Vanna!", "Vanna"):
        assert keys & set(asked(text).exact), text
    assert keys & set(asked("Som Vanna").near) and not keys & set(asked("Som Vanna").exact)


def test_likeness_is_whole_for_the_name_itself_in_either_order_and_script() -> None:
    name = Name("សុខ", "វណ្ណា", "Sok", "Vanna")
    assert written("sok vanna").likeness(name) == written("វណ្ណា សុខ").likeness(name) == 100
    likeness = [written(text).likeness(name) for text in ("Sok Vanna", "Sock Vana", "Sok Vanny", "Chea Borey")]
    assert all(more > less for more, less in pairwise(likeness)) and likeness[-1] < 60
    assert written("Sok Vanna").likeness(Name("សុខ", "វណ្ណា", "", "")) > 80
    assert written("Sok").likeness(name) >= 70 and written("").likeness(name) == 0


@given(st.one_of(KHMER, LATIN))
def test_every_text_has_a_short_key_and_can_be_asked(text: str) -> None:
    name = letters(text)
    assert len(sound_key(name)) <= 60 and heard(name) == heard(name)
    assert bool(sound_key(name)) == bool(name)
    keys = asked(text)
    assert not set(keys.exact) & set(keys.near) and "" not in keys.near
    if name:
        assert keys_of(text, "", "", "") <= {sound_key(name)} and sound_key(name) in keys.exact
        assert all(low <= sound_key(name) < high for low, high in keys.begins[:1])
