"""The order of a list, chosen by links in the heads of its columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict


@dataclass(frozen=True)
class Sorting:
    """The chosen column and direction of a list, read from ?sort=name or ?sort=-name; unknown names are ignored.

    allowed: names that may be chosen; the first is the default. Links keep the filters and begin at the first page.
    """

    query: QueryDict
    allowed: Sequence[str]
    parameter: str = "sort"

    @property
    def chosen(self) -> str:
        """The name of the column."""
        name = self.query.get(self.parameter, "").removeprefix("-")
        return name if name in self.allowed else self.allowed[0]

    @property
    def is_descending(self) -> bool:
        """Whether the biggest comes first."""
        given = self.query.get(self.parameter, "")
        return given.startswith("-") and given.removeprefix("-") in self.allowed

    def direction(self, name: str) -> str:
        """The value of aria-sort for a column; empty when the list is not sorted by it."""
        if name != self.chosen:
            return ""
        return "descending" if self.is_descending else "ascending"

    def link(self, name: str) -> str:
        """The query string that sorts by this column, turned round when it is chosen already."""
        query = self.query.copy()
        for gone in ("after", "before"):
            query.pop(gone, None)
        turned = name == self.chosen and not self.is_descending
        query[self.parameter] = f"-{name}" if turned else name
        return f"?{query.urlencode()}"
