"""The officers whose accounts are looked at in the browser."""

from datetime import timedelta

import pytest
from django.utils import timezone

from onestop.staff.accounts_factor import account_of, confirm, new_secret
from onestop.staff.models import Officer
from onestop.staff.tests.test_accounts import made


def first(officer: Officer) -> None:
    account = account_of(officer)
    account.first_password_until = timezone.now() + timedelta(hours=72)
    account.save()


@pytest.fixture
def people(committed_database: dict[str, str]) -> dict[str, Officer]:
    """An IT officer, somebody with a telephone, one who waits and one who is suspended."""
    found = {name: Officer.objects.get(username=name) for name in ("district", "finance", "commune", "planning")}
    found["it"] = made("it.1701", "it_officer", "1701", "ANGKOR_CHUM")
    confirm(account_of(found["finance"]), new_secret(), step=0, at=timezone.now())
    first(found["commune"])
    Officer.objects.filter(username="planning").update(is_active=False)
    account = account_of(found["planning"])
    account.suspended_at, account.suspended_by, account.suspended_because = (
        timezone.now(),
        found["it"],
        "left the office",
    )
    account.save()
    return found
