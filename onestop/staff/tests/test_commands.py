"""Commands run in an officer's name and scope, and leave a line."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from onestop.areas.scope import current, current_or_none
from onestop.journal.models import JournalEntry
from onestop.staff.commands import OfficeCommand
from onestop.staff.models import Officer
from onestop.staff.scope import system_scope

pytestmark = pytest.mark.django_db


class Look(OfficeCommand):
    """Says whose eyes it looks with."""

    right = "registry.read"

    def run(self, officer: Officer, **options: Any) -> None:
        self.stdout.write(f"{officer.username} {current().bounds()}")


def run(**options: Any) -> str:
    out = StringIO()
    call_command(Look(stdout=out), **options)
    return out.getvalue().strip()


def test_a_command_runs_as_the_console_unless_an_officer_is_named() -> None:
    assert run() == "system.console ('', '~')"
    assert run(as_officer="district") == "district ('1701', '1702')"
    assert current_or_none() is None
    with system_scope("system.console"):
        assert JournalEntry.objects.filter(verb="journal.ran").count() == 2


def test_an_officer_without_the_right_is_refused_and_nothing_is_written() -> None:
    with pytest.raises(CommandError):
        run(as_officer="province")
    with pytest.raises(CommandError, match="Known: .*district"):
        run(as_officer="nobody")
    with system_scope("system.console"):
        assert not JournalEntry.objects.exists()


def test_officers_are_listed_with_their_roles() -> None:
    out = StringIO()
    call_command("officers", "list", stdout=out)
    assert "commune\tCHAR_CHHUK\tcommune_assistant 170101" in out.getvalue()
    assert "system.seal" in out.getvalue()
