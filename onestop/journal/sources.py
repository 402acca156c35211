"""Which records have a history page, and how each is found, named and told: the slot HISTORY_SOURCES.

    SOURCES = [HistorySource("staff.office", "office.read", find=…, name=…)]      # onestop/staff/history.py
    HISTORY_SOURCES = ["onestop.staff.history.SOURCES"]                           # settings

A room declares its kinds; the page and the panel (desk) ask here. A dotted path that leads nowhere is refused at start.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.db import models
from django.utils.module_loading import import_string

__all__ = ["HistorySource", "check_slot", "sources"]


@dataclass(frozen=True)
class HistorySource:
    """One kind of record with a history.

    `kind` as the journal writes it ('staff.office'); `right` opens the page; `find` gives the record inside the open
    scope or None; `name` what it is called, a text or {language: text}; `url` its own page, '' for none; `also` the
    records whose lines are told with it (the members of a household); `hidden` are columns that are never shown;
    `word` says a code of a record's column as the country calls it, '' for a value that is none.
    """

    kind: str
    right: str
    find: Callable[[str, Any], models.Model | None]
    name: Callable[[Any], "str | dict[str, str]"]
    url: Callable[[Any], str] = field(default=lambda record: "")
    also: Callable[[Any], Sequence[models.Model]] = field(default=lambda record: ())
    hidden: frozenset[str] = frozenset()
    word: Callable[[models.Model, str, Any], str] = field(default=lambda record, column, value: "")


@cache
def sources() -> dict[str, HistorySource]:
    """Every kind with a history, by its name in the journal."""
    found: dict[str, HistorySource] = {}
    for path in settings.HISTORY_SOURCES:
        for source in import_string(path):
            if source.kind in found:
                raise ValueError(f"Two entries of HISTORY_SOURCES tell the history of '{source.kind}'.")
            found[source.kind] = source
    return found


def check_slot(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """onestop_journal.E001: a path of HISTORY_SOURCES that leads nowhere, or two sources for one kind."""
    try:
        sources()
    except (ImportError, ValueError) as error:
        return [Error(f"HISTORY_SOURCES: {error}", id="onestop_journal.E001")]
    return []
