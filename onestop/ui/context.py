"""What every page gets besides its own: officer, office, today, the demo's date, the row of places.

This room is the lowest, so it asks for nothing by import: days come from slots of the settings (UI_TODAY, UI_NOW,
UI_LOCAL_TIME, UI_HELP: dotted paths of functions), the officer from the request, by attribute only. Each is a function
that a template calls when it shows it, once a page: a page that shows none of it pays no query.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Place:
    """An entry in the row of places."""

    label: Any
    url: str
    is_current: bool


@cache
def slot(path: str) -> Callable[..., Any]:
    """The callable behind a dotted path of the settings."""
    found: Callable[..., Any] = import_string(path)
    return found


def today() -> date | None:
    """The calendar day in the country; in the demonstration its own day."""
    path = getattr(settings, "UI_TODAY", "")
    return slot(path)() if path else None


def now() -> datetime | None:
    """This instant as the country's clocks show it."""
    if not (getattr(settings, "UI_NOW", "") and getattr(settings, "UI_LOCAL_TIME", "")):
        return None
    local: datetime = slot(settings.UI_LOCAL_TIME)(slot(settings.UI_NOW)())
    return local


def role_words(request: HttpRequest) -> str:
    """The officer's roles in words, of the scope that is open; nothing on a page without one."""
    codes = getattr(getattr(request, "scope", None), "roles", ())
    path = getattr(settings, "UI_ROLE_WORDS", "")
    return str(slot(path)(codes)) if path and codes else ""


def address(name: str, *args: object) -> str:
    """The URL of a page that may stand in a higher room; empty where there is none."""
    try:
        return reverse(name, args=args) if name else ""
    except NoReverseMatch:
        return ""


def help_line(request: HttpRequest) -> Any:
    """Whom to ask about this page, and where: `helper.officer`, `helper.role`, `url`; None without a scope."""
    path = getattr(settings, "UI_HELP", "")
    return slot(path)(request) if path and getattr(request, "scope", None) is not None else None


def places(request: HttpRequest, officer: Any) -> list[Place]:
    """The places this officer may go to: UI_PLACES of (label, URL name, right or ""), those that lead somewhere.

    The current one is the place with the longest URL that begins this page's path; the start page, with which every
    path begins, only on itself.
    """
    if officer is None:
        return []
    rights: frozenset[str] = getattr(getattr(request, "scope", None), "rights", frozenset())
    found = []
    for label, name, right in getattr(settings, "UI_PLACES", []):
        if right and right not in rights:
            continue
        url = address(name)
        if url:
            found.append((label, url))
    around = (url for _label, url in found if url == request.path or (url != "/" and request.path.startswith(url)))
    here = max(around, key=len, default="")
    return [Place(label, url, url == here) for label, url in found]


def banners(request: HttpRequest) -> list[dict[str, Any]]:
    """What stands above every page for this officer: {"text", "url", "link", "kind"} of every slot of UI_BANNERS."""
    return [banner for path in getattr(settings, "UI_BANNERS", []) for banner in slot(path)(request)]


def page(request: HttpRequest) -> dict[str, Callable[[], Any]]:
    """Context processor; every value is a function, which templates call by themselves."""

    @cache
    def officer() -> Any:
        user = getattr(request, "user", None)
        return user if user is not None and getattr(user, "is_authenticated", False) else None

    @cache
    def demo_on() -> date | None:
        return today() if getattr(settings, "DEMO", False) else None

    return {
        "officer": officer,
        "office": cache(lambda: getattr(officer(), "office", None)),
        "roles": cache(lambda: role_words(request)),
        "banners": cache(lambda: banners(request) if officer() else []),
        "today": cache(today),
        "now": cache(now),
        "demo_on": demo_on,
        "account_url": cache(lambda: address(getattr(settings, "UI_ACCOUNT", "")) if officer() else ""),
        "sign_out_url": cache(lambda: address(getattr(settings, "UI_SIGN_OUT", "")) if officer() else ""),
        "help_line": cache(lambda: help_line(request)),
        "places": cache(lambda: places(request, officer())),
    }
