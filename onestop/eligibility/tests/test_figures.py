"""Small cells stay hidden: they are not shown, and no subtraction over the pages of an area gives them back."""

import random
from collections.abc import Iterator

import pytest

from onestop.eligibility.figures import HOUSEHOLDS, PERSONS, Hidden, Table, closed_cells, hidden, lonely, shown
from onestop.eligibility.states import Four, PlaceFigures, together

HOMES = frozenset({"H"})


def place(code: str, chance: random.Random) -> PlaceFigures:
    """A made-up village: small numbers are common."""
    few = [0, 0, 1, 2, 3, 4, 5, 7, 12, 40]
    persons = Four(chance.choice(few), chance.choice(few), chance.choice(few), chance.choice([0, 3, 60, 200]))
    other = Four(chance.choice(few), 0, 0, 0)
    rest = persons.total - other.total
    other = Four(min(other.receiving, persons.total), 0, 0, max(rest, 0))
    homes = Four(chance.choice(few), chance.choice(few), chance.choice(few), chance.choice(few))
    return PlaceFigures(code, persons.total, homes.total, {"A": persons, "B": other, "H": homes}, {"g": persons})


def equations(table: Table, unit: str = "") -> Iterator[tuple[dict[tuple[str, int], int], int]]:
    """What a reader knows of one page: each row adds up to everybody, each column to its sum.

    Cells are named by place and table, the sums by the unit of the page, so that pages that show the same number speak
    of the same unknown.
    """
    rows = [*((row.place, row) for row in table.rows), (unit, table.total)]
    for name, values in table.total.tables.items():
        width = len(values)
        for place, row in rows if width > 1 else ():
            yield known_sum(
                [(f"{place}/{name}", n, value, 1 if n < width - 1 else -1) for n, value in enumerate(row.tables[name])]
            )
        for column in range(width):
            yield known_sum(
                [
                    (f"{place}/{name}", column, row.tables[name][column], -1 if place == unit else 1)
                    for place, row in rows
                ]
            )


def known_sum(terms: list[tuple[str, int, object, int]]) -> tuple[dict[tuple[str, int], int], int]:
    unknown: dict[tuple[str, int], int] = {}
    total = 0
    for name, column, value, sign in terms:
        if isinstance(value, Hidden):
            unknown[name, column] = sign
        else:
            assert isinstance(value, int)
            total -= sign * value
    return unknown, total


def worked_out(found: list[tuple[dict[tuple[str, int], int], int]]) -> set[tuple[str, int]]:
    """The hidden cells that these equations determine: Gauss's elimination, then lines with one unknown left."""
    names = sorted({name for unknown, _total in found for name in unknown})
    lines = [[float(unknown.get(name, 0)) for name in names] for unknown, _total in found if unknown]
    at = 0
    for column in range(len(names)):
        pivot = next((r for r in range(at, len(lines)) if abs(lines[r][column]) > 1e-9), None)
        if pivot is None:
            continue
        lines[at], lines[pivot] = lines[pivot], lines[at]
        lines[at] = [value / lines[at][column] for value in lines[at]]
        for r in range(len(lines)):
            if r != at and abs(lines[r][column]) > 1e-9:
                factor = lines[r][column]
                lines[r] = [a - factor * b for a, b in zip(lines[r], lines[at], strict=True)]
        at += 1
    told = set()
    for line in lines:
        left = [names[n] for n, value in enumerate(line) if abs(value) > 1e-9]
        if len(left) == 1:
            told.add(left[0])
    return told


@pytest.mark.parametrize("seed", range(120))
def test_no_page_gives_a_hidden_cell_away(seed: int) -> None:
    chance = random.Random(seed)
    places = [place(f"17010{n}", chance) for n in range(chance.choice([1, 2, 3, 6]))]
    assert not worked_out(list(equations(hidden(places, HOMES))))


@pytest.mark.parametrize("seed", range(60))
def test_the_pages_of_a_district_and_of_its_communes_together_give_nothing_away(seed: int) -> None:
    chance = random.Random(seed)
    villages = {f"17010{n}": [place(f"17010{n}0{m}", chance) for m in range(chance.choice([1, 2, 4]))]
                for n in range(chance.choice([2, 3]))}  # fmt: skip
    communes = [
        PlaceFigures(code, sums.persons, sums.households, sums.programmes, sums.guarantees)
        for code, inside in villages.items()
        for sums in [together(inside)]
    ]
    district = hidden(communes, HOMES)
    found = list(equations(district))
    for code, inside in villages.items():
        above = district.row(code)
        assert above is not None
        page = hidden(inside, HOMES, above)
        for name, values in page.total.tables.items():  # the commune's own page shows what the district's row shows
            assert [isinstance(value, Hidden) for value in values] == [
                isinstance(value, Hidden) for value in above.tables[name]
            ], name
        found += equations(page, code)
    assert not worked_out(found)


def test_every_small_cell_is_hidden_and_the_others_mostly_not() -> None:
    places = [
        PlaceFigures("1", 300, 60, {"A": Four(100, 80, 70, 50)}, {}),
        PlaceFigures("2", 300, 60, {"A": Four(3, 90, 107, 100)}, {}),
        PlaceFigures("3", 300, 60, {"A": Four(90, 60, 50, 100)}, {}),
    ]
    table = hidden(places, frozenset())
    assert table.rows[1].tables["A"][0] == Hidden(small=True)
    closed = [value for row in (*table.rows, table.total) for value in row.tables["A"] if isinstance(value, Hidden)]
    assert len(closed) == 4  # a circle of four, the fewest that keep it
    assert table.total.tables["A"][-1] == 900


def test_nothing_small_leaves_everything_open() -> None:
    places = [PlaceFigures(code, 100, 20, {"A": Four(10, 20, 30, 40)}, {}) for code in "12"]
    assert hidden(places, frozenset()) == shown(places, frozenset())


def test_zero_is_not_small() -> None:
    places = [PlaceFigures(code, 100, 20, {"A": Four(0, 20, 30, 50)}, {}) for code in "12"]
    assert hidden(places, frozenset()).rows[0].tables["A"][0] == 0


def test_a_hamlet_of_three_does_not_tell_its_number() -> None:
    places = [
        PlaceFigures("1", 3, 1, {"A": Four(0, 3, 0, 0)}, {}),
        PlaceFigures("2", 300, 60, {"A": Four(100, 80, 70, 50)}, {}),
        PlaceFigures("3", 200, 40, {"A": Four(50, 50, 50, 50)}, {}),
    ]
    table = hidden(places, frozenset())
    assert table.rows[0].everybody(PERSONS) == Hidden(small=True)
    assert table.rows[0].everybody(HOUSEHOLDS) == Hidden(small=True)
    assert isinstance(table.rows[2].everybody(PERSONS), Hidden)  # the next smallest goes with it


def test_a_circle_of_four_is_not_lonely_and_three_corners_are() -> None:
    assert lonely({(0, 0), (0, 1), (1, 0), (1, 1)}) == []
    assert lonely({(0, 0), (0, 1), (1, 0)}) == [(0, 0), (0, 1), (1, 0)]


def test_two_circles_joined_by_a_bridge_do_not_hide_the_bridge() -> None:
    grid = [[9] * 6 for _ in range(6)]
    circles = {(0, 0), (0, 1), (1, 0), (1, 1), (3, 3), (3, 4), (4, 3), (4, 4), (1, 3)}
    assert lonely(circles) == [(1, 3)]
    assert lonely(closed_cells(grid, circles)) == []
