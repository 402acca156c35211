"""What every answer carries, the choice of language, the row of places, the error pages."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation

from onestop.ui import views
from onestop.ui.context import places
from onestop.ui.middleware import LanguageMiddleware, NoStoreMiddleware, key_of, language_of


def request(path: str = "/", **attributes: Any) -> HttpRequest:
    made = RequestFactory().get(path)
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def officer(**attributes: Any) -> Any:
    return SimpleNamespace(is_authenticated=True, **attributes)


def test_no_answer_is_kept_by_a_browser() -> None:
    response = NoStoreMiddleware(lambda _request: HttpResponse("x"))(request())
    assert response["Cache-Control"] == "no-store" and "geolocation=()" in response["Permissions-Policy"]


def test_a_page_without_personal_data_may_say_otherwise() -> None:
    kept = HttpResponse("x", headers={"Cache-Control": "max-age=60"})
    assert NoStoreMiddleware(lambda _request: kept)(request())["Cache-Control"] == "max-age=60"


def test_scripts_and_styles_come_only_from_here() -> None:
    policy = Client().get("/ui/components/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy


def test_the_language_of_an_unknown_visitor_is_khmer_whatever_the_browser_wants() -> None:
    made = request()
    made.META["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert language_of(made) == "km"
    made.COOKIES["django_language"] = "xx"
    assert language_of(made) == "km"


def test_an_officers_own_language_beats_the_cookie_of_a_shared_machine(settings: Any) -> None:
    made = request(user=officer(language="en"))
    made.COOKIES["django_language"] = "km"
    settings.UI_REMEMBER_LANGUAGE = "onestop.ui.format.count"
    assert language_of(made) == "en"
    settings.UI_REMEMBER_LANGUAGE = ""
    assert language_of(made) == "km"


def test_the_answer_names_its_language() -> None:
    made = request()
    made.COOKIES["django_language"] = "en"
    seen = LanguageMiddleware(lambda _request: HttpResponse(translation.get_language()))(made)
    assert seen["Content-Language"] == "en" and getattr(seen, "content", b"") == b"en"


@pytest.mark.parametrize(("back", "to"), [("/people/?q=x", "/people/?q=x"), ("//elsewhere.example/", "/"), ("", "/")])
def test_choosing_a_language_leads_back_and_never_elsewhere(back: str, to: str) -> None:
    response = Client().post("/ui/language/", {"language": "en", "next": back})
    assert response.status_code == 302 and response["Location"] == to
    assert response.cookies["django_language"].value == "en"


def test_a_language_nobody_offers_is_not_kept() -> None:
    assert "django_language" not in Client().post("/ui/language/", {"language": "fr", "next": "/"}).cookies


def test_a_place_is_shown_to_those_with_the_right_and_the_longest_match_is_current(settings: Any) -> None:
    settings.UI_PLACES = [
        ("Components", "ui:components", ""),
        ("Public", "ui:components-public", "registry.read"),
        ("Not there yet", "no:such-place", ""),
    ]
    scope = SimpleNamespace(rights=frozenset({"registry.read"}))
    made = request("/ui/components/public/", scope=scope)
    assert [(place.label, place.is_current) for place in places(made, officer())] == [
        ("Components", False),
        ("Public", True),
    ]
    made.scope = SimpleNamespace(rights=frozenset())  # type: ignore[attr-defined]
    assert [place.label for place in places(made, officer())] == ["Components"]
    assert places(made, None) == []


@pytest.mark.parametrize(("path", "current"), [("/", ["Start"]), ("/my-account/", []), ("/people/x/", ["People"])])
def test_the_start_page_is_current_on_itself_alone(settings: Any, path: str, current: list[str]) -> None:
    settings.UI_PLACES = [("Start", "desk:home", ""), ("People", "desk:search", "")]
    found = places(request(path, scope=SimpleNamespace(rights=frozenset())), officer())
    assert [place.label for place in found if place.is_current] == current


@pytest.mark.parametrize(
    ("view", "status"),
    [(views.bad_request, 400), (views.forbidden, 403), (views.not_found, 404), (views.csrf_failure, 403)],
)
def test_an_error_says_what_where_and_how_to_put_it_right(view: Any, status: int) -> None:
    with translation.override("en"):
        response = view(request())
    text = response.content.decode()
    assert response.status_code == status and "<h1>" in text and "To the start page" in text
    assert str(status) not in text.split("<main")[1], "people are not told numbers"


def test_an_error_of_ours_is_drawn_without_request_or_database() -> None:
    with translation.override("en"):
        response = views.server_error(request())
    assert response.status_code == 500 and "nothing was half done" in response.content.decode()


def test_the_key_of_a_form_is_a_uuid_or_nothing() -> None:
    factory = RequestFactory()
    key = "0193a1de-0000-7000-8000-000000000001"
    assert str(key_of(factory.post("/", {"idempotency_key": key}))) == key
    assert key_of(factory.post("/", {"idempotency_key": "'; --"})) is None
    assert key_of(factory.post("/")) is None
