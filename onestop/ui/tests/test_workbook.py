"""Lists as Excel and CSV: text stays text, and the file says what it is."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pytest
from django.utils import translation

from onestop.ui.workbook import Column, Export, csv_response, workbook_response

COLUMNS = [
    Column({"km": "ឈ្មោះ", "en": "Name"}, width=24),
    Column("Folder", "code"),
    Column("Age", "number"),
    Column("Benefit", "riel"),
    Column("Since", "date"),
]
ROWS: list[tuple[Any, ...]] = [
    ("សុខ រិទ្ធី", "0203-08-0193", 14, 160000, date(2014, 6, 11)),
    ('=HYPERLINK("x")', "+85511000482", None, None, None),
    ("@sum", "-1", 3, 0, date(2014, 1, 1)),
]


def export(rows: Any = ROWS, **options: Any) -> Export:
    given = {"is_personal": True, "is_demo": True, "filters": [("Commune", "Char Chhuk")], **options}
    at = datetime(2014, 6, 11, 8, 10, tzinfo=UTC)
    return Export("eligible", "Eligible, not receiving", COLUMNS, rows, "Chea Maly", "Angkor Chum", at, **given)


def opened(made: Export) -> openpyxl.Workbook:
    with translation.override("en"):
        response = workbook_response(made)
    whole = io.BytesIO(response.getvalue())
    response.close()
    return openpyxl.load_workbook(whole)


def test_a_workbook_keeps_khmer_codes_numbers_and_dates_as_what_they_are() -> None:
    sheet = opened(export())["List"]
    first = [cell.value for cell in sheet[2]]
    assert first == ["សុខ រិទ្ធី", "0203-08-0193", 14, 160000, datetime(2014, 6, 11)]  # noqa: DTZ001
    assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref == "A1:E4"


def test_nothing_in_a_workbook_is_a_formula() -> None:
    sheet = opened(export())["List"]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert sheet["A3"].value == '=HYPERLINK("x")' and sheet["A3"].quotePrefix
    assert not sheet["A2"].quotePrefix


def test_the_second_sheet_says_who_made_it_when_and_how_to_treat_it() -> None:
    book = opened(export())
    about = "\n".join(str(row[1].value) for row in book["About this file"].iter_rows())
    for words in (
        "Eligible, not receiving",
        "Chea Maly",
        "11 June 2014, 15:10",
        "Char Chhuk",
        "Personal data",
        "invented",
    ):
        assert words in about
    assert "\n3" in about


def test_an_export_of_the_demonstration_says_so_in_its_name() -> None:
    response = workbook_response(export())
    assert 'filename="demo-eligible-2014-06-11.xlsx"' in response["Content-Disposition"]
    response.close()
    assert "demo" not in csv_response(export(is_demo=False))["Content-Disposition"]


def test_csv_has_a_mark_for_excel_and_an_apostrophe_before_a_formula() -> None:
    with translation.override("en"):
        text = csv_response(export()).content.decode()
    assert text.startswith("\ufeffName,Folder")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[2] == ['\'=HYPERLINK("x")', "'+85511000482", "", "", ""]
    assert rows[3][:2] == ["'@sum", "'-1"] and rows[1][4] == "2014-06-11"


def test_rows_are_read_before_the_answer_is_given() -> None:
    """The scope ends with the view; a row read later would be no row."""
    read: list[str] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for row in ROWS:
            read.append(row[0])
            yield row

    workbook_response(export(rows())).close()
    csv_response(export(rows()))
    assert len(read) == 2 * len(ROWS)


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        workbook_response(export([("x",)]))
