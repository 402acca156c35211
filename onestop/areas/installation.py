"""Is this database ours, and may this version of OneStop touch it?

Asked before anything is written: by `migrate` and `check --database default` as a system check, by the demonstration
before it starts. A refusal says what was found and what to do; nothing has been changed then.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils.translation import gettext as _

from onestop.areas import clock
from onestop.areas.country import PackRefused, pack
from onestop.areas.models import Installation
from onestop.areas.versions import VERSION, is_newer


class InstallationRefused(Exception):
    """This OneStop must not touch this database. The message says why and what to do; nothing was changed."""


def check(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database made by a newer OneStop, for another country, or of the other kind (demo, real office).

    An empty database is fine. Raises InstallationRefused.
    """
    tables = set(connection.introspection.table_names())
    if MigrationRecorder.Migration._meta.db_table in tables:
        _refuse_newer_migrations(connection)
    if Installation._meta.db_table in tables:
        _refuse_strange_row(connection)


def check_kind(connection: BaseDatabaseWrapper) -> None:
    """The short form of `check`, for every start: the other kind, another country, made by a newer version.

    Raises InstallationRefused. A database without tables yet is left to `check`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.areas_installation') IS NOT NULL")
        (is_there,) = cursor.fetchone()
    if is_there:
        _refuse_strange_row(connection)


def _refuse_strange_row(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        # by column: an older table may lack one that this version's model has
        cursor.execute("SELECT country, demo, made_by_version FROM areas_installation")
        if found := cursor.fetchone():
            _refuse_strange(*found)


def _refuse_newer_migrations(connection: BaseDatabaseWrapper) -> None:
    loader = MigrationLoader(connection)
    known = set(loader.disk_migrations or {})
    for migration in (loader.disk_migrations or {}).values():
        known |= {(app, name) for app, name in migration.replaces}
    if unknown := sorted(".".join(key) for key in loader.applied_migrations if key not in known):
        raise InstallationRefused(
            _(
                "This database was made by a newer OneStop: this one (%(version)s) does not know %(count)d of its "
                "migrations, the first %(first)s. Start the version that made it, or restore a backup made by this "
                "version into an empty database (./run onestop restore FILE). Nothing was changed."
            )
            % {"version": VERSION, "count": len(unknown), "first": unknown[0]}
        )


def _refuse_strange(country: str, demo: bool, made_by: str) -> None:
    if is_newer(made_by):
        raise InstallationRefused(
            _(
                "This database was made by OneStop %(made_by)s, which is newer than this one (%(version)s). Start the "
                "version that made it, or restore a backup made by this version into an empty database "
                "(./run onestop restore FILE). Nothing was changed."
            )
            % {"made_by": made_by, "version": VERSION}
        )
    if country != pack().code:
        raise InstallationRefused(
            _("This database is of the country %(found)s, this OneStop is set to %(wanted)s (ONESTOP_COUNTRY).")
            % {"found": country, "wanted": pack().code}
        )
    if settings.MODE == "demo" and not demo:
        raise InstallationRefused(_not_a_demo())
    if settings.MODE == "production" and demo:
        raise InstallationRefused(
            _(
                "This database was made by the demonstration: its people are invented. A real office begins with an "
                "empty database; name one in DATABASE_URL."
            )
        )


def _not_a_demo() -> str:
    return _(
        "This database was not made by the demonstration, so the demonstration does not touch it. Give it an empty "
        "database of its own, or unset DATABASE_URL to use the embedded one."
    )


@transaction.atomic
def establish() -> Installation:
    """Write the row that says what this database is, or bring its version up to this one's. Raises as `check` does."""
    installation = Installation.objects.select_for_update().first()
    if installation is None:
        demo = settings.MODE == "demo"
        return Installation.objects.create(
            country=pack().code,
            demo=demo,
            demo_on=(pack().demo_on or clock.now().date()) if demo else None,
            made_by_version=VERSION,
        )
    _refuse_strange(installation.country, installation.demo, installation.made_by_version)
    if installation.made_by_version != VERSION:
        installation.made_by_version = VERSION
        installation.save(update_fields=["made_by_version"])
    return installation


@transaction.atomic
def claim_demo(*, on: date) -> Installation:
    """Put the demonstration on a day. Raises InstallationRefused for a database the demonstration did not make."""
    installation = Installation.objects.select_for_update().first()
    if installation is None:
        installation = Installation(country=pack().code, demo=True, made_by_version=VERSION)
    if not installation.demo:
        raise InstallationRefused(_not_a_demo())
    installation.demo_on = on
    installation.save()
    clock.reset()
    return installation


@register(Tags.database)
def database_is_ours(*, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """The same as a system check, so that `migrate` asks it before it changes a table."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            check(connections[alias])
        except (InstallationRefused, PackRefused) as refused:
            found.append(Error(str(refused), id="areas.E001"))
    return found
