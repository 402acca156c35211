"""Checks at start: no page without style, no slot that leads nowhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from onestop.ui.context import address
from onestop.ui.stamp import why_unstyled

HINT = "Run:  ./run assets   (it needs Node, or takes the nodejs wheel from the Python package index)."
# Each slot of this room: the setting and whether a start without it is refused
SLOTS = {
    "UI_TODAY": True,
    "UI_NOW": True,
    "UI_LOCAL_TIME": True,
    "UI_REMEMBER_LANGUAGE": False,
    "UI_ROLE_WORDS": False,
    "UI_HELP": False,
}


def static_source() -> Path:
    """The folder where ./run assets leaves what it built, before hashing."""
    return Path(settings.STATIC_ROOT).parent / "static-src"


def unstyled_reason() -> str:
    """Why a start would be unstyled, with the way out; empty when the styles are there and of this source."""
    reason = why_unstyled(static_source())
    if not reason and not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
        reason = f"The styles have not been collected: staticfiles.json is missing in {settings.STATIC_ROOT}."
    return f"{reason} {HINT}" if reason else ""


def require_assets() -> None:
    """Refuse to serve unstyled pages; for config/wsgi.py, since gunicorn runs no checks."""
    reason = unstyled_reason()
    if reason:
        raise ImproperlyConfigured(reason)


def assets_present(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """onestop_ui.E001: styles missing or stale. Tests run without Node, so their mode is left out."""
    if getattr(settings, "MODE", "") == "test":
        return []
    reason = why_unstyled(static_source())
    return [Error(reason, hint=HINT, id="onestop_ui.E001")] if reason else []


def slots_resolve(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """onestop_ui.E002: a path or the name of a page in the settings that leads nowhere; a needed slot left out."""
    errors: list[CheckMessage] = []

    def wrong(text: str, hint: str | None = None) -> None:
        errors.append(Error(text, hint=hint, id="onestop_ui.E002"))

    paths = [(name, getattr(settings, name, "")) for name in SLOTS]
    paths += [("UI_BANNERS", path) for path in getattr(settings, "UI_BANNERS", [])]
    for name, path in paths:
        if not path and SLOTS.get(name):
            wrong(f"{name} is not set.", hint="Name a callable by its dotted path.")
        if not path:
            continue
        try:
            import_string(path)
        except ImportError as error:
            wrong(f"{name} names {path}, which cannot be imported: {error}")

    pages = [(name, getattr(settings, name, "")) for name in ("UI_SIGN_OUT", "UI_ACCOUNT")]
    pages += [("UI_PLACES", page) for _label, page, _right in getattr(settings, "UI_PLACES", [])]
    for name, page in pages:
        if page and not address(page):
            wrong(f"{name} names the page {page}, which does not exist.")
    return errors
