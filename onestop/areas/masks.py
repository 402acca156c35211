"""Masked columns: what a role does not see of the people it sees, each kind once, and the one way it is shown.

    rights: [registry.read, …]
    masks: [phone, papers]          a role of roles.yaml that does not ring people nor read their papers

A model of personal records says which of its columns are of a kind: `masked = {"phone": "phone"}`. Whatever is shown of
such a column goes through `shown` (in a template: `{{ person|shown:"phone" }}`), and whatever writes it asks
`demand_open` first. A kind that is not here is refused with the file's line and the nearest name. Why Python and not
the walls, and what may still be searched: decisions/021-masked-columns.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onestop.areas.scope import Scope, current, merged

__all__ = [
    "MASKS",
    "NOT_SHOWN",
    "Mask",
    "demand_open",
    "is_masked",
    "is_masked_somewhere",
    "kind_of",
    "nearest",
    "shown",
    "veiled",
]

NOT_SHOWN: Final = gettext_lazy("not shown to your role")
HIDDEN: Final = "•••"
# So many of the last signs stay, to tell two numbers apart with somebody who has them before his eyes; of a short
# number fewer, since a third of it would be too much
KEPT: Final = 3


@dataclass(frozen=True)
class Mask:
    """One kind of column: its words, and whether the end of the value stays to be seen."""

    words: "str | Promise"
    keeps_end: bool

    def __str__(self) -> str:
        return str(self.words)


MASKS: Final[dict[str, Mask]] = {
    "phone": Mask(gettext_lazy("telephone numbers"), keeps_end=True),
    "papers": Mask(gettext_lazy("numbers of identity papers"), keeps_end=True),
    "card": Mask(gettext_lazy("card numbers of poor households"), keeps_end=True),
    "address": Mask(gettext_lazy("addresses below the village"), keeps_end=False),
}


def nearest(name: str) -> str:
    """The kind whose name is nearest to this one; '' when none is near."""
    return next(iter(get_close_matches(name, MASKS, 1, 0.6)), "")


def kind_of(record: Any, column: str) -> str:
    """The kind of a column of a record or model; '' for a column that nobody masks."""
    return str(getattr(record, "masked", {}).get(column, ""))


def is_masked(record: Any, column: str, scope: Scope | None = None) -> bool:
    """Whether the column of this record is hidden from the officer of the open scope. Raises ScopeMissing."""
    kind = kind_of(record, column)
    return bool(kind) and (scope or current()).hides(kind, record.unit_code)


def is_masked_somewhere(kind: str) -> bool:
    """Whether this kind of column is hidden from the officer anywhere in the open scope. Raises ScopeMissing."""
    masks = current().masks
    open_in = merged(codes for kinds, codes in masks if kind not in kinds)
    return any(
        kind in kinds and not any(start <= low and high <= end for start, end in open_in)
        for kinds, (low, high) in masks
    )


def shown(record: Any, column: str) -> Any:
    """The value of a column for the officer of the open scope: as it is, or veiled. Raises ScopeMissing."""
    value = getattr(record, column)
    return veiled(kind_of(record, column), value) if is_masked(record, column) else value


def veiled(kind: str, value: Any) -> str:
    """A value that is not shown: ••• 678, or that it is not shown; '' stays '', since nothing was to be hidden."""
    text = str(value or "")
    if not text:
        return ""
    if not MASKS[kind].keeps_end:
        return str(NOT_SHOWN)
    return f"{HIDDEN} {text[-min(KEPT, len(text) // 3) :]}" if len(text) >= KEPT else HIDDEN


def demand_open(record: Any, columns: Iterable[str]) -> None:
    """Raise PermissionDenied when one of these columns is hidden from the officer: what one does not see one does not
    overwrite."""
    hidden = sorted({kind_of(record, column) for column in columns if is_masked(record, column)})
    if hidden:
        raise PermissionDenied(
            _("Your role does not show %(what)s, so it does not change them. Ask an officer who registers people.")
            % {"what": ", ".join(str(MASKS[kind]) for kind in hidden)}
        )
