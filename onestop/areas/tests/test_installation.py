from collections.abc import Iterator
from datetime import date

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from onestop.areas import clock
from onestop.areas.installation import InstallationRefused, check, claim_demo, establish
from onestop.areas.models import Installation
from onestop.areas.tests.lun import LUN
from onestop.areas.versions import VERSION

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_row(db: None) -> Iterator[None]:
    Installation.objects.all().delete()
    clock.reset()
    yield
    clock.reset()


def made(**fields: object) -> Installation:
    given = {"country": "khm", "demo": False, "demo_on": None, "made_by_version": VERSION, **fields}
    return Installation.objects.create(**given)


def mode(settings: Settings, name: str) -> None:
    settings.MODE, settings.DEMO = name, name == "demo"


def test_a_database_of_this_version_is_ours() -> None:
    check(connection)
    made()
    check(connection)


def test_a_database_with_a_migration_nobody_knows_is_refused_with_what_to_do() -> None:
    MigrationRecorder(connection).record_applied("registry", "0999_from_the_future")
    with pytest.raises(InstallationRefused) as refused:
        check(connection)
    assert "registry.0999_from_the_future" in str(refused.value)
    assert "./run onestop restore FILE" in str(refused.value)


def test_a_database_made_by_a_newer_version_is_refused_and_one_of_an_older_is_not() -> None:
    row = made(made_by_version="0.10.0")
    with pytest.raises(InstallationRefused, match=rf"OneStop 0\.10\.0, which is newer than this one \({VERSION}\)"):
        check(connection)
    row.made_by_version = "0.0.9"
    row.save()
    check(connection)


def test_a_database_of_another_country_is_refused(settings: Settings) -> None:
    made()
    settings.COUNTRY_PACK = LUN
    with pytest.raises(InstallationRefused, match="of the country khm, this OneStop is set to lun"):
        check(connection)


def test_the_demo_refuses_a_database_it_did_not_make_and_an_office_one_of_the_demo(settings: Settings) -> None:
    row = made()
    mode(settings, "demo")
    with pytest.raises(InstallationRefused, match="was not made by the demonstration"):
        check(connection)
    with pytest.raises(InstallationRefused, match="was not made by the demonstration"):
        claim_demo(on=date(2014, 6, 11))
    with pytest.raises(InstallationRefused, match="was not made by the demonstration"):
        establish()
    row.demo, row.demo_on = True, date(2014, 6, 11)
    row.save()
    check(connection)
    mode(settings, "production")
    with pytest.raises(InstallationRefused, match="its people are invented"):
        check(connection)


def test_the_demo_moves_its_day_and_the_clock_follows_at_once(settings: Settings) -> None:
    mode(settings, "demo")
    establish()
    assert clock.today() == date(2014, 6, 11)
    claim_demo(on=date(2014, 8, 1))
    assert clock.today() == date(2014, 8, 1)
    assert Installation.objects.count() == 1


def test_the_row_is_written_once_and_its_version_brought_up(settings: Settings) -> None:
    mode(settings, "production")
    first = establish()
    assert (first.country, first.demo, first.demo_on, first.made_by_version) == ("khm", False, None, VERSION)
    Installation.objects.update(made_by_version="0.0.1")
    assert establish().made_by_version == VERSION
    assert Installation.objects.get().created_at == first.created_at


def test_migrate_asks_before_it_changes_a_table() -> None:
    made(made_by_version="99.0")
    (found,) = [error for error in run_checks(databases=["default"]) if error.id == "areas.E001"]
    assert "OneStop 99.0" in found.msg
    with pytest.raises(CommandError, match="OneStop 99.0"):
        call_command("migrate", skip_checks=False, verbosity=0)


def test_the_version_is_that_of_the_project() -> None:
    project = (LUN.parents[2] / "pyproject.toml").read_text("utf-8")
    assert f'version = "{VERSION}"' in project
