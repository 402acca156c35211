"""Where Django's connection of this process leads: each test run, and some tests, have a database of their own."""

from typing import Any


def point_django_at(url: str) -> None:
    """Let Django's default connection of this process lead to another database."""
    from django.conf import settings  # noqa: PLC0415  (settings are read only after the environment is set)
    from django.db import connections  # noqa: PLC0415

    from config.settings import database  # noqa: PLC0415

    connections["default"].close()
    parsed: dict[str, Any] = database(url)
    fresh = settings.DATABASES["default"] | {
        key: value for key, value in parsed.items() if key in {"NAME", "USER", "PASSWORD", "HOST", "PORT"}
    }
    connections["default"].settings_dict.update(fresh)
