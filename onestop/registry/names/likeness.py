"""How like a name is to what a clerk wrote: 0 to 100."""

from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from onestop.registry.names.keys import orders
from onestop.registry.names.khmer import has_khmer
from onestop.registry.names.sounds import heard, letters

__all__ = ["Name", "Written", "written"]

# Only the given name was written, or the two were compared in different scripts: a little less sure
_GIVEN_ONLY: Final = 0.96
_OTHER_SCRIPT: Final = 0.97
# Across scripts only sounds can be compared. Where the name stands in the script written, too, its spelling counts so
# much: sounds alone make much alike that nobody would write so (Zzzblorg, Sophleak)
_SPELLING: Final = 0.4
# The clerk wrote the beginning of the name only
_BEGINS: Final = 75.0


@dataclass(frozen=True, slots=True)
class Name:
    """The names of one person, as stored."""

    family_km: str
    given_km: str
    family_latin: str
    given_latin: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a clerk wrote, ready to be compared with many names."""

    khmer: bool
    spelt: tuple[str, ...]
    sounds: tuple[str, ...]

    def likeness(self, name: Name) -> float:
        """0 to 100: the better of the Khmer and the Latin name; 100 is letter by letter, in either order."""
        khmer = letters(name.family_km), letters(name.given_km)
        latin = letters(name.family_latin), letters(name.given_latin)
        same, other = (khmer, latin) if self.khmer else (latin, khmer)
        across = self._script(*other, same=False)
        if any(same):
            across = (1 - _SPELLING) * across + _SPELLING * self._spelling(*same)
        return max(self._script(*same, same=True), across)

    def _spelling(self, family: str, given: str) -> float:
        joined = given.replace(" ", "")
        return max(_best(self.spelt, family.replace(" ", "") + joined), fuzz.ratio(self.spelt[0], joined))

    def _script(self, family: str, given: str, *, same: bool) -> float:
        if not (family or given):
            return 0.0
        sounds_given = heard(given)
        sounds = heard(family) + sounds_given
        whole = _best(self.sounds, sounds)
        alone = fuzz.ratio(self.sounds[0], sounds_given) if family and given else 0.0
        if same:
            joined = given.replace(" ", "")
            whole = (whole + _best(self.spelt, family.replace(" ", "") + joined)) / 2
            alone = (alone + fuzz.ratio(self.spelt[0], joined)) / 2
        if len(self.sounds[0]) > 1 and sounds.startswith(self.sounds[0]):
            whole = max(whole, _BEGINS)
        return max(whole, alone * _GIVEN_ONLY) * (1.0 if same else _OTHER_SCRIPT)


def _best(ways: tuple[str, ...], name: str) -> float:
    return max(fuzz.ratio(way, name) for way in ways)


def written(text: str) -> Written:
    """A clerk's words, to be compared."""
    words = letters(text).split()
    ways = orders(words) or [""]
    return Written(
        has_khmer(text),
        tuple(way.replace(" ", "") for way in ways),
        tuple("".join(map(heard, way.split())) for way in ways),
    )
