"""What holds for every answer: never stored by a browser, in the officer's language, a form sent twice done once."""

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import translation
from django.utils.module_loading import import_string

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


class KeyRegistry(Protocol):
    """Who remembers the keys of forms; named by UI_KEY_REGISTRY, kept in the same transaction as the action."""

    def claim(self, key: UUID, request: HttpRequest) -> str | None:
        """Note the key as used; None when it is new, else where the first sending led to."""

    def keep(self, key: UUID, request: HttpRequest, location: str) -> None:
        """The form was accepted and led there."""

    def release(self, key: UUID, request: HttpRequest) -> None:
        """Nothing was written (the form came back with errors): the key may be used again."""


class OnceMiddleware:
    """A form sent twice (double click, reload, a bad line) is done once: the second sending is led where the first was.

    Stands behind the middleware that opens the officer's transaction, so that a key and its action commit together.
    Without UI_KEY_REGISTRY it does nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        path = getattr(settings, "UI_KEY_REGISTRY", "")
        self.registry: KeyRegistry | None = import_string(path)() if path else None

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer a repeated form by the first answer's place; else pass it on and note where it leads."""
        key = key_of(request) if self.registry and request.method == "POST" else None
        if self.registry is None or key is None:
            return self.get_response(request)
        earlier = self.registry.claim(key, request)
        if earlier is not None:
            return HttpResponseRedirect(earlier or request.path)
        response = self.get_response(request)
        if 300 <= response.status_code < 400:
            self.registry.keep(key, request, response.headers.get("Location", ""))
        else:
            self.registry.release(key, request)
        return response


def key_of(request: HttpRequest) -> UUID | None:
    """The key of a sent form; None where there is none or it is no UUID."""
    try:
        return UUID(request.POST.get("idempotency_key", ""))
    except ValueError:
        return None
