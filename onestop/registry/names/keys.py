"""The keys under which a person is found, and those under which a clerk's words are looked up.

A person has a key for the whole name, family name first, and one for the given name alone, behind a point. Where the
Khmer and the Latin name do not sound the same there is a key for each; mostly there is not. So a person has two keys or
three, and a name written with the given name first, in parts, as one word, or with the given name only finds them.
"""

from dataclasses import dataclass

from onestop.registry.names.sounds import composed, letters, near_keys, sound_key, words_of

__all__ = ["GIVEN", "Asked", "asked", "keys_of", "orders"]

GIVEN = "."  # a key of the given name alone begins with it


def keys_of(family_name_km: str, given_name_km: str, family_name_latin: str, given_name_latin: str) -> frozenset[str]:
    """The keys of a person with these names, as stored."""
    keys = set()
    for family, given in ((family_name_km, given_name_km), (family_name_latin, given_name_latin)):
        first, second = words_of(family), words_of(given)
        keys.add(composed(first + second))
        if first and second:
            keys.add(GIVEN + sound_key(given))
        if len(second) > 1:  # the parts of a given name that are written apart
            keys |= {GIVEN + composed((part,)) for part in second}
    return frozenset(keys - {""})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a clerk wrote, as keys to look up, in the order of how much they promise.

    `exact`: the sounds written, in either order of the names. `near`: one sound wrong. `begins`: ranges [from, to) of
    the keys that begin with the sounds written.
    """

    exact: tuple[str, ...]
    near: tuple[str, ...]
    begins: tuple[tuple[str, str], ...]


def orders(words: list[str]) -> list[str]:
    """The words in the orders in which names are written: as they stand, the last first, the first last."""
    ways = [words, [words[-1], *words[:-1]], [*words[1:], words[0]]] if words else []
    return list(dict.fromkeys(map(" ".join, ways)))


def asked(text: str) -> Asked:
    """The keys of a clerk's words."""
    words = letters(text).split()
    whole = list(dict.fromkeys(sound_key(order) for order in orders(words)))
    whole = [key for key in whole if key]
    if not whole:
        return Asked((), (), ())
    given = whole[0]
    exact = [*whole, GIVEN + given]
    near = [*dict.fromkeys(one for key in whole for one in sorted(near_keys(key)))]
    near += [GIVEN + one for one in sorted(near_keys(given))]
    begins = [(one, one[:-1] + chr(ord(one[-1]) + 1)) for one in (given, GIVEN + given)]
    return Asked(tuple(exact), tuple(one for one in near if one not in exact), tuple(begins))
