"""Addresses of this room, under /ui/."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from onestop.ui import views

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [path("language/", views.choose_language, name="language")]
if (
    settings.DEBUG or settings.MODE == "test"
):  # the page of all components, with its invented people, stays out of sight
    urlpatterns.append(path("components/", include("onestop.ui.tests.showcase")))
