"""Every room's pages; templates link by name."""

from django.urls import include, path

urlpatterns = [
    path("", include("onestop.desk.urls")),
    path("", include("onestop.staff.urls")),
    path("places/", include("onestop.areas.urls")),
    path("programmes/", include("onestop.eligibility.urls")),
    path("ui/", include("onestop.ui.urls")),
]
