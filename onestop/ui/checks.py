"""Checks at start: no page without style, no slot that leads nowhere."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from onestop.ui.stamp import why_unstyled

HINT = "Run:  ./run assets   (it needs Node, or takes the nodejs wheel from the Python package index)."
# Each slot of this room: the setting and whether a start without it is refused
SLOTS = {"UI_TODAY": True, "UI_NOW": True, "UI_LOCAL_TIME": True, "UI_REMEMBER_LANGUAGE": False, "UI_ROLE_WORDS": False}


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
    """onestop_ui.E002: a dotted path in the settings that names nothing, or a needed slot left out."""
    errors: list[CheckMessage] = []
    for name, needed in SLOTS.items():
        path = getattr(settings, name, "")
        if not path:
            if needed:
                errors.append(
                    Error(f"{name} is not set.", hint="Name a callable by its dotted path.", id="onestop_ui.E002")
                )
            continue
        try:
            import_string(path)
        except ImportError as error:
            errors.append(Error(f"{name} names {path}, which cannot be imported: {error}", id="onestop_ui.E002"))
    return errors
