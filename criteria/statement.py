"""A compiled statement: its text, what its columns mean, and its counts read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlglot import exp

from criteria.engines import Dialect, Engine
from criteria.programme import Programme


@dataclass(frozen=True)
class Output:
    """One boolean column of rows: the verdict of a programme, or (with `criterion`) the state of one criterion."""

    name: str
    programme: str
    criterion: str | None = None


@dataclass(frozen=True)
class PlaceCount:
    """How many of an area, in one place: persons, or households for a programme of that unit.

    `place` is None when the area was not asked by place, and for who lives at no known place.
    """

    programme: str
    unit: str
    place: str | None
    eligible: int
    not_eligible: int
    unknown: int


@dataclass(frozen=True)
class Statement:
    """A compiled statement. `outputs` name the columns of rows; `counts` reads the rows of a statement of counts."""

    tree: exp.Query
    dialect: Dialect
    outputs: tuple[Output, ...]
    programmes: tuple[Programme, ...]
    by_place: bool = False

    @cached_property
    def sql(self) -> str:
        """The text; a parameter is written as the engine's driver expects it (`%(name)s`, `$name`, `:name`)."""
        if self.dialect != "postgres" or not any(self.tree.find_all(exp.Placeholder)):
            return Engine(self.dialect).text(self.tree)
        # the driver reads a bare % as the start of a parameter, wherever it stands
        escaped = self.tree.copy()
        for literal in escaped.find_all(exp.Literal):
            if literal.is_string and "%" in literal.this:
                literal.set("this", literal.this.replace("%", "%%"))
        return Engine(self.dialect).text(escaped)

    def counts(self, rows: Iterable[Sequence[Any]]) -> list[PlaceCount]:
        """The counts per programme in the order asked, and per place when asked by place."""
        found = []
        for row in rows:
            values = dict(zip([projection.alias_or_name for projection in self.tree.selects], row, strict=True))
            for number, programme in enumerate(self.programmes):
                total = values["households" if programme.unit == "household" else "persons"] or 0
                eligible, known = values[f"e{number}"] or 0, values[f"k{number}"] or 0
                place = (values["place"] or None) if self.by_place else None
                found.append(
                    PlaceCount(programme.code, programme.unit, place, eligible, known - eligible, total - known)
                )
        return found
