"""Who lives with whom: the persons of an area put into households, before anyone has a name.

The plan takes the exact numbers (persons by age and sex, families, poor households of each village, migrants) and
builds households that could be: a head, a spouse near in age, children a mother could have borne, the old with their
children, and what is left over as relatives. Nothing is lost or added, so every published total holds.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from pilot.figures import OLDEST, SEXES, FiguresWrong, Homes
from pilot.pyramid import Ages, apportion


@dataclass(slots=True)
class Slot:
    """One person of the plan. `mother` is the place of the mother in the household, -1 when she is not there."""

    sex: str
    age: int
    relation: str = ""
    marital: str = "single"
    mother: int = -1
    abroad: bool = False
    pregnant: bool = False


@dataclass(slots=True)
class Home:
    """One household of the plan: head first. `level` is 0, 1 or 2; `scenario` names a planted household."""

    slots: list[Slot]
    village: str = ""
    number: int = 0
    level: int = 0
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class VillagePlan:
    """Households of one village, of which poor."""

    code: str
    families: int
    poor_1: int
    poor_2: int


@dataclass(frozen=True, slots=True)
class Area:
    """What one plan fills: a commune, or in a bench a single village."""

    code: str
    name: str
    villages: tuple[VillagePlan, ...]
    ages: Ages
    migrants: Mapping[str, int]
    pregnant: int
    homes: Homes


@dataclass(slots=True)
class _Pool:
    """Persons of the area not yet placed."""

    ages: Ages
    both: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ages = {sex: list(self.ages[sex]) for sex in SEXES}
        self.both = [self.ages["F"][age] + self.ages["M"][age] for age in range(OLDEST + 1)]

    def take(self, sex: str, age: int) -> Slot:
        self.ages[sex][age] -= 1
        self.both[age] -= 1
        return Slot(sex, age)

    def nearest(self, counts: Sequence[int], age: int, reach: int) -> int:
        """The age nearest to `age` of which somebody is left, at most `reach` years off; -1 when none."""
        if 0 <= age <= OLDEST and counts[age]:
            return age
        for off in range(1, reach + 1):
            if 0 <= age - off <= OLDEST and counts[age - off]:
                return age - off
            if 0 <= age + off <= OLDEST and counts[age + off]:
                return age + off
        return -1

    def anyone(self, age: int, rng: Random) -> Slot:
        """Somebody as near to the age as there is left, of either sex as the pool has them."""
        at = self.nearest(self.both, max(0, min(age, OLDEST)), OLDEST)
        women = self.ages["F"][at]
        return self.take("F" if rng.random() * self.both[at] < women else "M", at)


# Share of the persons of an age who head a household, from the age on, by sex: shape only, the number is exact.
_HEADS: Final = {
    "M": ((18, 0.05), (20, 0.25), (25, 0.62), (30, 0.92), (70, 0.75)),
    "F": ((18, 0.01), (25, 0.05), (35, 0.13), (45, 0.26), (60, 0.36)),
}
_SPOUSE_OF_MAN: Final = 0.94
_SPOUSE_OF_WOMAN: Final = 0.10
_LARGEST: Final = 14


def _step(steps: Sequence[tuple[int, float]], age: int) -> float:
    value = 0.0
    for start, share in steps:
        if age >= start:
            value = share
    return value


def _heads(pool: _Pool, sex: str, number: int) -> list[Slot]:
    """Exactly that many heads, by age as the headship rates say and as the pool allows."""
    heads: list[Slot] = []
    room = pool.ages[sex]
    rates = [_step(_HEADS[sex], age) for age in range(OLDEST + 1)]
    while number:
        wanted = apportion(number, [rate * count for rate, count in zip(rates, room, strict=True)])
        before = number
        for age, want in enumerate(wanted):
            for _ in range(min(want, room[age])):
                heads.append(pool.take(sex, age))
                number -= 1
        if number == before:
            raise FiguresWrong(f"the area has too few adults of sex {sex} to head its families: {number} are lacking")
        rates = [1.0 if age >= 18 else 0.0 for age in range(OLDEST + 1)]
    return heads


def _sizes(families: int, persons: int, shares: Mapping[int, float], rng: Random) -> list[int]:
    """Household sizes of the given distribution, moved by ones until they hold exactly the persons there are."""
    sizes = [size for size, count in zip(shares, apportion(families, list(shares.values())), strict=True)
             for _ in range(count)]  # fmt: skip
    rng.shuffle(sizes)
    rest = persons - sum(sizes)
    if not families <= persons <= families * _LARGEST:
        raise FiguresWrong(f"{persons} persons do not fit into {families} families of 1 to {_LARGEST}")
    while rest:
        place = rng.randrange(families)
        if rest > 0 and sizes[place] < _LARGEST:
            sizes[place] += 1
            rest -= 1
        elif rest < 0 and sizes[place] > 1:
            sizes[place] -= 1
            rest += 1
    return sizes


def _likely_size(head: Slot, rng: Random) -> float:
    age = head.age
    by_age = (
        3.2 if age < 25 else 4.2 if age < 30 else 5.2 if age < 35 else 6.0 if age < 52 else 5.2 if age < 62 else 4.3
    )
    return by_age - (0.9 if head.sex == "F" else 0.0) + rng.gauss(0.0, 1.3)


def compose(ages: Ages, families: int, shares: Mapping[int, float], female_head: float, rng: Random) -> list[Home]:
    """Put all the persons into that many households; the head is the first slot, a spouse the second."""
    persons = sum(map(sum, ages.values()))
    pool = _Pool(ages)
    women = min(round(families * female_head), sum(ages["F"][18:]))
    heads = _heads(pool, "M", families - women) + _heads(pool, "F", women)
    heads.sort(key=lambda head: _likely_size(head, rng))
    sizes = sorted(_sizes(families, persons, shares, rng))
    homes = [Home([head]) for head in heads]
    free = [size - 1 for size in sizes]
    order = list(range(families))
    rng.shuffle(order)
    for place in order:
        if free[place] and _marry(homes[place], pool, rng):
            free[place] -= 1
    _place_the_old(homes, free, pool, rng)
    seats = [place for place, count in enumerate(free) for _ in range(count)]
    rng.shuffle(seats)
    for place in seats:
        homes[place].slots.append(pool.anyone(_wanted_age(homes[place], rng), rng))
    for home in homes:
        relate(home, rng)
    rng.shuffle(homes)
    return homes


def _marry(home: Home, pool: _Pool, rng: Random) -> bool:
    head = home.slots[0]
    man = head.sex == "M"
    if rng.random() >= (_SPOUSE_OF_MAN if man else _SPOUSE_OF_WOMAN):
        return False
    other = "F" if man else "M"
    wanted = head.age + round(rng.gauss(-3.0 if man else 3.0, 3.0))
    age = pool.nearest(pool.ages[other], max(17, wanted), 9)
    if age < 17:
        return False
    home.slots.append(pool.take(other, age))
    home.slots[0].marital = home.slots[1].marital = "married"
    home.slots[1].relation = "spouse"
    return True


def _place_the_old(homes: list[Home], free: list[int], pool: _Pool, rng: Random) -> None:
    """The old who head nothing live with a child of theirs where there is room, else where there is room."""
    open_homes = [place for place, count in enumerate(free) if count]
    for age in range(OLDEST, 57, -1):
        while pool.both[age] and open_homes:
            for _ in range(8):
                place = open_homes[int(rng.random() * len(open_homes))]
                if free[place] and 18 <= age - homes[place].slots[0].age <= 42:
                    break
            if not free[place]:
                open_homes = [place for place in open_homes if free[place]]
                continue
            homes[place].slots.append(pool.anyone(age, rng))
            free[place] -= 1


def _wanted_age(home: Home, rng: Random) -> int:
    """An age that would suit the next member: a child of the mother of the house, or a grandchild of the old."""
    slots = home.slots
    head = slots[0]
    mother = (
        head.age
        if head.sex == "F"
        else slots[1].age
        if len(slots) > 1 and slots[1].relation == "spouse"
        else head.age - 3
    )
    random = rng.random
    for _ in range(4):
        # Age of a mother at a birth: 17 to 43, most often 24 (sum of two draws leans to the middle).
        wanted = mother - 17 - int((random() + random()) * 12.5)
        if mother > 52 and random() < 0.55:
            wanted -= 20 + int(random() * 10)
        if wanted >= 0:
            return wanted
    return int(random() * max(1, mother - 16))


def relate(home: Home, rng: Random) -> None:
    """Say what each member is to the head, and who is married; order the members behind the head by age."""
    slots = home.slots
    head = slots[0]
    head.relation = "head"
    spouse = slots[1] if len(slots) > 1 and slots[1].relation == "spouse" else None
    start = 2 if spouse else 1
    rest = slots[start:]
    rest.sort(key=_by_age)
    slots[start:] = rest
    mother = 0 if head.sex == "F" else 1 if spouse else -1
    mother_age = slots[mother].age if mother >= 0 else head.age - 3
    if not spouse:
        head.marital = _alone(head, rng)
    grown: list[Slot] = []
    for slot in rest:
        gap = mother_age - slot.age
        if 16 <= gap <= 46 and head.age - slot.age >= 16:
            _child(slot, mother, grown, rng)
        elif gap > 46 or head.age - slot.age > 46:
            slot.relation = "grandchild"
            slot.mother = next((place for place in range(start, len(slots)) if _could_bear(slots[place], slot)), -1)
            if slot.age > 19 and rng.random() < 0.4:
                slot.marital = "married"
        elif head.sex == "M" and 20 <= head.age - slot.age <= 46:  # of an earlier marriage
            _child(slot, -1, grown, rng)
        elif slot.age - head.age >= 16:
            slot.relation = "parent_in_law" if spouse and rng.random() < 0.45 else "parent"
            slot.marital = "widowed" if rng.random() < 0.7 else "married"
        else:
            draw = rng.random()
            slot.relation = "sibling" if draw < 0.6 else "other_relative" if draw < 0.93 else "not_related"
            slot.marital = _alone(slot, rng)


def _by_age(slot: Slot) -> int:
    return -slot.age


def _could_bear(woman: Slot, child: Slot) -> bool:
    return woman.sex == "F" and woman.relation in ("child", "child_in_law") and 16 <= woman.age - child.age <= 44


def _child(slot: Slot, mother: int, grown: list[Slot], rng: Random) -> None:
    """A child of the head; a grown one may turn out to be the husband or wife of another who lives there."""
    slot.relation, slot.mother = "child", mother
    if slot.age < 18:
        return
    for other in grown:
        if other.sex != slot.sex and abs(other.age - slot.age) <= 9 and rng.random() < 0.6:
            slot.relation, slot.mother = "child_in_law", -1
            slot.marital = other.marital = "married"
            grown.remove(other)
            return
    grown.append(slot)
    if slot.age > 22:
        draw = rng.random()
        slot.marital = "married" if draw < 0.10 else "divorced" if draw < 0.13 else "single"


def _alone(slot: Slot, rng: Random) -> str:
    """Marital status of an adult without a spouse in the household."""
    if slot.age < 18:
        return "single"
    draw = rng.random()
    if slot.relation != "head" and slot.age < 30:
        return "single" if draw < 0.85 else "married"
    widowed = min(0.85, max(0.05, (slot.age - 30) / 50 + 0.2))
    if draw < widowed:
        return "widowed"
    draw = (draw - widowed) / (1 - widowed)
    return "divorced" if draw < 0.3 else "separated" if draw < 0.5 else "married" if draw < 0.8 else "single"


def plan(
    area: Area, shares: Mapping[int, float], female_head: float, planted: Sequence[Home], rng: Random
) -> Iterator[Home]:
    """All households of the area, village by village, numbered from 1 in each.

    `planted` households come first in their village and count in every total; the area must have room for them.
    """
    ages = {sex: list(area.ages[sex]) for sex in SEXES}
    for home in planted:
        for slot in home.slots:
            ages[slot.sex][slot.age] -= 1
    families = sum(village.families for village in area.villages)
    homes = compose(ages, families - len(planted), shares, female_head, rng)
    _send_abroad(homes, area.migrants, planted, rng)
    _expect(homes, area.pregnant - sum(slot.pregnant for home in planted for slot in home.slots), rng)
    start = 0
    for village in area.villages:
        first = [home for home in planted if home.village == village.code]
        end = start + village.families - len(first)
        others = homes[start:end]
        start = end
        wanted = {1: village.poor_1, 2: village.poor_2}
        for home in first:
            if home.level:
                wanted[home.level] -= 1
        _give_levels(others, wanted[1], wanted[2], rng)
        for number, home in enumerate(first + others, start=1):
            home.village, home.number = village.code, number
            yield home


def _send_abroad(homes: list[Home], migrants: Mapping[str, int], planted: Sequence[Home], rng: Random) -> None:
    """Exactly as many adults of each sex abroad as published, the young and those who head nothing first."""
    for sex in SEXES:
        gone = sum(slot.abroad for home in planted for slot in home.slots if slot.sex == sex)
        drawn: list[tuple[float, int, Slot]] = []
        for home in homes:
            for slot in home.slots:
                if slot.age >= 18 and slot.sex == sex:
                    age = slot.age
                    weight = 1.0 if age <= 35 else 0.5 if age <= 45 else 0.15 if age <= 60 else 0.01
                    if slot.relation == "head":
                        weight *= 0.4
                    drawn.append((rng.random() ** (1 / weight), len(drawn), slot))
        drawn.sort(reverse=True)
        if migrants[sex] - gone > len(drawn):
            raise FiguresWrong(f"there are {migrants[sex]} migrants of sex {sex} and only {len(drawn)} adults")
        for _, _, slot in drawn[: migrants[sex] - gone]:
            slot.abroad = True


_FERTILE: Final = ((16, 0.3), (18, 0.8), (20, 1.5), (25, 1.5), (30, 1.1), (35, 0.6), (40, 0.2), (45, 0.0))


def _expect(homes: list[Home], pregnant: int, rng: Random) -> None:
    """Exactly that many women expect a child, mostly married ones who are here."""
    drawn: list[tuple[float, int, Slot]] = []
    for home in homes:
        for slot in home.slots:
            if slot.sex == "F" and 16 <= slot.age < 45 and not slot.abroad:
                weight = _step(_FERTILE, slot.age) * (1.0 if slot.marital == "married" else 0.04)
                drawn.append((rng.random() ** (1 / weight), len(drawn), slot))
    drawn.sort(reverse=True)
    for _, _, slot in drawn[: max(0, pregnant)]:
        slot.pregnant = True


def _give_levels(homes: list[Home], poor_1: int, poor_2: int, rng: Random) -> None:
    """The poorest of the village by a score of what makes poor: a woman alone, many children, nobody who earns."""
    scored: list[tuple[float, int, Home]] = []
    for place, home in enumerate(homes):
        slots = home.slots
        head = slots[0]
        earning = sum(1 for slot in slots if 18 <= slot.age <= 60)
        score = (0.7 if head.sex == "F" else 0.0) + (0.5 if head.age > 60 else 0.0) + (0.7 if not earning else 0.0)
        score += 0.6 * (len(slots) - earning) / len(slots) - 0.25 * sum(1 for slot in slots if slot.abroad)
        scored.append((score + rng.gauss(0.0, 0.9), place, home))
    scored.sort(reverse=True)
    if poor_1 < 0 or poor_2 < 0 or poor_1 + poor_2 > len(homes):
        raise FiguresWrong("a village has fewer households than it has poor ones")
    for rank, (_, _, home) in enumerate(scored[: poor_1 + poor_2]):
        home.level = 1 if rank < poor_1 else 2
