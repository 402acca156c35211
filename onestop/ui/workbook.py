"""Lists as Excel and CSV, written whole inside the scope, never streamed from a QuerySet.

A row may hold text that looks like a formula (a name typed as `=HYPERLINK(…)`): Excel gets it as text with the mark
that keeps it text, CSV gets an apostrophe before it. Codes and phone numbers are text, so that no zero is lost.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Literal

import xlsxwriter
from django.http import FileResponse, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from onestop.ui import format, languages
from onestop.ui.formats import khmer

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
EXCEL_ROWS = 1_048_576
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Kind = Literal["text", "code", "number", "riel", "date"]


@dataclass(frozen=True)
class Column:
    """A column of an export: its head, what its values are, its width in characters."""

    head: Any
    kind: Kind = "text"
    width: int = 18


@dataclass(frozen=True)
class Export:
    """What is exported and by whom; stands on the second sheet of a workbook and names the file.

    rows: tuples in the order of the columns, read here and now, inside the caller's scope.
    filters: (label, value) pairs.
    """

    name: str
    title: Any
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    officer: Any
    office: Any
    at: datetime
    is_personal: bool = True
    is_demo: bool = False
    filters: Sequence[tuple[Any, Any]] = field(default_factory=tuple)

    def file_name(self, ending: str) -> str:
        """ASCII name with the day, marked when it comes from the demonstration: demo-eligible-2014-06-11.xlsx."""
        return f"{'demo-' if self.is_demo else ''}{self.name}-{self.at:%Y-%m-%d}.{ending}"

    def about(self) -> list[tuple[str, str]]:
        """Who made it, when, and how to treat it: the stamp line of an export."""
        lines = [
            (_("Contents"), languages.one(self.title)),
            (_("Office"), languages.one(self.office)),
            (_("Made by"), languages.one(self.officer)),
            (_("Made at"), format.moment(self.at)),
            *((languages.one(label), languages.one(value)) for label, value in self.filters),
        ]
        if self.is_demo:
            lines.append(("!", str(DEMO)))
        if self.is_personal:
            lines.append(("!", str(PERSONAL)))
        return lines


PERSONAL = gettext_lazy("Personal data: keep it as you keep the folders, and delete it when it is no longer needed.")
DEMO = gettext_lazy("Demonstration: invented people.")


class TooManyRows(ValueError):
    """More rows than a sheet of Excel holds; filter, or take CSV."""


def workbook_response(export: Export) -> FileResponse:
    """The list as an .xlsx, in memory that does not grow with the rows; the file is whole before this returns."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it once it is sent
    try:
        write_workbook(export, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=export.file_name("xlsx"), content_type=EXCEL)


def write_workbook(export: Export, file: IO[bytes]) -> int:
    """Write both sheets into a file opened for bytes; how many rows were written."""
    as_typed = dict.fromkeys(["strings_to_formulas", "strings_to_urls", "strings_to_numbers"], False)
    with xlsxwriter.Workbook(
        file, {"constant_memory": True, **as_typed}
    ) as book:  # closed on an error too: it keeps rows in files of its own
        sheet = book.add_worksheet(_("List"))
        writer = SheetWriter(book, sheet, export.columns)
        rows = writer.write(export.rows)
        about = book.add_worksheet(_("About this file"))
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 90)
        for number, (label, value) in enumerate([*export.about(), (_("Rows"), f"{rows:,}")]):
            about.write_string(number, 0, label, writer.head)
            about.write_string(number, 1, value, writer.text)
    return rows


class SheetWriter:
    """Writes heads and rows of one sheet with the cell formats of each kind."""

    def __init__(self, book: Workbook, sheet: Worksheet, columns: Sequence[Column]) -> None:
        self.sheet, self.columns = sheet, columns
        font = {"font_name": "Noto Sans Khmer", "font_size": 11, "valign": "top"}
        self.head: Format = book.add_format({**font, "bold": True, "bottom": 1, "text_wrap": True})
        self.text: Format = book.add_format({**font, "num_format": "@"})
        self.guarded: Format = book.add_format({**font, "num_format": "@", "quote_prefix": True})
        self.formats: dict[str, Format] = {
            "number": book.add_format({**font, "num_format": "#,##0"}),
            "riel": book.add_format({**font, "num_format": f'#,##0" {khmer.RIEL}"'}),
            "date": book.add_format({**font, "num_format": "yyyy-mm-dd", "align": "left"}),
        }
        for number, column in enumerate(columns):
            sheet.set_column(number, number, column.width)
        sheet.freeze_panes(1, 1)

    def write(self, rows: Iterable[Sequence[Any]]) -> int:
        """The head, then each row; how many rows. Raises TooManyRows past what a sheet holds."""
        for number, column in enumerate(self.columns):
            self.sheet.write_string(0, number, languages.one(column.head), self.head)
        line = 0
        for line, row in enumerate(rows, start=1):
            if line >= EXCEL_ROWS:
                raise TooManyRows(
                    _("A sheet holds %(rows)s rows. Filter the list, or take it as CSV.")
                    % {"rows": f"{EXCEL_ROWS - 1:,}"}
                )
            for number, (column, value) in enumerate(zip(self.columns, row, strict=True)):
                self.cell(line, number, column, value)
        self.sheet.autofilter(0, 0, max(line, 1), len(self.columns) - 1)
        return line

    def cell(self, line: int, number: int, column: Column, value: Any) -> None:
        """One value by its column's kind; a value of another type than its kind is written as text."""
        if value is None or value == "":
            return
        if column.kind in ("number", "riel") and isinstance(value, (int, float, Decimal)):
            self.sheet.write_number(
                line, number, float(value) if isinstance(value, Decimal) else value, self.formats[column.kind]
            )
        elif column.kind == "date" and isinstance(value, date):
            self.sheet.write_datetime(line, number, value, self.formats["date"])
        else:
            text = languages.one(value)
            self.sheet.write_string(line, number, text, self.guarded if text.startswith(FORMULA_BEGINS) else self.text)


def harmless(value: Any) -> str:
    """A value as CSV text that no spreadsheet runs: an apostrophe before what would begin a formula."""
    if value is None:
        return ""
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = languages.one(value)
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def csv_response(export: Export) -> HttpResponse:
    """The list as CSV, whole before this returns; with a byte order mark, without which Excel misreads Khmer."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(column.head) for column in export.columns])
    for row in export.rows:
        writer.writerow([harmless(value) for value in row])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{export.file_name("csv")}"'
    return response
