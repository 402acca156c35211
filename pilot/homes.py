"""What a household answers: poverty, housing, assets, food, money, shocks. Poorer levels have less of everything.

Shares of electricity, latrines, cattle and small land are the commune's own figures; the rest is assumed.
"""

import math
from datetime import date
from random import Random
from typing import Final

from pilot.figures import Homes
from pilot.people import NOT_APPLICABLE, Sheet

_RICHER: Final = {0: 1.25, 1: 0.25, 2: 0.55}  # odds of owning something, by level, against the commune's share
_ROOFS: Final = {0: ("tin", "tile", "tin", "thatch", "tile", "concrete", "tin", "other"),
                 1: ("thatch", "thatch", "thatch", "tin", "thatch", "tin", "thatch", "other"),
                 2: ("thatch", "tin", "thatch", "tin", "tile", "thatch", "tin", "other")}  # fmt: skip
_HUNGRY: Final = {0: 0.16, 1: 0.80, 2: 0.55}  # households short of food in some month
_INCOME: Final = {0: 520_000, 1: 160_000, 2: 260_000}  # middle monthly income in riel
_INDEBTED: Final = {0: 0.35, 1: 0.50, 2: 0.48}


def sheets_of(
    level: int, homes: Homes, size: int, has_book: bool, near_poor: float, asked: int, rng: Random
) -> list[Sheet]:
    """The household's sheets, as of the ordinal day asked."""
    random = rng.random
    day = date.fromordinal(asked)
    richer = _RICHER[level]
    land = _land(level, homes, rng)
    cattle = 0
    if random() < min(0.97, homes.cattle * richer) and homes.cattle_head:
        cattle = 1 + int(-math.log(1 - random()) * max(0.1, homes.cattle_head - 0.6))
    hungry = random() < _HUNGRY[level]
    months = 1 + int(random() ** 1.6 * (6 if level else 3)) if hungry else 0
    income = round(_INCOME[level] * math.exp(rng.gauss(0.0, 0.5)) * (0.7 + 0.06 * size), -4)
    debt = round(400_000 * math.exp(rng.gauss(0.3, 0.9)), -4) if random() < _INDEBTED[level] else 0
    own = random() < min(0.95, homes.latrine * richer)
    shock = random()
    # A flood year (autumn 2013 and 2011) hit some; most have had no disaster they speak of.
    disaster = date.fromordinal(asked - int(random() * 300)) if shock < 0.10 else NOT_APPLICABLE
    return [
        Sheet("poverty", day, {"near_poor": level == 0 and random() < near_poor}),
        Sheet("documents", day, {"has_family_book": has_book}),
        Sheet("assets", day, {"land_ha": land, "cattle": min(cattle, 60)}),
        Sheet("housing", day, {
            "roof": _ROOFS[level][int(random() * 8)],
            "electricity": random() < min(0.98, homes.electricity * richer),
            "latrine": "own" if own else "shared" if shock > 0.85 else "none",
        }),
        Sheet("food", day, {"food_shortage_months": months}),
        Sheet("money", day, {"monthly_income": int(income), "debt": int(debt)}),
        Sheet("shocks", day, {"disaster_on": disaster}),
    ]  # fmt: skip


def _land(level: int, homes: Homes, rng: Random) -> float:
    """Hectares in tenths; the share with some land but under one hectare is the commune's."""
    draw = rng.random()
    landless = 0.30 if level == 1 else 0.14 if level == 2 else 0.06
    if draw < landless:
        return 0.0
    if draw < landless + homes.under_1ha * (2.0 if level else 0.75):
        return round(0.1 + 0.8 * rng.random(), 1)
    return round(1.0 + (0.6 if level else 1.8) * -math.log(1.0 - rng.random()), 1)
