"""`registry rebuild`: the rows are made anew from what was answered, and the journal says so."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from onestop.journal.models import JournalEntry
from onestop.registry.factories import HouseholdFactory, member
from onestop.registry.tests.test_rows import wide_rows
from onestop.staff.models import Officer

pytestmark = pytest.mark.django_db


def test_rows_that_were_lost_or_wrong_are_made_anew(loader: Officer) -> None:
    home = HouseholdFactory(by=loader)
    right = wide_rows()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM registry_householdrow")
        cursor.execute(
            "UPDATE registry_personrow SET sex = 'M', grade = 12 WHERE person_id = %s", [member(home, "head").pk]
        )
    told = StringIO()
    call_command("registry", "rebuild", stdout=told, stderr=StringIO())
    assert wide_rows() == right
    assert "2" in told.getvalue() and JournalEntry.objects.filter(verb="registry.rebuilt").count() == 1
