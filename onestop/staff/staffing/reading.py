"""From the bytes of a file to rows of text. Refuses with words what is no workbook, too large, or not ours."""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from onestop.areas.text import normalise
from onestop.staff.staffing.sheets import SHEETS, Sheet
from onestop.ui.languages import texts

__all__ = ["BIGGEST", "Row", "Workbook", "WorkbookRefused", "read"]

BIGGEST: Final = 10 * 1024 * 1024
UNPACKED: Final = 100 * 1024 * 1024  # a small file that unpacks to gigabytes is no staffing sheet
MOST_ROWS: Final = 2000
MOST_OFFICERS: Final = 150  # each new one costs a password hash of a quarter second, and a request has a minute
FARTHEST: Final = 20_000
_CELL: Final = re.compile(rb'<(?:\w+:)?c [^>]*?\br="([A-Z]+)(\d+)"')


class WorkbookRefused(Exception):
    """The file cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Row:
    """A row: its sheet's key, its number as Excel shows it, its cells by column key (text, or a date)."""

    sheet: str
    number: int
    cells: Mapping[str, Any]

    def text(self, key: str) -> str:
        value = self.cells.get(key, "")
        return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class Workbook:
    """What a file holds: rows of the sheets that are ours, and what was found beside them, in words."""

    rows: list[Row]
    remarks: list[str] = field(default_factory=list)


def read(content: bytes) -> Workbook:
    """The rows of a workbook. Raises WorkbookRefused."""
    if not content:
        raise WorkbookRefused(_("The file is empty (0 bytes). Save the workbook once more and bring it again."))
    if len(content) > BIGGEST:
        raise WorkbookRefused(_("The file is larger than 10 MB. A district needs less than 1 MB: take out pictures."))
    _look(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        pages = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise WorkbookRefused(_("The workbook is damaged. Open it, save it as .xlsx and bring it again.")) from error
    rows: list[Row] = []
    remarks: list[str] = []
    for sheet in SHEETS.values():
        found = [name for name in pages if _is_called(name, sheet)]
        if not found:
            remarks.append(_("There is no sheet “%(sheet)s”: nothing is read for it.") % {"sheet": sheet.name()})
            continue
        rows += _rows(sheet, pages[found[0]], remarks)
    if not rows and len(remarks) == len(SHEETS):
        raise WorkbookRefused(_("None of the sheets is known. Download the empty workbook and fill it in."))
    if not rows:
        raise WorkbookRefused(_("The workbook has no filled row."))
    return Workbook(rows, remarks)


def _look(content: bytes) -> None:
    """Is it an .xlsx, and does it stay small when it is unpacked?"""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise WorkbookRefused(
            _("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one.")
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = set(packed.namelist())
            size = sum(entry.file_size for entry in packed.infolist())
            pages = [
                packed.read(name) for name in sorted(names) if name.startswith("xl/worksheets/") and size <= UNPACKED
            ]
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError) as error:
        raise WorkbookRefused(_("This is no Excel workbook (.xlsx).")) from error
    if "xl/workbook.xml" not in names:
        raise WorkbookRefused(_("This is no Excel workbook (.xlsx)."))
    # a cell written far below or far to the right would make the reader take memory for everything between
    far = any(int(row) > FARTHEST or len(column) > 2 for page in pages for column, row in _CELL.findall(page))
    if size > UNPACKED or far:
        raise WorkbookRefused(
            _("The workbook is far too large when it is unpacked. Take out cells far from the table.")
        )


def _plain(text: Any) -> str:
    return normalise(str(text)).replace("*", "").strip().casefold()


def _is_called(name: str, sheet: Sheet) -> bool:
    return _plain(name) in {_plain(sheet.name()), sheet.key, *(_plain(title) for title in texts(sheet.title).values())}


def _rows(sheet: Sheet, page: list[list[Any]], remarks: list[str]) -> list[Row]:
    """The filled rows of one page, under heads in any order."""
    heads = page[0] if page else []
    places: dict[str, int] = {}
    for number, head in enumerate(heads):
        column = next(
            (each for each in sheet.columns if {_plain(part) for part in str(head).split(" / ")} & _heads_of(each)),
            None,
        )
        if column is not None:
            places.setdefault(column.key, number)
        elif _plain(head):
            words = {"sheet": sheet.name(), "head": str(head)}
            remarks.append(_("%(sheet)s: the column “%(head)s” is not known and not read.") % words)
    if missing := [column.heads() for column in sheet.columns if column.needed and column.key not in places]:
        words = {"sheet": sheet.name(), "heads": ", ".join(missing)}
        raise WorkbookRefused(_("%(sheet)s: these columns are missing: %(heads)s.") % words)
    filled = []
    for number, line in enumerate(page[1:], start=2):
        cells = {key: _value(line[place]) if place < len(line) else "" for key, place in places.items()}
        if any(cells.values()):
            filled.append(Row(sheet.key, number, cells))
    most = MOST_OFFICERS if sheet.key == "officers" else MOST_ROWS
    if len(filled) > most:
        told = _("%(sheet)s: more than %(rows)d rows. Bring one district at a time.")
        raise WorkbookRefused(told % {"sheet": sheet.name(), "rows": most})
    return filled


def _heads_of(column: Any) -> set[str]:
    own = {_plain(text) for text in texts(column.head).values()}
    return {column.key, *own}


def _value(cell: Any) -> Any:
    """A cell as text; a date stays one; 1.0 is 1, as a code typed as a number means."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if isinstance(cell, bool):
        return "1" if cell else ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return normalise(str(cell)).strip() if cell is not None else ""
