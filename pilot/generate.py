"""From figures to households: `generate` and the population it makes, household by household."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from random import Random
from typing import Final

from pilot.answers import Answers
from pilot.enrolled import check_rules
from pilot.figures import OLDEST, SEXES, Commune, Figures, FiguresWrong, Homes, Village, in_commune
from pilot.maker import Maker, stream
from pilot.names import Names
from pilot.people import Household
from pilot.plan import Area, VillagePlan, plan
from pilot.pyramid import Ages, ages_of, apportion, scaled, weights_by_age
from pilot.scenarios import Planted, planted

DEFAULT_ON: Final = date(2014, 6, 11)
_PERSONS_PER_FAMILY: Final = 5.12  # pilot districts, 2011
# With fewer in the mean some village is so small that it has nobody to head its families
_FEWEST_A_VILLAGE: Final = 10


@dataclass(frozen=True)
class Population:
    """A population that is made while it is read; reading it again gives the same people."""

    figures: Figures
    names: Names
    villages: tuple[Village, ...] | None
    codes: tuple[str, ...] | None
    on: date
    seed: int
    size: int | None

    def households(self) -> Iterator[Household]:
        """All households, commune by commune, village by village. Only one area is in memory at a time."""
        maker = Maker(self.figures, self.names, Answers(self.figures, self.on), self.on, self.seed)
        for area, plants in self._areas():
            by_name = {plant.told.code: plant for plant in plants}
            rng = Random(stream(self.seed, area.code, "plan"))
            shares = self.figures.sizes
            homes = plan(area, shares, self.figures.shares["female_head"], [plant.home for plant in plants], rng)
            for home in homes:
                household = maker.household(home, area)
                if home.scenario:
                    by_name[home.scenario].finish(household, self.on)
                yield household

    def _areas(self) -> Iterator[tuple[Area, list[Planted]]]:
        if self.size is not None:
            yield from ((area, []) for area in self._bench_areas(self.size))
            return
        weights = weights_by_age(self.figures, self.on)
        for commune in self.figures.communes:
            villages = self._villages(commune)
            persons = sum(commune.persons.values())
            area = Area(
                commune.code, commune.name, villages, ages_of(commune, self.figures, weights), commune.migrants,
                round(persons * self.figures.shares["pregnant"]), commune.homes,
            )  # fmt: skip
            yield area, _that_fit(planted(commune.code, self.on), area)

    def check(self) -> None:
        """Raises FiguresWrong for a day the figures say nothing of, and for villages that do not fit the communes."""
        first, last = self.figures.round_from, self.figures.pyramid_on.year + OLDEST
        if not (first <= self.on and self.on.year <= last):
            raise FiguresWrong(f"there are no figures for {self.on}: choose a day from {first} to the end of {last}")
        if self.size is None:
            for commune in self.figures.communes:
                self._villages(commune)

    def _villages(self, commune: Commune) -> tuple[VillagePlan, ...]:
        """The commune's villages; its families are kept, shared out as the list of villages estimates them."""
        if self.villages is None:
            return _even(commune, Random(stream(self.seed, commune.code, "villages")))
        rows = in_commune(self.villages, commune.code)
        if not rows:
            raise FiguresWrong(f"the list of villages has none of commune {commune.code}")
        floors = [row.poor_1 + row.poor_2 for row in rows]
        try:
            families = _at_least(floors, apportion(commune.families, [row.households or 1 for row in rows]))
        except FiguresWrong as wrong:
            raise FiguresWrong(f"commune {commune.code}: {wrong}") from wrong
        return tuple(
            VillagePlan(row.code, count, row.poor_1, row.poor_2) for row, count in zip(rows, families, strict=True)
        )

    @cached_property
    def _template(self) -> tuple[Ages, float, float, float, Homes]:
        """All communes as one: ages, shares of ID-Poor 1 and 2 and of migrants, and what a family's house is like."""
        weights = weights_by_age(self.figures, self.on)
        communes = self.figures.communes
        all_ages = [ages_of(commune, self.figures, weights) for commune in communes]
        ages = {sex: [sum(column) for column in zip(*(part[sex] for part in all_ages), strict=True)] for sex in SEXES}
        families = sum(commune.families for commune in communes)
        poor = [sum(commune.poor[level] for commune in communes) / families for level in (1, 2)]
        migrants = sum(sum(commune.migrants.values()) for commune in communes) / sum(map(sum, ages.values()))
        mean = {
            figure: sum(commune.families * getattr(commune.homes, figure) for commune in communes) / families
            for figure in Homes.__slots__
        }
        return ages, poor[0], poor[1], migrants, Homes(**mean)

    def _bench_areas(self, persons: int) -> Iterator[Area]:
        """One area a village: the template scaled to the village's share of the persons asked for."""
        codes = self.codes or tuple(village.code for village in self.villages or ())
        codes = codes or tuple(code for commune in self.figures.communes for code in commune.villages)
        ages, poor_1, poor_2, migrants, homes = self._template
        rng = Random(stream(self.seed, "", "villages"))
        for code, here in zip(codes, apportion(persons, [0.5 + rng.random() for _ in codes]), strict=True):
            own = scaled(ages, here, rng.random())
            families = min(max(1, round(here / _PERSONS_PER_FAMILY)), sum(sum(own[sex][18:]) for sex in SEXES))
            if here == 0:
                continue
            levels = [min(families // 2, int(families * share + rng.random())) for share in (poor_1, poor_2)]
            abroad = {sex: min(int(here * migrants / 2 + rng.random()), sum(own[sex][18:])) for sex in SEXES}
            pregnant = int(here * self.figures.shares["pregnant"] + rng.random())
            yield Area(code, code, (VillagePlan(code, families, *levels),), own, abroad, pregnant, homes)


def generate(
    figures: Figures,
    names: Names,
    *,
    villages: Sequence[Village] | None = None,
    codes: Sequence[str] | None = None,
    on: date = DEFAULT_ON,
    seed: int = 1,
    persons: int | None = None,
) -> Population:
    """The population on the day `on`.

    With `villages` each village has exactly its households of ID-Poor 1 and 2 and its share of the commune's families;
    without, the commune's poor are spread over its villages. With `persons` that many people are made in the shape of
    all communes together over the villages `codes` (or those of `villages`, or the figures'), for benches, without the
    planted households. Raises FiguresWrong when the figures do not fit together, or the persons are too few: at once,
    but for what turns up only while a commune's households are put together.
    """
    check_rules(figures.enrolments)
    if persons is not None:
        places = len(codes or villages or [code for commune in figures.communes for code in commune.villages])
        if persons < _FEWEST_A_VILLAGE * places:
            raise FiguresWrong(
                f"{persons} persons are too few for {places} villages: "
                f"the smallest number is {_FEWEST_A_VILLAGE * places:,}"
            )
    if villages is not None and persons is None:
        known = tuple(commune.code for commune in figures.communes)
        strays = [village.code for village in villages if not village.code.startswith(known)]
        if strays:
            raise FiguresWrong(f"the list of villages has {strays[0]}, which lies in no commune of the figures")
    kept = None if villages is None else tuple(villages)
    population = Population(figures, names, kept, None if codes is None else tuple(codes), on, seed, persons)
    population.check()
    return population


def _that_fit(plants: Sequence[Planted], area: Area) -> list[Planted]:
    """The planted households whose village is listed and has such a one, and whose members the area has."""
    room = {
        village.code: [village.families - village.poor_1 - village.poor_2, village.poor_1, village.poor_2]
        for village in area.villages
    }
    persons = Counter({(sex, age): count for sex in SEXES for age, count in enumerate(area.ages[sex])})
    fitting = []
    for plant in plants:
        levels = room.get(plant.home.village, [0, 0, 0])
        members = Counter((slot.sex, slot.age) for slot in plant.home.slots)
        if levels[plant.home.level] and members <= persons:
            levels[plant.home.level] -= 1
            persons -= members
            fitting.append(plant)
    return fitting


def _at_least(floors: Sequence[int], wanted: list[int]) -> list[int]:
    """Move households from the largest villages to those that could not hold their poor; the sum stays."""
    for place, floor in enumerate(floors):
        while wanted[place] < floor:
            largest = max(range(len(wanted)), key=lambda other: wanted[other] - floors[other])
            if wanted[largest] <= floors[largest]:
                raise FiguresWrong("the list of villages has more poor households than the commune has families")
            wanted[largest] -= 1
            wanted[place] += 1
    return wanted


def _even(commune: Commune, rng: Random) -> tuple[VillagePlan, ...]:
    """The commune's families and poor spread over its villages, unevenly as villages are, in sum exact."""
    shares = [0.6 + 0.8 * rng.random() for _ in commune.villages]
    families = apportion(commune.families, shares)
    poor_1, poor_2 = (apportion(commune.poor[level], [n * (0.5 + rng.random()) for n in families]) for level in (1, 2))
    families = _at_least([one + two for one, two in zip(poor_1, poor_2, strict=True)], families)
    return tuple(VillagePlan(*row) for row in zip(commune.villages, families, poor_1, poor_2, strict=True))
