"""Every page has its guard, every recorded verb its sentence, and the scope goes round the page."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_safe

from config import demo_check
from onestop.areas.country import pack
from onestop.areas.guards import RIGHTS, guard_of, signed_in
from onestop.journal.verbs import VERBS

# Pages anybody may open. A new line here is a decision.
PUBLIC = {"staff:sign-in", "staff:sign-out", "ui:language", "registry:notice"} | {
    # the further steps of signing in: only for who has given the right password
    "staff:code",
    "staff:first-password",
    "staff:second-factor",
}
# The decorators of Django by which a view says which methods it answers
METHODS = ("require_safe", "require_POST", "require_GET", "require_http_methods")
# Show-cases of the components: in debug and in tests only
SHOWCASES = {"ui:components", "ui:components-public", "ui:components-error"}


def pages(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every page with its full name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from pages(pattern.url_patterns, space)
        else:
            yield f"{prefix}{pattern.name or pattern.pattern}", pattern


def all_pages() -> dict[str, URLPattern]:
    return dict(pages(get_resolver().url_patterns))


def test_every_page_carries_a_guard() -> None:
    found = {name: guard_of(page.callback) for name, page in all_pages().items()}
    assert found
    assert not [name for name, guard in found.items() if guard is None]
    assert set(found.values()) <= {*RIGHTS, "signed in", "public"}


def test_only_the_listed_pages_are_public() -> None:
    assert {name for name, page in all_pages().items() if guard_of(page.callback) == "public"} == PUBLIC | SHOWCASES


def test_every_right_of_a_role_is_known() -> None:
    given = {right for role in pack().roles.values() for right in role.rights}
    assert given <= RIGHTS.keys()


def test_the_scope_middleware_goes_round_the_page_alone() -> None:
    """It calls the view itself: a later middleware's process_view would be passed over."""
    assert settings.MIDDLEWARE[-1] == "onestop.staff.middleware.ScopeMiddleware"


def recorded_verbs(file: Path) -> Iterator[str]:
    """The verbs written as text in calls of record."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        first = node.args[0]
        if name == "record" and isinstance(first, ast.Constant) and isinstance(first.value, str):
            yield first.value


def test_every_recorded_verb_has_its_sentence(pytestconfig: pytest.Config) -> None:
    for room in apps.get_app_configs():
        if (Path(room.path) / "choices.py").exists() and room.name.startswith("onestop."):
            import_module(f"{room.name}.choices")
    undeclared = {
        f"{file.relative_to(pytestconfig.rootpath)}: {verb}"
        for file in (pytestconfig.rootpath / "onestop").rglob("*.py")
        if "tests" not in file.parts
        for verb in recorded_verbs(file)
        if verb not in VERBS
    }
    assert not undeclared


def test_the_demo_prints_the_password_its_officers_have() -> None:
    assert pack().node("demo_officers.yaml").text("password") == demo_check.password()


def declared_methods(view: Callable[..., object]) -> list[str]:
    """The decorators of a view that say which methods it answers, as they are written."""
    written = textwrap.dedent(inspect.getsource(inspect.unwrap(view)))
    function = ast.parse(written).body[0]
    assert isinstance(function, ast.FunctionDef), view
    return [text for text in map(ast.unparse, function.decorator_list) if text.startswith(METHODS)]


def test_every_page_says_which_methods_it_answers() -> None:
    """Else a PUT or DELETE is answered like a GET: nothing is done, but a door stands open that nobody looks at."""
    silent = [
        name
        for name, page in all_pages().items()
        if name not in SHOWCASES and len(declared_methods(page.callback)) != 1
    ]
    assert not silent, f"@require_safe, @require_POST or @require_http_methods is missing or doubled: {silent}"


def test_a_page_without_methods_would_be_found() -> None:
    def silent(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    @require_safe
    def said(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert (declared_methods(signed_in(silent)), declared_methods(signed_in(said))) == ([], ["require_safe"])
