"""How a unit works on a day: the settings that offices choose, declared with their values and defaults in modes.yaml.

    settings_of(commune.code)["commune_mode"]        "paper" | "spreadsheet" | "online"
    settings_of(office, on=day).is_on("contributions")

A choice holds for its unit and all below it until a nearer unit chooses otherwise; without one the default holds. One
query, whatever is asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from functools import lru_cache

from onestop.areas import clock
from onestop.areas.country import Country, in_words, pack
from onestop.areas.models import AdministrativeUnit
from onestop.staff.models import Office, OfficeSetting

__all__ = ["Mode", "SettingValues", "UnknownSetting", "modes", "settings_of"]


class UnknownSetting(KeyError):
    """No mode of the country pack has this code; the message names the nearest."""


@dataclass(frozen=True)
class Mode:
    """One setting: where it is asked, what may be chosen (code → label), what holds without a choice."""

    code: str
    label: Mapping[str, str]
    levels: frozenset[int]
    values: Mapping[str, Mapping[str, str]]
    default: str
    with_reference: frozenset[str]
    source: str

    def may_be_chosen_at(self, level: int) -> bool:
        """True for units of its levels and for those above them."""
        return level <= max(self.levels)

    def word(self, value: str) -> str:
        """A value in the reader's language; the value itself when the pack no longer has it."""
        return in_words(dict(self.values[value])) if value in self.values else value


@lru_cache(maxsize=8)
def _modes(country: Country) -> dict[str, Mode]:
    found: dict[str, Mode] = {}
    if not country.has("modes.yaml"):
        return found
    for node in country.node("modes.yaml").each("modes"):
        node.only("code", "label", "levels", "values", "default", "source")
        values = {each.text("code"): each.names("label") for each in node.each("values")}
        code, levels = node.text("code"), frozenset(each.whole() for each in node.each("levels"))
        if code in found:
            raise node.refuse(f"the setting '{code}' stands twice.", "code")
        if not levels:
            raise node.refuse("at least one level is needed.", "levels")
        if node.text("default") not in values:
            raise node.refuse(f"the default is none of the values: {', '.join(values)}.", "default")
        bound = frozenset(each.text("code") for each in node.each("values") if each.flag("reference", False))
        found[code] = Mode(
            code, node.names("label"), levels, values, node.text("default"), bound, node.text("source", "")
        )
    return found


def modes() -> dict[str, Mode]:
    """The settings of the installed country, in the order of its file. Raises PackRefused."""
    return _modes(pack())


@dataclass(frozen=True)
class SettingValues(Mapping[str, str]):
    """What holds at one unit on one day: setting → value. `chosen` has the rows behind values that are no defaults."""

    values_by_code: Mapping[str, str]
    chosen: Mapping[str, OfficeSetting] = field(default_factory=dict)

    def __getitem__(self, code: str) -> str:
        if code not in self.values_by_code:
            near = get_close_matches(code, self.values_by_code, 1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(self.values_by_code)}."
            raise UnknownSetting(f"'{code}' is no setting of modes.yaml; {hint}")
        return self.values_by_code[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_by_code)

    def __len__(self) -> int:
        return len(self.values_by_code)

    def is_on(self, code: str) -> bool:
        """True when the setting is chosen as "on"."""
        return self[code] == "on"


def settings_of(place: "Office | AdministrativeUnit | str", on: date | None = None) -> SettingValues:
    """The settings in force at an office's unit, a unit or a unit code ('' the nation) on the day (today)."""
    code = (
        place.unit_code if isinstance(place, Office) else place.code if isinstance(place, AdministrativeUnit) else place
    )
    rows = OfficeSetting.objects.in_force(on or clock.today()).filter(unit_code__in=path_codes(code))
    chosen: dict[str, OfficeSetting] = {}
    for row in sorted(rows, key=lambda each: len(each.unit_code)):  # the nearest unit comes last and counts
        if row.key in modes() and row.value in modes()[row.key].values:
            chosen[row.key] = row
    return SettingValues(
        {mode: chosen[mode].value if mode in chosen else modes()[mode].default for mode in modes()}, chosen
    )


def path_codes(code: str) -> list[str]:
    """The code and the codes of all units it lies in, the nation ('') among them."""
    return ["", *(code[: level.length] for level in pack().levels if level.length <= len(code))]
