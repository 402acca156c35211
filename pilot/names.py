"""Invented Khmer names with their Latin spelling.

Shape of `names.yaml`:

    surnames: [{km: សុខ, latin: Sok, weight: 40, variants: [Sokh]}, …]
    given: [{km: បូផា, latin: Bopha, sex: F, variants: [Bupha]}, …]   # names in one part; sex F, M or U for both
    first: [{km: ស្រី, latin: Srey, sex: F, variants: []}, …]         # first parts of names in two
    second: [{km: មុំ, latin: Mom, sex: F, variants: [Mum]}, …]       # second parts

Given names in two parts are what keeps namesakes rare: some hundred whole names alone would give a district hundreds
of people of one name. The old have more names in one part, the young more in two, as in life.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random
from typing import Any, Final

from pilot.figures import FiguresWrong

_VARIANT_SHARE: Final = 0.12  # of persons whose Latin spelling is not the usual one
_ONE_PART: Final = ((45, 0.55), (25, 0.3), (0, 0.18))  # from age on: share of given names in one part


@dataclass(frozen=True, slots=True)
class Name:
    """A name in Khmer and its Latin spellings, the usual one first."""

    km: str
    latin: tuple[str, ...]


class _Urn:
    """Names drawn by weight."""

    def __init__(self, names: Sequence[Name], weights: Sequence[float]) -> None:
        self.names = names
        self.reached = list(accumulate(weights))
        self.whole = self.reached[-1]

    def draw(self, at: float) -> Name:
        return self.names[bisect_right(self.reached, at * self.whole)]


class Names:
    """Draws names; made by `Names.read` from the mapping of the country pack."""

    def __init__(self, surnames: _Urn, whole: Mapping[str, _Urn], paired: Mapping[str, _Urn]) -> None:
        self._surnames = surnames
        self._whole = whole
        self._paired = paired

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Names":
        """Raises FiguresWrong when a list is missing or has no name for a sex."""
        lacking = [key for key in ("surnames", "given", "first", "second") if not data.get(key)]
        if lacking:
            raise FiguresWrong(f"names: {', '.join(lacking)} missing; see pilot/names.py for the shape")
        whole: dict[str, _Urn] = {}
        paired: dict[str, _Urn] = {}
        for sex in ("F", "M"):
            given, first, second = (
                _distinct(_name(row) for row in data[key] if _suits(row, sex)) for key in ("given", "first", "second")
            )
            if not given or len(first) < 2 or len(second) < 2:
                raise FiguresWrong(f"names: no given name or fewer than two first or second parts for sex {sex}")
            whole[sex] = _Urn(given, _frequencies(given, sex, 12))
            # A pair that is also a name in one part keeps the spelling of that name.
            known = {name.km: name for name in given}
            pairs = [
                (a, b, x * y)
                for a, x in zip(first, _frequencies(first, sex, 6), strict=True)
                for b, y in zip(second, _frequencies(second, sex, 14), strict=True)
                if a.km != b.km
            ]
            paired[sex] = _Urn([known.get(a.km + b.km) or _pair(a, b) for a, b, _ in pairs], [w for *_, w in pairs])
        surnames = [_name(row) for row in data["surnames"]]
        return cls(_Urn(surnames, [float(row.get("weight", 1)) for row in data["surnames"]]), whole, paired)

    def surname(self, rng: Random) -> Name:
        return self._surnames.draw(rng.random())

    def given(self, sex: str, age: int, rng: Random) -> Name:
        at = rng.random()
        share = next(share for start, share in _ONE_PART if age >= start)
        if at < share:
            return self._whole[sex].draw(at / share)
        return self._paired[sex].draw((at - share) / (1 - share))

    def everything(self) -> tuple[set[str], set[str]]:
        """All family names and all given names that can be drawn, in Khmer (for tests)."""
        urns = [*self._whole.values(), *self._paired.values()]
        return {name.km for name in self._surnames.names}, {name.km for urn in urns for name in urn.names}


def spelling(name: Name, rng: Random) -> str:
    """The Latin spelling on somebody's papers: mostly the usual one, sometimes another."""
    latin = name.latin
    if len(latin) == 1 or rng.random() >= _VARIANT_SHARE:
        return latin[0]
    return latin[1 + int(rng.random() * (len(latin) - 1))]


def _suits(row: Mapping[str, Any], sex: str) -> bool:
    return str(row.get("sex", "u")).upper() in (sex, "U")


def _name(row: Mapping[str, Any]) -> Name:
    latin = str(row["latin"])
    return Name(str(row["km"]), tuple(word[:1].upper() + word[1:] for word in (latin, *(row.get("variants") or ()))))


def _distinct(names: Iterable[Name]) -> list[Name]:
    """Each Khmer name once, as it stands first in the file."""
    return list({name.km: name for name in reversed(list(names))}.values())[::-1]


def _joined(first: str, second: str) -> str:
    """Two Latin parts as one word; a digraph that ends one and begins the other is written once (Bopph, Phally)."""
    if len(first) > 2 and first[-2:] == second[:2].lower() and first[-1] == "h":
        second = second[2:]
    return first + second.lower()


def _pair(first: Name, second: Name) -> Name:
    usual = _joined(first.latin[0], second.latin[0])
    others = [f"{first.latin[0]} {second.latin[0].capitalize()}"]
    others += [_joined(first.latin[0], other) for other in second.latin[1:]]
    others += [_joined(other, second.latin[0]) for other in first.latin[1:]]
    return Name(first.km + second.km, (usual, *others))


def _frequencies(names: Sequence[Name], salt: str, flatness: int) -> list[float]:
    """Zipf-like weights in an order that is fixed but not the alphabet's; the larger `flatness`, the more even."""
    ranks = list(range(len(names)))
    Random(f"names {salt} {len(names)}").shuffle(ranks)
    return [1.0 / (rank + flatness) for rank in ranks]
