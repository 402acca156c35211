"""What `crosstable`, `entitlements` and `programmes` answer where there is nothing to count, to get or to read."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from onestop.areas.models import AdministrativeUnit
from onestop.staff.scope import system_scope
from tests.pilot_database import Pilot


def crosstable(unit: str, on: date, **options: str) -> str:
    out = StringIO()
    call_command("crosstable", unit=unit, on=on, stdout=out, **options)
    return out.getvalue()


def test_a_day_before_all_programmes_is_not_taken_for_a_place_without_people(pilot_database: Pilot) -> None:
    before = date(2009, 6, 1)
    assert crosstable("170101", before) == "There is no programme in the tables of 2009-06-01.\n"
    assert crosstable("170101", before, format="csv") == "programme,unit,eligible,not_eligible,unknown\n"
    assert crosstable("170101", before, format="json") == "[]\n"
    with system_scope("system.console"):
        number = pilot_database.person("17010106-0001-1").number
    out = StringIO()
    call_command("entitlements", person=number, on=before, stdout=out)
    assert out.getvalue() == "There is no programme in the tables of 2009-06-01.\n"


def test_a_place_without_people_is_said_to_be_one(pilot_database: Pilot) -> None:
    elsewhere = AdministrativeUnit.objects.filter(level=4, code__startswith="01").values_list("code", flat=True)[0]
    assert crosstable(elsewhere, pilot_database.day, programme="HEF") == "Nobody lives there on this day.\n"


def test_a_programme_that_is_none_is_answered_with_those_there_are(pilot_database: Pilot) -> None:
    with pytest.raises(CommandError, match=r"No programme hef is .* There are: CBHI, HEF, "):
        crosstable("170101", pilot_database.day, programme="hef")


def test_a_language_that_nobody_speaks_here_is_not_answered_in_khmer(pilot_database: Pilot) -> None:
    with pytest.raises(CommandError, match="no language 'xx' here: km, en"):
        call_command("entitlements", person="1000000005", language="xx")


def test_a_file_of_a_programme_that_cannot_be_read_or_written_is_named(pilot_database: Pilot, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("a file, where a folder is asked for")
    for arguments, named in (
        (["export", "HEF", "--to", str(taken / "below")], taken),
        (["format", str(tmp_path / "nowhere.yaml")], tmp_path / "nowhere.yaml"),
        (["format", str(tmp_path)], tmp_path),
    ):
        with pytest.raises(CommandError, match=rf"^{named}.*: (Not a directory|No such file|Is a directory)"):
            call_command("programmes", *arguments)
