"""What an answer says, as text: pages, CSV, workbooks, papers, headers; and what of it must not be there."""

import html
import io
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Final

import openpyxl
from django.http import HttpResponseBase

from onestop.areas.text import ascii_digits, normalise
from onestop.letters.models import Printout

EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What differs from one answer to the next although nobody changed anything
FLEETING: Final = [
    re.compile(r'name="(?:csrfmiddlewaretoken|idempotency_key|asked_at)" value="[^"]*"'),
    re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\b"),  # the time of day in the foot of a page
    re.compile(r'<span class="code-words strong">[^<]*'),  # a first password
    re.compile(r'<tr><th scope="row"><a href="/health/">.*?</tr>', re.DOTALL),  # unsealed lines of the whole machine
    re.compile(r"/accounts/[0-9a-f-]{36}/"),  # … and the account made for it
    re.compile(r"\b\d{4}-\d{6}-\d\b"),  # the running number of a paper
]
BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[ \u00a0\u202f.-]+(?=\d)")


def body(response: HttpResponseBase) -> bytes:
    """The whole content, also of a file."""
    parts = getattr(response, "streaming_content", None)
    return b"".join(parts) if parts is not None else bytes(response.content)  # type: ignore[attr-defined]


def text_of(response: HttpResponseBase) -> str:
    """The content as text, whatever it is."""
    content, kind = body(response), response.headers.get("Content-Type", "").split(";")[0]
    if not content:  # the answer to a HEAD
        return ""
    if kind == EXCEL:
        return _cells(content)
    if kind == "application/pdf":
        return _paper(content)
    return content.decode("utf-8", "replace")


def _cells(content: bytes) -> str:
    """Every cell, comment, property and name of every sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = [[str(cell.value) for cell in row if cell.value is not None] for sheet in book for row in sheet]
    properties = [str(value) for value in vars(book.properties).values() if value]
    return "\n".join([*("\t".join(row) for row in rows), *book.sheetnames, *properties])


def _paper(content: bytes) -> str:
    """The words on a paper: read from the PDF, or, without pdftotext, from what was handed to its making."""
    if shutil.which("pdftotext"):
        done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
        return done.stdout.decode("utf-8", "replace")
    return str(Printout.objects.order_by("-id").values_list("values", flat=True).first())


def plain(text: str) -> str:
    """The text as words are looked for in it: entities undone, one spelling, ASCII digits, small letters."""
    return ascii_digits(normalise(html.unescape(text))).casefold()


def found(text: str, words: Mapping[str, Iterable[str]], *, without: Iterable[str] = ()) -> set[str]:
    """The kinds of whose words some stands in the text, given as `plain` made it; `without` the words sent there."""
    closed = BETWEEN_DIGITS.sub("", text)
    sent = [plain(word) for word in without]
    return {
        kind
        for kind, each in words.items()
        if any(
            _stands(word, text) or (word.isdigit() and word in closed)
            for word in map(_word, each)
            if not any(word in one for one in sent)
        )
    }


@cache
def _word(text: str) -> str:
    return plain(text)


def _stands(word: str, text: str) -> bool:
    """Short Latin words must stand alone: 'hiv' is no part of 'archive'."""
    if word not in text:
        return False
    if word.isascii() and len(word) < 8:
        return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])", text) is not None
    return True


def steady(text: str) -> str:
    """The text without what is fleeting, for comparing two answers."""
    for pattern in FLEETING:
        text = pattern.sub("", text)
    return text


class Seen(HTMLParser):
    """The values that a page offers to choose, of drop-downs, radios and boxes; and its numbers with their heads."""

    def __init__(self) -> None:
        super().__init__()
        self.choices: set[str] = set()
        self.cells: list[tuple[str, str]] = []  # head ('' in a table), number
        self._in = ""
        self._head = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "option" or (tag == "input" and given.get("type") in {"radio", "checkbox"}):
            self.choices.add(given.get("value") or "")
        if tag in {"td", "dd", "dt"}:
            self._in = tag
            self._head = "" if tag in {"td", "dt"} else self._head

    def handle_endtag(self, tag: str) -> None:
        if tag == self._in:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "dt":
            self._head += data.strip()
        elif self._in and data.strip():
            self.cells.append((self._head, ascii_digits(data.strip())))


def seen(text: str) -> Seen:
    parser = Seen()
    parser.feed(text)
    parser.close()
    return parser
