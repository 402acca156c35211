"""Addresses of this room."""

from django.urls import include, path

from onestop.staff import views

app_name = "staff"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("offices/", include("onestop.staff.offices_urls")),
]
