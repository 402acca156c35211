"""The sheets and columns of the workbook, and the one to fill in: heads in both languages, lists to choose from."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext_lazy as _
from xlsxwriter.workbook import Workbook

from onestop.areas import clock
from onestop.areas.country import in_words, pack
from onestop.areas.models import AdministrativeUnit, within
from onestop.areas.scope import Range
from onestop.staff.bodies import body_kinds, labels
from onestop.ui.languages import codes, texts

__all__ = ["SHEETS", "Column", "Sheet", "template"]

ROWS_WITH_LISTS: Final = 500
MOST_UNITS: Final = 3000


def in_order(words: Any) -> list[str]:
    """A text in every language, in the order of the settings, whoever reads: a workbook goes from hand to hand."""
    found = texts(words)
    return [found[code] for code in codes() if code in found]


@dataclass(frozen=True)
class Column:
    """A column: its key in the code, its head in every language, whether it must be filled, which list helps."""

    key: str
    head: Any
    needed: bool = False
    choices: str = ""
    width: int = 18

    def heads(self) -> str:
        """The head as it stands in the workbook: every language, the needed ones with a star."""
        return " / ".join(in_order(self.head)) + (" *" if self.needed else "")


@dataclass(frozen=True)
class Sheet:
    """A sheet: its key, its title, its columns."""

    key: str
    title: Any
    columns: tuple[Column, ...]

    def name(self) -> str:
        """The sheet's name in the workbook, at most 31 characters as Excel demands."""
        return " ".join(in_order(self.title))[:31]

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


SHEETS: Final = {
    sheet.key: sheet
    for sheet in (
        Sheet(
            "offices",
            _("Offices"),
            (
                Column("code", _("Code"), True, width=22),
                Column("name_km", _("Name in Khmer"), True, width=34),
                Column("name_latin", _("Name in Latin letters"), True, width=34),
                Column("unit", _("Unit"), True, "units"),
                Column("kind", _("Kind"), True, "office_kinds"),
                Column("sector", _("Sector"), choices="sectors"),
                Column("holder_km", _("Accountable person"), width=26),
                Column("holder_latin", _("Accountable person in Latin letters"), width=26),
                Column("holder_title", _("Is there as"), choices="roles"),
                Column("opened_on", _("Open from")),
                Column("phone", _("Telephone")),
            ),
        ),
        Sheet(
            "officers",
            _("Officers"),
            (
                Column("username", _("Username"), True),
                Column("name_km", _("Name in Khmer"), True, width=26),
                Column("name_latin", _("Name in Latin letters"), True, width=26),
                Column("office", _("Code of the office"), True, width=22),
                Column("language", _("Language of the pages"), choices="languages"),
                Column("supervisor", _("Username of the supervisor")),
            ),
        ),
        Sheet(
            "roles",
            _("Roles"),
            (
                Column("username", _("Username"), True),
                Column("role", _("Role"), True, "roles", width=34),
                Column("unit", _("Unit"), True, "units"),
                Column("from", _("From"), True),
                Column("to", _("To")),
            ),
        ),
        Sheet(
            "committees",
            _("Committees"),
            (
                Column("kind", _("Kind"), True, "committee_kinds", width=30),
                Column("unit", _("Unit"), True, "units"),
                Column("name_km", _("Member: name in Khmer"), width=26),
                Column("name_latin", _("Member: name in Latin letters"), width=26),
                Column("sex", _("Sex (F or M)"), width=10),
                Column("position", _("Position"), choices="positions"),
                Column("capacity", _("Sits there for"), choices="capacities"),
                Column("from", _("From"), True),
            ),
        ),
    )
}


def lists(ranges: tuple[Range, ...]) -> dict[str, list[str]]:
    """What may be chosen in the columns that have a list, as it is written in a cell."""
    units = AdministrativeUnit.objects.on(clock.today()).filter(within(ranges, "code")).order_by("code")
    roles = sorted(pack().roles.values(), key=lambda role: (role.level, role.code))
    return {
        "units": [f"{unit.code} {unit.full_name}" for unit in units[:MOST_UNITS]],
        "roles": [_entry(role.code, role.label) for role in roles],
        "committee_kinds": [_entry(kind.code, kind.label) for kind in body_kinds().values()],
        "languages": list(pack().languages),
        **{
            what: [_entry(code, label) for code, label in labels(what).items()]
            for what in ("office_kinds", "sectors", "positions", "capacities")
        },
    }


def _entry(code: str, label: Mapping[str, str]) -> str:
    """A code with its words: what is chosen in a list, and read again by its first word."""
    return f"{code} {in_words(dict(label))}"


def template(ranges: tuple[Range, ...]) -> bytes:
    """The empty workbook for an officer of these areas."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        found = lists(ranges)
        _how(book)
        sheets = [(sheet, book.add_worksheet(sheet.name())) for sheet in SHEETS.values()]
        chosen = _lists_sheet(book, found)
        font = {"font_name": "Noto Sans Khmer", "font_size": 11, "valign": "top"}
        head = book.add_format({**font, "bold": True, "bottom": 1, "text_wrap": True})
        plain, day = book.add_format({**font, "num_format": "@"}), book.add_format({**font, "num_format": "yyyy-mm-dd"})
        for sheet, page in sheets:
            page.freeze_panes(1, 1)
            for number, column in enumerate(sheet.columns):
                is_day = column.key in {"from", "to", "opened_on"}
                page.set_column(number, number, column.width, day if is_day else plain)
                page.write_string(0, number, column.heads(), head)
                if column.choices:
                    # a warning and no stop: a place may also be written by its name alone
                    rule = {"validate": "list", "source": chosen[column.choices], "error_type": "warning"}
                    page.data_validation(1, number, ROWS_WITH_LISTS, number, rule)
    return file.getvalue()


def _how(book: Workbook) -> None:
    page = book.add_worksheet(str(_("How to fill it in"))[:31])
    page.set_column(0, 0, 100, book.add_format({"font_name": "Noto Sans Khmer", "text_wrap": True, "valign": "top"}))
    for number, line in enumerate(_advice()):
        page.write_string(number, 0, str(line))


def _advice() -> Iterable[Any]:
    yield _("One row is one office, one officer, one role or one member. Columns with * must be filled.")
    yield _("A unit is written by its code or its name; a role, kind or position by its code or its words.")
    yield _("A day is written 2014-06-11 or 11/6/2014.")
    yield _("An office opens only with an accountable person. Leave “Open from” empty until there is one.")
    yield _("Bring the file back on the page “Set up from a spreadsheet”: everything is shown before it is saved.")
    yield _("The same file may be brought again: what is there already stays as it is.")


def _lists_sheet(book: Workbook, found: Mapping[str, list[str]]) -> dict[str, str]:
    """The lists on a sheet of their own, since a list inside a cell's rule ends at 255 characters; their addresses."""
    page, name = book.add_worksheet("lists"), "lists"
    addresses = {}
    for number, (what, entries) in enumerate(found.items()):
        page.set_column(number, number, 36)
        page.write_column(0, number, entries)
        letter = chr(ord("A") + number)
        addresses[what] = f"={name}!${letter}$1:${letter}${max(len(entries), 1)}"
    return addresses
