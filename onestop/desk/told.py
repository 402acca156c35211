"""After an answer: the sentence that says what it changed, kept by keys in the session until the next answer.

The address after an answer carries only a key (`?answered=`), so the sentence stays when the page is loaded again, and
a form sent twice leads to the same sentence.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from onestop.desk.actions import Told
from onestop.desk.asking import asked, question_texts
from onestop.desk.matrix import reason_url
from onestop.desk.queries import Opened
from onestop.desk.words import programme_names
from onestop.ui import components as ui
from onestop.ui import languages

_KEPT = "desk.told"


@dataclass(frozen=True)
class Line:
    """One cell that the answer changed."""

    turn: ui.Turn
    url: str


@dataclass(frozen=True)
class Said:
    """What is told after an answer: the question, whether it was known, and the cells that changed."""

    question: str
    known: bool
    lines: list[Line]


def remember(request: HttpRequest, told: Told, *, known: bool) -> None:
    """Keep what an answer changed, without names or values."""
    request.session[_KEPT] = {
        "key": told.key,
        "of": told.of,
        "name": told.name,
        "known": known,
        "cells": [list(cell) for cell in told.cells],
    }


def told_words(request: HttpRequest, page: Opened) -> Said | None:
    """The sentence for this page, when it was reached by an answer; None otherwise."""
    kept = request.session.get(_KEPT)
    if not kept or request.GET.get("answered") != kept["key"]:
        return None
    what = asked(page, kept["of"], kept["name"])
    if what is None:
        return None
    lines = [line for cell in kept["cells"] if (line := _line(page, *cell)) is not None]
    return Said(languages.one(question_texts(page, what)), kept["known"], lines)


def _line(page: Opened, code: str, member: str, before: str, after: str) -> Line | None:
    cell = page.cell(code, member or None)
    if cell is None:
        return None
    name = languages.one(programme_names(cell.version.programme))
    whose = page.called(member) if member else _("Whole household")
    return Line(ui.Turn(before or "not_eligible", after, f"{name} – {whose}"), reason_url(page, cell))  # type: ignore[arg-type]


def back_to(page: Opened, back: str, key: str) -> HttpResponseRedirect:
    """To the place where it was asked: the questions of the folder, or the reason page of a cell."""
    code, _slash, person = back.partition("/")
    query = urlencode({"answered": key})
    household = page.household.pk
    if page.book.get(code) is not None and (not person or person in page.persons):
        keys = [household, code, *([person] if person else [])]
        return HttpResponseRedirect(f"{reverse('desk:reason', args=keys)}?{query}#answered")
    return HttpResponseRedirect(f"{reverse('desk:folder', args=[household])}?{query}#ask")
