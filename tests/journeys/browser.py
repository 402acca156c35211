"""A browser for journeys: Chromium, the site served in this process, and what is looked for on every page.

    from tests.journeys.browser import Site

    @pytest.mark.browser
    def test_the_folder_is_sound(site: Site) -> None:
        site.assert_sound("/folders/…/", cookies=signed_in(officer))  # axe, scroll, console; km and en, two widths

    @pytest.mark.browser
    def test_a_clerk_answers(site: Site) -> None:
        with site.open("/", language="en", width=360, cookies=signed_in(officer)) as page: ...

A page that needs rows asks for the fixture `committed_database` before `site`: the server answers from other threads.
Without a browser, or without the styles, these tests skip and say why; under CI=true they fail instead.
ONESTOP_PICTURES=FOLDER keeps a picture of every page looked at.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, NoReturn
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from whitenoise import WhiteNoise

from config import assets

WIDTHS = (1280, 320)
HEIGHT = 900
LANGUAGES = ("km", "en")
# Where each page is looked at; in the long run in both languages at both widths (config/checks.py)
LONG = os.environ.get("ONESTOP_LONG") == "true"
SCREENS = {language: WIDTHS if LONG else (width,) for language, width in (("km", 320), ("en", 1280))}
# --no-sandbox only because a container's root needs it; the rest keeps Chromium from reaching out
FLAGS = (
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    " --disable-sync --disable-dev-shm-usage"
)
TOO_WIDE = """width => [...document.querySelectorAll("body *")]
  .filter(part => part.getBoundingClientRect().right > width + 1 && part.getBoundingClientRect().width > 1
    && !part.closest(".table-scroll") && getComputedStyle(part).clipPath === "none")
  .slice(0, 3).map(part => `<${part.tagName.toLowerCase()} class="${part.getAttribute("class") || ""}">`)"""


def absent(reason: str) -> NoReturn:
    """Skip with the reason; under CI fail with it."""
    if os.environ.get("CI") == "true" or os.environ.get("ONESTOP_NO_SKIP"):
        pytest.fail(reason)
    pytest.skip(reason)


def chromium() -> str:
    """The Chromium on PATH, or the one CHROMIUM names."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    return found or absent("no Chromium on PATH (Debian: apt-get install chromium), so no page was looked at")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One running Chromium for all journeys."""
    flags = [*FLAGS.split(), *(["--no-sandbox"] if os.getuid() == 0 else [])]
    executable = chromium()
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop in this thread
        running = playwright.chromium.launch(executable_path=executable, args=flags)
        yield running
        running.close()


class QuietHandler(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """Answers several requests at once, as a browser asks."""

    daemon_threads = True


@contextmanager
def serving() -> Iterator[str]:
    """The site on a free port of this machine, styles included; its address."""
    var = Path(settings.STATIC_ROOT).parent
    try:
        assets.build(var=var)
    except assets.AssetsRefused as refusal:
        absent(f"the styles cannot be built, so no page was looked at: {refusal}")
    application: Callable[..., Any] = WhiteNoise(WSGIHandler(), root=var / "static-src", prefix=settings.STATIC_URL)
    server = make_server("127.0.0.1", 0, application, server_class=ThreadingServer, handler_class=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def signed_in(officer: Any) -> dict[str, str]:
    """Cookies of a session of this officer, without the sign-in page."""
    client = Client()
    client.force_login(officer)
    return {name: morsel.value for name, morsel in client.cookies.items()}


class Site:
    """The served site and what a journey does with it."""

    def __init__(self, browser: Browser, address: str, windows: ExitStack) -> None:
        self.browser, self.address, self._windows = browser, address, windows
        self._kept: dict[tuple[tuple[str, str], ...], Page] = {}

    @contextmanager
    def open(
        self, path: str, *, language: str = "km", width: int = 1280, cookies: Mapping[str, str] | None = None
    ) -> Iterator[Page]:
        """A page in a window of its own; its errors on the console are kept in `page.trouble`."""
        with self.window(width=width, cookies=cookies) as page:
            self.show(page, path, language=language)
            yield page

    @contextmanager
    def window(self, *, width: int, cookies: Mapping[str, str] | None = None) -> Iterator[Page]:
        """An empty window with a store of cookies of its own; the errors of its pages come to `page.trouble`."""
        context = self.browser.new_context(viewport={"width": width, "height": HEIGHT})
        context.add_cookies([self._cookie(name, value) for name, value in (cookies or {}).items()])
        page = context.new_page()
        trouble: list[str] = []
        page.on("console", lambda message: trouble.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.trouble = trouble  # type: ignore[attr-defined]
        try:
            yield page
        finally:
            context.close()

    def _window_of(self, cookies: Mapping[str, str]) -> Page:
        """The one window of a session in which all its pages are looked at: a new one for each costs a fourth more."""
        key = tuple(sorted(cookies.items()))
        if key not in self._kept:
            self._kept[key] = self._windows.enter_context(self.window(width=WIDTHS[0], cookies=cookies))
        return self._kept[key]

    def show(self, page: Page, path: str, *, language: str) -> int:
        """Open the page in this window and language, with its letters; nothing is in `page.trouble` before it.

        The status of the answer.
        """
        page.context.add_cookies([self._cookie(settings.LANGUAGE_COOKIE_NAME, language)])
        if any(cookie.get("name") == settings.SESSION_COOKIE_NAME for cookie in page.context.cookies()):
            self._choose(page.context, language)  # an officer's own language beats the cookie
        page.trouble.clear()  # type: ignore[attr-defined]
        answer = page.goto(self.address + path)
        page.evaluate("document.fonts.ready.then(() => true)")
        return answer.status if answer else 0

    def _cookie(self, name: str, value: str) -> Any:
        return {"name": name, "value": value, "url": self.address}

    def _choose(self, context: BrowserContext, language: str) -> None:
        """Press the language button of this officer without opening a page."""
        secret = "x" * 32
        context.add_cookies([self._cookie(settings.CSRF_COOKIE_NAME, secret)])
        form: dict[str, str | float | bool] = {"language": language, "next": "/", "csrfmiddlewaretoken": secret}
        answer = context.request.post(f"{self.address}/ui/language/", form=form, max_redirects=0)
        assert answer.status == 302, f"the language could not be chosen: {answer.status}"

    def findings(self, page: Page) -> list[str]:
        """What is wrong with the page as it stands: axe, sideways scroll, styles that did not come, the console."""
        width = page.viewport_size["width"] if page.viewport_size else 0
        found = [f"console: {text}" for text in getattr(page, "trouble", [])]
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        for violation in page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]:
            places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"axe {violation['id']} ({violation['impact']}): {violation['help']}: {places}")
        scroll = page.evaluate("document.documentElement.scrollWidth")
        if scroll > width:
            found.append(f"sideways scroll: {scroll} px in a window of {width} px: {page.evaluate(TOO_WIDE, width)}")
        if "Noto Sans" not in page.evaluate("getComputedStyle(document.body).fontFamily"):
            found.append("the style sheet did not come")
        return found

    def assert_sound(
        self,
        path: str,
        *,
        cookies: Mapping[str, str] | None = None,
        languages: Sequence[str] = LANGUAGES,
        widths: Sequence[int] = (),
    ) -> None:
        """The page itself is shown, not that of signing in; nothing is found on it in these languages and widths.

        Without widths those of SCREENS.
        """
        page, found = self._window_of(cookies or {}), []
        for language in languages:
            status, shown = self.show(page, path, language=language), urlsplit(page.url).path
            where = f"{path} led to {shown}, {status}: who opens it, in which database?"
            assert shown == urlsplit(path).path and status == 200, where
            # as when a telephone is turned: loaded anew for the other width the page would be the same
            for width in widths or SCREENS[language]:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                self.keep_picture(page, f"{path}-{language}-{width}")
                found += [f"{language} {width} px: {finding}" for finding in self.findings(page)]
        assert not found, "\n".join([f"{path}:", *found])

    def keep_picture(self, page: Page, name: str) -> None:
        """A picture of the whole page into ONESTOP_PICTURES, when that is set."""
        folder = os.environ.get("ONESTOP_PICTURES")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            file = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") + ".png"
            page.screenshot(path=Path(folder) / file, full_page=True)


@pytest.fixture
def site(browser: Browser) -> Iterator[Site]:
    """The served site in the running Chromium."""
    with serving() as address, ExitStack() as windows:
        yield Site(browser, address, windows)
