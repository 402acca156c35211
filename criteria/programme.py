"""What every reader takes: a programme as its code, its unit and its checked criteria."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from criteria.catalogue import Catalogue
from criteria.check import OPEN_KEY, check_programme
from criteria.read import Unit
from criteria.tree import InArea, Node, Span
from criteria.turning import Reading

_NOWHERE = Span(0, 0, 1, 1)


@dataclass(frozen=True)
class Programme:
    """`criteria` in order, all needed. With `own_openings` being open where the household lives comes first."""

    code: str
    unit: Unit
    criteria: tuple[tuple[str, Node], ...]
    own_openings: bool = True

    @property
    def all_criteria(self) -> tuple[tuple[str, Node], ...]:
        """The criteria with the programme's own openings, key `_open`, before them."""
        own = ((OPEN_KEY, InArea(_NOWHERE, self.code)),) if self.own_openings else ()
        return own + self.criteria

    @cached_property
    def reading(self) -> Reading:
        """What its criteria ask at all."""
        return Reading.of([tree for _, tree in self.all_criteria])

    @classmethod
    def read(
        cls,
        code: str,
        unit: Unit,
        criteria: Iterable[tuple[str, str]],
        catalogue: Catalogue,
        *,
        own_openings: bool = True,
    ) -> Programme:
        """From the texts of the criteria; RuleRefused when they do not check."""
        checked = check_programme(list(criteria), catalogue, unit=unit)
        return cls(code, unit, checked.trees, own_openings)
