"""What kinds of committees, partners and offices there are: the lists of the country pack, typed.

committees.yaml says of each kind where it exists, how often it meets, who sits in it and how many, and how long a
mandate lasts; partners.yaml the kinds of partners and offices. A further kind is an entry there, no code (ORG-39).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from onestop.areas.country import Country, Node, in_words, pack
from onestop.staff.models import Committee
from onestop.ui import languages

__all__ = ["BodyKind", "Mandate", "Seat", "Size", "body_kinds", "labels", "named", "names_of", "word_of"]


@dataclass(frozen=True)
class Seat:
    """A position in a kind of committee: how many sit there, at least and at most (None: any number), at a level."""

    code: str
    counts: Mapping[int | None, tuple[int, int | None]]

    def count_at(self, level: int) -> tuple[int, int | None]:
        return self.counts.get(level, self.counts.get(None, (0, None)))


@dataclass(frozen=True)
class Size:
    """How many members in all, for units of these levels and, where named, of these kinds."""

    levels: frozenset[int]
    kinds: frozenset[str]
    least: int
    most: int


@dataclass(frozen=True)
class Mandate:
    """How many years a mandate lasts, how often it is renewed (None: always), when one is warned, and whose it is."""

    years: int
    renewals: int | None
    warn_months: int
    positions: frozenset[str]


@dataclass(frozen=True)
class BodyKind:
    """One kind of committee."""

    code: str
    label: Mapping[str, str]
    also: tuple[str, ...]
    levels: frozenset[int]
    meets: Mapping[int, int]
    seats: Mapping[str, Seat]
    capacities: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()
    women_least: int = 0
    women_of: frozenset[str] = field(default_factory=frozenset)
    mandate: Mandate | None = None

    def size_at(self, level: int, unit_kind: str) -> Size | None:
        """The size asked of a unit of this level and kind; None when none is."""
        fitting = [size for size in self.sizes if level in size.levels]
        return next((size for size in fitting if not size.kinds or unit_kind in size.kinds), None)


@lru_cache(maxsize=8)
def _body_kinds(country: Country) -> dict[str, BodyKind]:
    if not country.has("committees.yaml"):
        return {}
    file = country.node("committees.yaml")
    positions, capacities = (
        set(_labels(country, "committees.yaml", "positions")),
        set(_labels(country, "committees.yaml", "capacities")),
    )
    kinds: dict[str, BodyKind] = {}
    for node in file.each("kinds"):
        kind = _kind(node)
        _known(node, "positions", kind.seats, positions)
        _known(node, "capacities", [*kind.capacities, *kind.wanted], capacities)
        if not set(kind.wanted) <= set(kind.capacities):
            raise node.refuse("what is wanted must be among the capacities.", "wanted")
        if kind.code in kinds:
            raise node.refuse(f"the kind '{kind.code}' stands twice.", "code")
        kinds[kind.code] = kind
    return kinds


def _kind(node: Node) -> BodyKind:
    node.only(
        "code", "label", "also", "levels", "meets", "positions", "sizes", "women", "mandate", "capacities", "wanted",
        "source",
    )  # fmt: skip
    seats = {each.text("code"): _seat(each) for each in node.each("positions")}
    women = node.child("women") if node.has("women") else None
    return BodyKind(
        code=node.text("code"),
        label=node.names("label"),
        also=node.texts("also"),
        levels=frozenset(each.whole() for each in node.each("levels")),
        meets={int(level): each.whole() for level, each in node.child("meets").items()} if node.has("meets") else {},
        seats=seats,
        capacities=node.texts("capacities"),
        wanted=node.texts("wanted"),
        sizes=tuple(_size(each) for each in node.each("sizes")),
        women_least=women.whole("from") if women else 0,
        women_of=frozenset(women.texts("positions") or seats) if women else frozenset(),
        mandate=_mandate(node.child("mandate"), frozenset(seats)) if node.has("mandate") else None,
    )


def _seat(node: Node) -> Seat:
    node.only("code", "from", "to", "levels")
    if node.has("levels"):
        levels = node.child("levels").items()
        return Seat(node.text("code"), {int(level): _count(each) for level, each in levels})
    return Seat(node.text("code"), {None: _count(node)})


def _count(node: Node) -> tuple[int, int | None]:
    return node.whole("from", 0), node.whole("to") if node.has("to") else None


def _size(node: Node) -> Size:
    node.only("levels", "kinds", "from", "to")
    levels = frozenset(each.whole() for each in node.each("levels"))
    return Size(levels, frozenset(node.texts("kinds")), node.whole("from"), node.whole("to"))


def _mandate(node: Node, seats: frozenset[str]) -> Mandate:
    node.only("years", "renewals", "warn", "positions")
    renewals = node.whole("renewals") if node.has("renewals") else None
    return Mandate(node.whole("years"), renewals, node.whole("warn", 6), frozenset(node.texts("positions")) or seats)


def _known(node: Node, key: str, used: "Iterator[str] | list[str] | Mapping[str, Seat]", known: set[str]) -> None:
    if strangers := [code for code in used if code not in known]:
        raise node.refuse(f"unknown: {', '.join(strangers)}; known are {', '.join(sorted(known))}.", key)


@lru_cache(maxsize=32)
def _labels(country: Country, file: str, key: str) -> dict[str, Mapping[str, str]]:
    if not country.has(file):
        return {}
    return {code: entry.label for code, entry in country.coded(file, key).items()}


def body_kinds() -> dict[str, BodyKind]:
    """The kinds of committees of the installed country, in the order of its file. Raises PackRefused."""
    return _body_kinds(pack())


def names_of(committee: Committee) -> dict[str, str]:
    """What a committee is called, by language: its own name, else its kind's; the code of a kind the pack lost."""
    if committee.name_km or committee.name_latin:
        return languages.texts(committee.name_km, committee.name_latin)
    kind = body_kinds().get(committee.kind)
    return dict(kind.label) if kind else languages.texts(committee.kind)


def labels(what: str) -> dict[str, Mapping[str, str]]:
    """A list of the pack, code → label: positions, capacities, partner_kinds, office_kinds, directorates, sectors."""
    file, key = {
        "positions": ("committees.yaml", "positions"),
        "capacities": ("committees.yaml", "capacities"),
        "partner_kinds": ("partners.yaml", "kinds"),
        "office_kinds": ("partners.yaml", "office_kinds"),
        "directorates": ("partners.yaml", "directorates"),
        "sectors": ("country.yaml", "sectors"),
    }[what]
    return _labels(pack(), file, key)


def word_of(what: str, code: str) -> str:
    """An entry of such a list in the reader's language; the code itself when the list no longer has it."""
    label = labels(what).get(code)
    return in_words(dict(label)) if label else code


def named(text: str) -> BodyKind | None:
    """The kind with this code, label or other name, whatever document it stands in (ORG-52); else None."""
    wanted = text.strip().casefold()
    for kind in body_kinds().values():
        if wanted in {name.casefold() for name in (kind.code, *kind.label.values(), *kind.also)}:
            return kind
    return None
