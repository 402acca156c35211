"""The application that gunicorn serves."""

import time
from importlib import import_module
from typing import Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection
from django.urls import get_resolver
from django.utils import translation

from config.manage import console_language
from onestop.areas.country import pack
from onestop.ui.checks import require_assets

PATIENCE: Final = 60  # seconds: after a power cut the database needs longer to start than we do


def refuse_strange_database() -> None:
    """Do not serve a demonstration as an office, an office as a demonstration, or what a newer OneStop made."""
    installation = import_module("onestop.areas.installation")  # models load only after setup
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with translation.override(console_language()):  # the log is read where the server stands
                installation.check_kind(connection)
            import_module("onestop.staff.signing_in_checks").refuse_unsafe()
            break
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(1)
        except installation.InstallationRefused as refused:
            raise ImproperlyConfigured(str(refused)) from refused
    # the workers are forked from here, and no connection can be shared with them
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # not in the stubs


def load() -> None:
    """Load what the first request would: pages, both languages, the country pack. No database.

    A page that cannot be loaded stops the start, and the forked workers share all of it instead of each having its own.
    """
    rooms = get_resolver().namespace_dict  # made by reading every page
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            translation.gettext("Yes")
    if not (rooms and pack().code):
        raise RuntimeError("There is no page to serve.")


application = get_wsgi_application()
# gunicorn runs no checks: a strange database and an unstyled start are refused here, with the reason
refuse_strange_database()
require_assets()
load()
