"""What a workbook may hold before it is read: what it really unpacks to, and how far from the table it reaches."""

import io
import tracemalloc
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from django.utils import translation

from onestop.staff.staffing.reading import UNPACKED, WorkbookRefused, read
from onestop.staff.tests.test_staffing import OFFICES, workbook


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def repacked(content: bytes, part: bytes, *, lie: bool = False) -> bytes:
    """A workbook whose first sheet has `part` at its end; with a lie about how large and what it is."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            said = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                true = said.replace(b"</sheetData>", part + b"</sheetData>")
                new.writestr(name, true)
                if lie:
                    entry = new.getinfo(name)
                    entry.file_size, entry.CRC = 1000, zlib.crc32(true[:1000])
            else:
                new.writestr(name, said)
    return file.getvalue()


def test_a_workbook_that_lies_about_its_size_is_refused_before_it_fills_the_memory() -> None:
    """Sixty megabytes in less than one, told as a thousand bytes whose digest is right."""
    content = repacked(workbook({"offices": [OFFICES]}), b"<row/>" * 10_000_000, lie=True)
    assert len(content) < 1024 * 1024
    tracemalloc.start()
    try:
        with pytest.raises(WorkbookRefused, match="far too large"):
            read(content)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2.5 * UNPACKED


@pytest.mark.parametrize(
    "far",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><!-- x --><c><v>1</v></c><c r='XFD1'><v>1</v></c></row>",
        b'<row spans=">" r="900000"><c><v>1</v></c><c\ns=">" r="ZZ1"><v>1</v></c></row>',
    ],
)
def test_a_far_cell_is_found_however_it_is_written(far: bytes) -> None:
    with pytest.raises(WorkbookRefused, match="far too large"):
        read(repacked(workbook({"offices": [OFFICES]}), far))


def test_an_empty_row_at_the_very_end_is_no_reason_to_refuse() -> None:
    """LibreOffice writes one."""
    for empty in (b'<row r="1048576" ht="12.8"/>', b'<row r="1048576" ht="12.8"></row>'):
        assert len(read(repacked(workbook({"offices": [OFFICES]}), empty)).rows) == 1
