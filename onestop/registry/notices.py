"""The privacy notice, and the purposes of a disclosure and of a question through the narrow door, from the country pack
(texts/privacy.yaml)."""

from dataclasses import dataclass
from datetime import date

from onestop.areas.clock import today
from onestop.areas.country import pack
from onestop.areas.packfile import PackRefused

__all__ = ["Notice", "Purpose", "door_purposes", "notice_on", "purposes"]

FILE = "texts/privacy.yaml"


@dataclass(frozen=True)
class Notice:
    """A version of the notice: its lines, each {language: text}, and the day from which it is told."""

    version: int
    since: date
    lines: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Purpose:
    """For what a list of persons may leave the office, or another office be asked."""

    code: str
    label: dict[str, str]


def notice_on(day: date | None = None) -> Notice:
    """The notice told on a day (today). Raises PackRefused when the country pack has none for it."""
    day = day or today()
    found = [
        Notice(node.whole("version"), node.day("from"), tuple(line.names() for line in node.each("lines")))
        for node in pack().node(FILE).each("notices")
    ]
    in_force = [notice for notice in found if notice.since <= day]
    if not in_force:
        raise PackRefused(f"{FILE}: no privacy notice holds on {day}; add one with an earlier day.")
    return max(in_force, key=lambda notice: notice.since)


def purposes() -> dict[str, Purpose]:
    """The purposes by code, in the order of the file."""
    return {
        node.text("code"): Purpose(node.text("code"), node.names("label"))
        for node in pack().node(FILE).each("purposes")
    }


def door_purposes() -> dict[str, Purpose]:
    """For what one may ask whether somebody is registered elsewhere, by code. None: it is not asked."""
    if not pack().has(FILE) or not pack().node(FILE).has("door_purposes"):
        return {}
    return {
        node.text("code"): Purpose(node.text("code"), node.names("label"))
        for node in pack().node(FILE).each("door_purposes")
    }
