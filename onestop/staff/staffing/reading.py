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
UNPACKED: Final = 30 * 1024 * 1024  # a small file that unpacks to gigabytes is no staffing sheet
CHUNK: Final = 64 * 1024
MOST_ROWS: Final = 2000
MOST_OFFICERS: Final = 150  # each new one costs a password hash of a quarter second, and a request has a minute
MOST_CELLS: Final = 2_000_000  # of the rectangle around a sheet's cells: the reader takes memory for all of it
_ATTRIBUTES: Final = rb"""(?:[^>"']|"[^"]*"|'[^']*')*?"""
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s" + _ATTRIBUTES + rb"""\br\s*=\s*["']([A-Za-z]+)(\d+)["']""")
# A row with something in it, whose cells need not say their place. LibreOffice writes an empty one at the very end.
_ROW: Final = re.compile(
    rb"<(?:\w+:)?row\s" + _ATTRIBUTES + rb"""\br\s*=\s*["'](\d+)["']""" + _ATTRIBUTES + rb"(?<!/)>(?!\s*</)"
)


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
    left = UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise WorkbookRefused(_("This is no Excel workbook (.xlsx)."))
            for entry in packed.infolist():
                part = _unpacked(packed, entry, left)
                left -= len(part)
                # a cell written far below or far to the right would take memory for everything between
                if left < 0 or _rectangle(part) > MOST_CELLS:
                    raise WorkbookRefused(
                        _("The workbook is far too large when it is unpacked. Take out cells far from the table.")
                    )
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError) as error:
        raise WorkbookRefused(_("This is no Excel workbook (.xlsx).")) from error


def _unpacked(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """An entry as it really unpacks, read until it ends or goes past `most`; what its head says of its size may be a
    lie, which this reader would believe and stop, and the reader of workbooks would not."""
    entry.file_size = 1 << 62
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile(f"An entry is packed in a way no workbook is: {entry.compress_type}.")
    parts: list[bytes] = []
    size = 0
    with packed.open(entry) as stream:
        while size <= most and (part := stream.read(CHUNK)):
            parts.append(part)
            size += len(part)
    return b"".join(parts)


def _rectangle(page: bytes) -> int:
    """How many cells lie between the first cell of a sheet and the last places written in it."""
    places = _CELL.findall(page)
    across = max((_column(letters) for letters, _row in places), default=1)
    down = max((int(row) for _letters, row in places), default=0)
    return across * max(down, *(int(row) for row in _ROW.findall(page)), 0)


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


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
