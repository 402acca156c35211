"""The histories of this room's records (HISTORY_SOURCES): a programme with its versions and openings."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import models

from onestop.areas.scope import current
from onestop.journal.sources import HistorySource
from onestop.programmes.models import CriteriaVersion, Opening, Programme

__all__ = ["SOURCES"]


def _find(key: str, officer: Any) -> Programme | None:
    found: Programme | None = Programme.objects.visible_to(current()).filter(code=key).first()
    return found


def _name(programme: Programme) -> "str | dict[str, str]":
    name = programme.document["name"]
    return dict(name) if isinstance(name, dict) else str(name)


def _also(programme: Programme) -> Sequence[models.Model]:
    return [*CriteriaVersion.objects.filter(programme=programme), *Opening.objects.filter(programme=programme)]


# the document is a whole file: its versions are compared on the programme's own page
SOURCES: Final = [
    HistorySource(
        "programmes.programme",
        "programme.read",
        _find,
        _name,
        also=_also,
        hidden=frozenset({"document", "key", "text"}),
    )
]
