"""What holds for every answer: never stored by a browser, and in the officer's language."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponseBase]
HEADERS = {
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class NoStoreMiddleware:
    """Personal data stays out of the browser's cache; pages that hold none may set their own Cache-Control."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the headers that the answer does not set itself."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class LanguageMiddleware:
    """The page's language: the officer's own, else the one chosen on this machine, else the installation's first."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate the language for this request and name it in the answer."""
        with translation.override(language_of(request)):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
            return response


def language_of(request: HttpRequest) -> str:
    """The language code this request is answered in.

    Where officers' languages are remembered (UI_REMEMBER_LANGUAGE) an officer's own beats the cookie: the machine of a
    counter is shared. The browser's wish is not asked: most machines here are set to English by their maker.
    """
    known = {code for code, _name in settings.LANGUAGES}
    wishes = [request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")]
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        own = getattr(user, "language", "")
        wishes = [own, *wishes] if getattr(settings, "UI_REMEMBER_LANGUAGE", "") else [*wishes, own]
    return next((wish for wish in wishes if wish in known), settings.LANGUAGE_CODE)


def key_of(request: HttpRequest) -> UUID | None:
    """The key of a sent form ({% idempotency_key %}), by which it is done once; None where there is none or no UUID."""
    try:
        return UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return None
