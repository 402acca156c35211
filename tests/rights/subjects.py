"""Who walks: one officer for all roles of equal rights, and two more: nobody signed in, and an officer without a role.

Two roles are equal when every key of roles.yaml but their names says the same; of their rights those count that some
code asks for, since many are of rooms not built yet. That equal roles do act alike is held by test_rights.py: no code
of ours names a role.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from config.server import ROOT
from onestop.areas.country import pack
from onestop.areas.rights import RIGHTS

# What tells roles apart for a reader, not for the office; everything else in roles.yaml makes a group of its own
NAMES: Final = frozenset({"code", "label", "also", "stands_for"})
LIST_OF_RIGHTS: Final = ROOT / "onestop" / "areas" / "rights.py"
NOBODY: Final = "(nobody)"
WITHOUT_ROLE: Final = "(no role)"
HOME: Final = ("", "17", "1701", "170101", "17010103")  # the unit for which a role of each level is held


@dataclass(frozen=True)
class Subject:
    """One who walks, for himself and for all `roles` of equal rights."""

    name: str
    roles: tuple[str, ...]
    unit: str | None  # None: holds no role

    @property
    def level(self) -> int:
        return HOME.index(self.unit) if self.unit is not None else 0

    @property
    def username(self) -> str:
        return "walks." + self.name.strip("()").replace("_", "-").replace(" ", "-")


@cache
def table() -> Mapping[str, Mapping[str, Any]]:
    """roles.yaml: every key of every role, by code."""
    return {str(row["code"]): row for row in pack().node("roles.yaml").child("roles").plain()}  # type: ignore[union-attr]


@cache
def asked_rights() -> frozenset[str]:
    """The rights that some code asks for: they stand in it as text, in Python, in a template or in the settings."""
    named = re.compile("|".join(rf"[\"']{re.escape(right)}[\"']" for right in RIGHTS))
    files = [*(ROOT / "onestop").rglob("*.py"), *(ROOT / "onestop").rglob("*.html"), ROOT / "config" / "settings.py"]
    return frozenset(
        text.strip("\"'")
        for file in files
        if "tests" not in file.parts and file != LIST_OF_RIGHTS
        for text in named.findall(file.read_text("utf-8"))
    )


def rights_of(role: str) -> tuple[tuple[str, str], ...]:
    """All that the table says of a role but its names, in a form that can be compared."""
    said = {key: value for key, value in table()[role].items() if key not in NAMES}
    said["rights"] = [right for right in said["rights"] if right in asked_rights()]
    return tuple(
        (key, repr(sorted(value) if isinstance(value, list) else value)) for key, value in sorted(said.items())
    )


def groups() -> list[tuple[str, ...]]:
    """The roles by equal rights, each group in the order of the table."""
    found: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for role in table():
        found.setdefault(rights_of(role), []).append(role)
    return [tuple(roles) for roles in found.values()]


def _of(roles: tuple[str, ...]) -> Subject:
    return Subject(roles[0], roles, HOME[pack().roles[roles[0]].level])


def subjects(*, every_role: bool = False) -> Iterator[Subject]:
    """Those who walk: one of each group, or with `every_role` each role for itself."""
    yield Subject(NOBODY, (), None)
    yield Subject(WITHOUT_ROLE, (), None)
    for roles in groups():
        if every_role:
            yield from (_of((role,)) for role in roles)
        else:
            yield _of(roles)
