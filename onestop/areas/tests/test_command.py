from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from onestop.areas.models import AdministrativeUnit, Installation
from onestop.areas.tests.lun import LUN

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lun_alone(settings: Settings) -> None:
    """Lun installed, in a database without units."""
    settings.COUNTRY_PACK = LUN
    Installation.objects.all().delete()
    AdministrativeUnit.objects.all().delete()


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("areas", *arguments, stdout=out)
    return out.getvalue()


def test_load_prints_what_was_kept_and_a_second_load_says_nothing_changed() -> None:
    printed = command("load")
    assert "Gazetteer of 7, from lun" in printed
    assert "4 rows      4 kept    0 skipped" in printed
    assert "lun/areas.yaml:6  A0901  Malnova: kept, a former unit, valid to 2020-06-30" in printed
    assert "10 added  A A09 A0901 A0902 A0z A0z01 A0z0z B B01 B0101" in printed
    assert Installation.objects.get().country == "lun"
    assert "10 unchanged" in command("load")


def test_a_dry_run_prints_the_report_and_writes_nothing() -> None:
    assert "Skipped: 0" in command("load", "--dry-run")
    assert not AdministrativeUnit.objects.exists()
    assert not Installation.objects.exists()


def test_search_and_tree_print_codes_names_kinds_and_places() -> None:
    command("load")
    assert "A0z01     Kara / Kara domaro  (Zorgo, Ankra)" in command("search", "kara")
    assert "A0z " in command("search", "Azurbo")
    nearly = command("search", "Karra")
    assert "No place is called Karra." in nearly
    assert "A0z01" in nearly
    printed = command("tree", "A", "--levels", "2").splitlines()
    assert [line.split()[0] for line in printed] == ["A", "A09", "A0902", "A0901", "A0z", "A0z0z", "A0z01"]
    assert "A0902" not in command("tree", "A09", "--on", "2020-01-01")


def test_an_unknown_code_is_refused_with_how_to_find_one() -> None:
    with pytest.raises(CommandError, match="There is no unit Q. Look for it with: areas search NAME."):
        command("tree", "Q")
