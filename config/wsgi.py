"""The application that gunicorn serves."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils import translation

from onestop.areas.country import pack
from onestop.ui.checks import require_assets


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
require_assets()  # gunicorn runs no checks; an unstyled start is refused with the reason
load()
