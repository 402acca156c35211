"""Where the coming changes of a family lie on a strip of 24 months."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from onestop.ui.components import Change
from onestop.ui.format import full_months

WIDTH, LEFT, RIGHT, DOT = 560, 20, 540, 22


@dataclass(frozen=True)
class Tick:
    """A month on the strip: its place and how its label is anchored."""

    x: int
    label: str
    anchor: str


@dataclass(frozen=True)
class Spot:
    """A change with its number and place on the strip, both in px of a 560 px wide drawing."""

    number: int
    x: int
    change: Change


@dataclass(frozen=True)
class Timeline:
    """Changes in the order of their days, from `start` over the coming months; the list shows the same numbers."""

    start: date
    changes: Sequence[Change]
    months: int = 24

    def place(self, on: date) -> int:
        """Horizontal place of a day; days outside the strip lie on its ends."""
        whole = full_months(self.start, on)
        share = min(max((whole + min(on.day, 30) / 30 - min(self.start.day, 30) / 30) / self.months, 0), 1)
        return round(LEFT + share * (RIGHT - LEFT))

    def spots(self) -> list[Spot]:
        """The numbered dots; a dot that would cover the one before is pushed to its right."""
        found: list[Spot] = []
        for number, change in enumerate(sorted(self.changes, key=lambda change: change.on), start=1):
            x = self.place(change.on)
            if found and x < found[-1].x + DOT:
                x = found[-1].x + DOT
            found.append(Spot(number, min(x, WIDTH - DOT // 2), change))
        return found

    def ticks(self) -> list[Tick]:
        """Labels each half year: 11/26, 5/27 …"""
        found = []
        for step in range(0, self.months + 1, 6):
            month = self.start.month - 1 + step
            x = round(LEFT + step / self.months * (RIGHT - LEFT))
            label = f"{month % 12 + 1}/{(self.start.year + month // 12) % 100:02d}"
            found.append(Tick(x, label, "start" if step == 0 else "end" if step == self.months else "middle"))
        return found
