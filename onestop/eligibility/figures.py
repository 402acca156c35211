"""Figures for those who may not see persons: small cells hidden, so that no subtraction brings them back.

A cell of 1 to 4 is small and shown as "<5". Tables add up, so hiding it alone would not hide it: other cells of its row
and column are hidden with it. Which must be is an exact question: the hidden cells are the edges of a graph whose
nodes are the rows and columns of the table, totals among them, and a cell can be worked out from the open ones exactly
when its edge lies on no circle. Cells are hidden until every hidden one lies on a circle.

The pages of a unit and of the units below it show the same numbers again. So hiding goes from the top of an officer's
area down: what is hidden in the row of a unit stays hidden on the unit's own page, where it is the total.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from onestop.eligibility.states import Four, PlaceFigures, together

SMALL: Final = range(1, 5)
TOTAL: Final = ""  # the row of the sums
PERSONS: Final = "persons"
HOUSEHOLDS: Final = "households"

Cell = tuple[int, int]
Grid = list[list[int]]


@dataclass(frozen=True)
class Hidden:
    """A number that is not shown. `small`: it is 1 to 4, else it is hidden so that a small one cannot be worked out."""

    small: bool


Shown = int | Hidden


@dataclass(frozen=True)
class Row:
    """The figures of one place as they may be shown: `tables[name]` are the four states, then everybody."""

    place: str
    tables: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)

    def everybody(self, of: str) -> Shown:
        """PERSONS or HOUSEHOLDS of the place."""
        return self.tables[of][-1]


@dataclass(frozen=True)
class Table:
    """A unit's places and their sums."""

    rows: tuple[Row, ...]
    total: Row

    def row(self, place: str) -> Row | None:
        return next((row for row in self.rows if row.place == place), None)


def shown(places: Sequence[PlaceFigures], homes: frozenset[str]) -> Table:
    """Everything open: for officers who see the persons themselves."""
    return Table(tuple(Row(one.place, _open(one, homes)) for one in places), Row(TOTAL, _open(together(places), homes)))


def _open(one: PlaceFigures, homes: frozenset[str]) -> dict[str, tuple[Shown, ...]]:
    return {
        name: (everybody,) if name in {PERSONS, HOUSEHOLDS} else (*four.as_tuple, everybody)
        for name, four, everybody in _tables(one, homes)
    }


def _tables(one: PlaceFigures, homes: frozenset[str]) -> Iterator[tuple[str, Four, int]]:
    """Every table of a place: the count of everybody, programmes, guarantees. Each adds up to everybody."""
    yield PERSONS, Four(not_eligible=one.persons), one.persons
    yield HOUSEHOLDS, Four(not_eligible=one.households), one.households
    for code, four in one.programmes.items():
        yield code, four, one.households if code in homes else one.persons
    for code, four in one.guarantees.items():
        yield f"guarantee {code}", four, one.persons


def hidden(places: Sequence[PlaceFigures], homes: frozenset[str], above: Row | None = None) -> Table:
    """The same with small cells hidden. `above`: the row of this unit in the table of the unit above it."""
    names = [name for name, _four, _all in _tables(together(places), homes)]
    grids = {name: _grid(places, homes, name) for name in names}
    closed: dict[str, set[Cell]] = {}
    for name in names:
        grid = grids[name]
        last = len(grid[0]) - 1
        of = HOUSEHOLDS if name in homes else PERSONS
        fixed = {(row, last) for row, _column in closed.get(of, ())}
        if above is not None:
            fixed |= {(len(places), n) for n, value in enumerate(above.tables[name]) if isinstance(value, Hidden)}
        if name in {PERSONS, HOUSEHOLDS}:
            closed[name] = closed_line([row[0] for row in grid], {row for row, _column in fixed}, above is not None)
        else:
            closed[name] = closed_cells(grid, fixed, keep_totals=above is not None)
    return Table(
        tuple(_row(one.place, number, grids, closed) for number, one in enumerate(places)),
        _row(TOTAL, len(places), grids, closed),
    )


def _grid(places: Sequence[PlaceFigures], homes: frozenset[str], name: str) -> Grid:
    """The rows of a table with everybody as last column, and the sums as last row."""
    found = []
    for one in (*places, together(places)):
        found.append(
            next(([*four.as_tuple, all_] for key, four, all_ in _tables(one, homes) if key == name), [0, 0, 0, 0, 0])
        )
    if name in {PERSONS, HOUSEHOLDS}:
        return [row[-1:] for row in found]
    return found


def _row(place: str, number: int, grids: Mapping[str, Grid], closed: Mapping[str, set[Cell]]) -> Row:
    return Row(
        place,
        {
            name: tuple(
                Hidden(value in SMALL) if (number, column) in closed[name] else value
                for column, value in enumerate(grid[number])
            )
            for name, grid in grids.items()
        },
    )


def closed_line(values: Sequence[int], fixed: set[int], keep_total: bool) -> set[Cell]:
    """Which numbers of a list with its sum (the last one) must be hidden: none, or at least two."""
    last = len(values) - 1
    closed = fixed | {at for at, value in enumerate(values) if value in SMALL and not (keep_total and at == last)}
    if last == 1:
        return {(at, 0) for at in ((0, 1) if closed else ())}
    if len(closed) == 1:
        others = [at for at in range(len(values) - 1 if keep_total else len(values)) if at not in closed]
        closed |= set(sorted(others, key=lambda at: (values[at] == 0, values[at]))[:1])
    return {(at, 0) for at in closed}


def closed_cells(grid: Grid, fixed: Iterable[Cell] = (), *, keep_totals: bool = False) -> set[Cell]:
    """Which cells of a table with its sums (last row and column) must be hidden.

    `fixed` are hidden already. No more of the last column may be: everybody stands beside every table; nor with
    `keep_totals` of the last row: the sums stand open on another page. Their own small ones are in `fixed` then.
    """
    rows, columns = len(grid), len(grid[0])
    may = {
        (row, column)
        for row in range(rows)
        for column in range(columns)
        if not (keep_totals and row == rows - 1) and column < columns - 1
    }
    closed = set(fixed) | {cell for cell in may if grid[cell[0]][cell[1]] in SMALL}
    if rows == 2:  # one place: its row and the sums are the same numbers
        return _closed_alone(grid[0], {column for _row, column in closed})
    while exposed := lonely(closed):
        added = _cheapest(grid, exposed[0], closed, may)
        if not added:  # nothing else may be hidden: the whole of both lines that can be
            row, column = exposed[0]
            added = {cell for cell in may - closed if cell[0] == row or cell[1] == column} or (may - closed)
        if not added:
            break
        closed |= added
    return closed


def _closed_alone(values: Sequence[int], closed: set[int]) -> set[Cell]:
    """One place alone: at least two of its cells are hidden or none; the sums repeat it."""
    if len(closed) == 1:
        others = [column for column in range(len(values) - 1) if column not in closed]
        closed = closed | set(sorted(others, key=lambda column: (values[column] == 0, values[column]))[:1])
    return {(row, column) for row in range(2) for column in closed}


def lonely(closed: set[Cell]) -> list[Cell]:
    """The hidden cells that the open ones give away: edges on no circle of the graph of rows and columns."""
    lines: dict[tuple[str, int], list[Cell]] = {}
    for row, column in closed:
        lines.setdefault(("row", row), []).append((row, column))
        lines.setdefault(("column", column), []).append((row, column))
    return sorted(cell for cell in closed if not _on_circle(cell, lines))


def _on_circle(cell: Cell, lines: Mapping[tuple[str, int], list[Cell]]) -> bool:
    """Whether the cell's column is reached from its row without the cell itself."""
    start, goal = ("row", cell[0]), ("column", cell[1])
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        for one in lines.get(here, ()):
            if one == cell:
                continue
            there = ("column", one[1]) if here[0] == "row" else ("row", one[0])
            if there == goal:
                return True
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return False


def _cheapest(grid: Grid, cell: Cell, closed: set[Cell], may: set[Cell]) -> set[Cell]:
    """The fewest and smallest further cells that make a circle of four with this one; zeros last, they are no news."""
    row, column = cell
    best: tuple[tuple[int, int, int], set[Cell]] | None = None
    for other_row in range(len(grid)):
        for other_column in range(len(grid[0])):
            if other_row == row or other_column == column:
                continue
            corners = {(row, other_column), (other_row, column), (other_row, other_column)} - closed
            if not corners or not corners <= may:
                continue
            values = [grid[r][c] for r, c in corners]
            cost = (len(corners), sum(value == 0 for value in values), sum(values))
            if best is None or cost < best[0]:
                best = (cost, corners)
    return best[1] if best else set()
