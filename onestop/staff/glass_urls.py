"""Addresses of openings in an emergency."""

from django.urls import path

from onestop.staff import break_glass_views as views

urlpatterns = [
    path("", views.break_glass, name="break-glass"),
    path("reviews/", views.reviews, name="glass-reviews"),
    path("reviews/<uuid:pk>/", views.review, name="glass-review"),
    path("<uuid:pk>/close/", views.close, name="glass-close"),
]
