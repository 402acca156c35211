"""The pages of programmes and of trying a rule."""

from django.urls import URLPattern

app_name = "eligibility"
urlpatterns: list[URLPattern] = []
