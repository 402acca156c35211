"""The histories of this room's records (HISTORY_SOURCES): offices, accounts, committees, partners.

A committee's history tells its members' too; an account's the roles it held. Secrets are no part of any image that is
shown, whatever a migration tracks.
"""

from collections.abc import Sequence
from typing import Any, Final

from django.db import models
from django.db.models import Exists, OuterRef
from django.urls import NoReverseMatch, reverse

from onestop.areas.models import within
from onestop.areas.scope import current
from onestop.journal.sources import HistorySource
from onestop.staff.models import Committee, CommitteeMember, Office, Officer, OfficeSetting, Partner, RoleAssignment
from onestop.ui import languages

__all__ = ["SOURCES"]

HIDDEN: Final = frozenset({"password", "last_login", "totp_secret", "totp_step"})


def _find(model: Any) -> Any:
    """A record of the model inside the areas where the officer may read offices."""
    return lambda key, officer: model.objects.visible_to(officer).filter(pk=key).first()


def _account(key: str, officer: Any) -> Officer | None:
    """An account of people whose office, or one of whose roles, lies where the right to change accounts holds."""
    where = current().where("account.write")
    roles = RoleAssignment.objects.filter(within(where), officer=OuterRef("pk"))
    seen = Officer.objects.filter(within(where, "office__unit_code") | Exists(roles), pk=key, is_system=False)
    found: Officer | None = seen.first()
    return found


def _name(record: Any) -> dict[str, str]:
    return languages.texts(record.name_km, record.name_latin)


def _committee_name(committee: Committee) -> str:
    return str(committee.name) if hasattr(committee, "name") else str(committee)


def _page(name: str) -> Any:
    """The record's own page, '' where there is none yet."""

    def url(record: models.Model) -> str:
        try:
            return reverse(name, args=[record.pk])
        except NoReverseMatch:
            return ""

    return url


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
        _account,
        _name,
        _page("staff:account"),
        _of_officer,
        HIDDEN,
    ),
    HistorySource(
        "staff.committee",
        "office.read",
        _find(Committee),
        _committee_name,
        _page("staff:committee"),
        _of_committee,
    ),
    HistorySource("staff.partner", "office.read", _find(Partner), _name, _page("staff:partner")),
]
