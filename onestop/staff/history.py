"""The histories of this room's records (HISTORY_SOURCES): offices, accounts, committees, partners.

A committee's history tells its members' too; an account's the roles it held. Secrets are no part of any image that is
shown, whatever a migration tracks.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import models
from django.urls import reverse

from onestop.areas.country import in_words
from onestop.areas.scope import current
from onestop.journal.sources import HistorySource
from onestop.staff.accounts_queries import accounts_seen
from onestop.staff.bodies import body_kinds, names_of, word_of
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, OfficeSetting, Partner, RoleAssignment
from onestop.staff.modes import modes
from onestop.staff.queries import role_words
from onestop.ui import languages

__all__ = ["SOURCES"]

HIDDEN: Final = frozenset({"password", "last_login", "totp_secret", "totp_step"})


def _find(model: Any) -> Any:
    """A record of the model inside the areas where the officer may read offices."""
    return lambda key, officer: model.objects.visible_to(officer).filter(pk=key).first()


def _name(record: Any) -> dict[str, str]:
    return languages.texts(record.name_km, record.name_latin)


def _page(name: str) -> Any:
    """The record's own page."""
    return lambda record: reverse(name, args=[record.pk])


def _of_officer(officer: Officer) -> Sequence[models.Model]:
    account = getattr(officer, "account", None)
    return [*RoleAssignment.objects.filter(officer=officer), *([account] if account else [])]


def _of_office(office: Office) -> Sequence[models.Model]:
    return list(OfficeSetting.objects.filter(office=office))


def _of_committee(committee: Committee) -> Sequence[models.Model]:
    return list(CommitteeMember.objects.filter(committee=committee))


# which list of the country a column's codes stand in
LISTS: Final[dict[tuple[type[models.Model], str], str]] = {
    (Office, "kind"): "office_kinds",
    (Office, "sector"): "sectors",
    (Partner, "kind"): "partner_kinds",
    (CommitteeMember, "position"): "positions",
    (CommitteeMember, "capacity"): "capacities",
}


def _word(record: models.Model, column: str, value: Any) -> str:
    match record, column:
        case RoleAssignment(), "role":
            return role_words([value])
        case OfficeSetting(), "key":
            return in_words(dict(modes()[value].label)) if value in modes() else ""
        case OfficeSetting(key=key), "value":
            return modes()[key].word(value) if key in modes() else ""
        case Committee(), "kind":
            return in_words(dict(body_kinds()[value].label)) if value in body_kinds() else ""
    listed = LISTS.get((type(record), column))
    return word_of(listed, value) if listed else ""


SOURCES: Final = [
    HistorySource(
        "staff.office",
        "office.read",
        _find(Office),
        _name,
        _page("staff:office"),
        _of_office,
        word=_word,
    ),
    HistorySource(
        "staff.officer",
        "account.write",
        lambda key, officer: accounts_seen(current()).filter(pk=key).first(),
        _name,
        _page("staff:account"),
        _of_officer,
        HIDDEN,
        _word,
    ),
    HistorySource(
        "staff.committee",
        "office.read",
        _find(Committee),
        names_of,
        _page("staff:committee"),
        _of_committee,
        word=_word,
    ),
    HistorySource("staff.partner", "office.read", _find(Partner), _name, _page("staff:partner"), word=_word),
]
