"""How many persons of each single year of age and sex an area has, so that the published totals hold exactly.

The bands of the commune figures are wide; within them the census of the province gives the shape by year of birth.
That keeps the dent of those born in 1975–79 (few were born, fewer survived) and the wave of births after it, whatever
the day: a cohort grows older, it does not move to other years of birth. The census groups five years of age, which
blurs an edge inside a group; the figures may name a dent (first day, last day, births against the years beside it),
and a group's persons are then shared out with the dent, its total kept.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date

from pilot.figures import DAYS_A_YEAR, OLDEST, SEXES, Commune, Figures, FiguresWrong, Group

Ages = dict[str, list[int]]  # sex → persons of each completed age, 0 … OLDEST

_OLDEST_SCALE = 6.0  # years in which the density of the open last group of the census falls by a factor e


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Whole numbers that add up to `total`, each as near to its weight's share as whole numbers can be."""
    whole = math.fsum(weights)
    if total == 0 or whole <= 0:
        return [total if place == 0 else 0 for place in range(len(weights))]
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(part) for part in exact]
    by_rest = sorted(range(len(parts)), key=lambda place: (parts[place] - exact[place], place))
    for place in by_rest[: total - sum(parts)]:
        parts[place] += 1
    return parts


class _Shape:
    """The census as a density over the age on its day."""

    def __init__(self, figures: Figures) -> None:
        self.on = figures.pyramid_on
        self.groups = figures.pyramid
        self.starts = [group.first for group in figures.pyramid]
        self.dent = figures.dent

    def density(self, sex: str, age: int, on: date) -> float:
        """Persons of that completed age on the day, up to a factor."""
        since = (on - self.on).days / DAYS_A_YEAR
        then = age + 0.5 - since
        if then < 0:  # born after the census: as many as the youngest of then
            return self.groups[0].density[sex]
        group = self.groups[min(bisect_right(self.starts, then), len(self.groups)) - 1]
        if group is self.groups[-1]:
            persons = group.density[sex] * (group.last - group.first + 1)
            alive = persons / _OLDEST_SCALE * math.exp(-(then - group.first) / _OLDEST_SCALE)
        else:
            alive = group.density[sex] * self._edge(group, then)
        return alive * math.exp(-since * 0.0005 * math.exp(0.085 * (age - since / 2 - 30)))  # Gompertz, from age 30

    def _edge(self, group: Group, then: float) -> float:
        """How the density of an age in the dent, or beside it in the same group, stands to the group's mean."""
        if self.dent is None:
            return 1.0
        oldest, youngest = ((self.on - day).days / DAYS_A_YEAR for day in (self.dent.first, self.dent.last))
        years = group.last + 1 - group.first
        inside = max(0.0, min(oldest, group.last + 1) - max(youngest, group.first))
        beside = years / (years - inside * (1 - self.dent.births))
        return beside * (self.dent.births if youngest <= then < oldest else 1.0)


def weights_by_age(figures: Figures, on: date) -> Mapping[str, tuple[float, ...]]:
    """Relative number of persons of each single year of age on the day, by sex, from the census."""
    shape = _Shape(figures)
    return {sex: tuple(shape.density(sex, age, on) for age in range(OLDEST + 1)) for sex in SEXES}


def ages_of(commune: Commune, figures: Figures, weights: Mapping[str, Sequence[float]]) -> Ages:
    """The commune's persons by sex and single age; sums to its figures in every band."""
    ages: Ages = {}
    for sex in SEXES:
        counts = [0] * (OLDEST + 1)
        children = commune.persons[sex] - sum(commune.adults[sex])
        bands = [(0, figures.bands[0][0] - 1), *figures.bands]
        for persons, (first, last) in zip([children, *commune.adults[sex]], bands, strict=True):
            end = min(last, OLDEST) + 1
            counts[first:end] = apportion(persons, weights[sex][first:end])
        if sum(counts) != commune.persons[sex]:
            raise FiguresWrong(f"commune {commune.code}: the bands do not follow one another without a gap")
        ages[sex] = counts
    return ages


def scaled(ages: Ages, persons: int, turn: float) -> Ages:
    """The same shape for another number of persons. `turn` in [0, 1) moves the rounding, so that many small areas
    together keep the shape that each alone cannot show."""
    cells = [(sex, age, count) for sex in SEXES for age, count in enumerate(ages[sex])]
    whole = sum(count for _, _, count in cells)
    result: Ages = {sex: [0] * (OLDEST + 1) for sex in SEXES}
    reached, given = turn, 0
    for sex, age, count in cells:
        reached += persons * count / whole
        here = math.floor(reached) - given
        result[sex][age] = here
        given += here
    missing = persons - given
    if missing:  # one person at most, through rounding at the end
        result["F"][20] += missing
    return result
