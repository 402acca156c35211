"""Pages of this room: people's own information, putting it right, and who may be registered at two offices."""

from django.urls import path

from onestop.registry import doubles_views as doubles
from onestop.registry import privacy_views as privacy

app_name = "registry"
urlpatterns = [
    path("privacy/", privacy.notice, name="notice"),
    path("people/information/<uuid:person>/", privacy.privacy, name="privacy"),
    path("people/information/<uuid:person>/put-right/", privacy.ask, name="ask-correction"),
    path("people/elsewhere/", doubles.elsewhere, name="elsewhere"),
    path("doubles/", doubles.doubles, name="doubles"),
    path("doubles/<uuid:pk>/", doubles.double, name="double"),
    path("corrections/", privacy.corrections, name="corrections"),
    path("corrections/<uuid:pk>/", privacy.correction, name="correction"),
]
