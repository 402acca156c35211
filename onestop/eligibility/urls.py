"""The pages of programmes and of trying a rule."""

from django.urls import URLPattern, path

from onestop.eligibility import trial_views, views

app_name = "eligibility"
urlpatterns: list[URLPattern] = [
    path("", views.programmes, name="programmes"),
    path("try/", trial_views.try_rule, name="try"),
    path("<str:code>/", views.programme, name="programme"),
]
