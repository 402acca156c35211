"""Every room's pages; templates link by name."""

from django.urls import include, path

urlpatterns = [
    path("", include("onestop.desk.urls")),
    path("", include("onestop.staff.urls")),
    path("", include("onestop.registry.urls")),
    path("places/", include("onestop.areas.urls")),
    path("programmes/", include("onestop.eligibility.urls")),
    path("ui/", include("onestop.ui.urls")),
]

handler400 = "onestop.ui.views.bad_request"
handler403 = "onestop.ui.views.forbidden"
handler404 = "onestop.ui.views.not_found"
handler500 = "onestop.ui.views.server_error"
