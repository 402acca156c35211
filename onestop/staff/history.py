"""The histories of this room's records (HISTORY_SOURCES): offices, accounts, committees, partners.

A committee's history tells its members' too; an account's the roles it held. Secrets are no part of any image that is
shown, whatever a migration tracks.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import models
from django.urls import reverse

from onestop.areas.scope import current
from onestop.journal.sources import HistorySource
from onestop.staff.accounts_queries import accounts_seen
from onestop.staff.bodies import names_of
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, OfficeSetting, Partner, RoleAssignment
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


SOURCES: Final = [
    HistorySource(
        "staff.office",
        "office.read",
        _find(Office),
        _name,
        _page("staff:office"),
        _of_office,
    ),
    HistorySource(
        "staff.officer",
        "account.write",
        lambda key, officer: accounts_seen(current()).filter(pk=key).first(),
        _name,
        _page("staff:account"),
        _of_officer,
        HIDDEN,
    ),
    HistorySource(
        "staff.committee",
        "office.read",
        _find(Committee),
        names_of,
        _page("staff:committee"),
        _of_committee,
    ),
    HistorySource("staff.partner", "office.read", _find(Partner), _name, _page("staff:partner")),
]
