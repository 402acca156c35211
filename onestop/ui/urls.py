"""Addresses of this room, under /ui/."""

from django.urls import path

from onestop.ui import views

app_name = "ui"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("components/", views.components, name="components"),
]
