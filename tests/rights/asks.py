"""What may be asked at an address: one Ask for each form, filter and file of a page. The table is in pages.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Ask:
    """One thing asked at an address; `what` is its line in the matrix."""

    what: str
    method: str = "GET"
    args: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str | Sequence[str]] = field(default_factory=dict)

    @property
    def is_of_a_place(self) -> bool:
        """Whether it is asked once inside and once outside."""
        return any("{" in part for value in [*self.args.values(), *self.data.values()] for part in value)


def post(what: str, args: Mapping[str, str] | None = None, **data: str | Sequence[str]) -> Ask:
    return Ask(what, "POST", args or {}, data)


def get(what: str, args: Mapping[str, str] | None = None, **data: str | Sequence[str]) -> Ask:
    return Ask(what, "GET", args or {}, data)
