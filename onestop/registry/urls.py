"""Pages of this room: people's own information, and putting it right."""

from django.urls import path

from onestop.registry import privacy_views as privacy

app_name = "registry"
urlpatterns = [
    path("privacy/", privacy.notice, name="notice"),
    path("people/information/<uuid:person>/", privacy.privacy, name="privacy"),
    path("people/information/<uuid:person>/put-right/", privacy.ask, name="ask-correction"),
    path("corrections/", privacy.corrections, name="corrections"),
    path("corrections/<uuid:pk>/", privacy.correction, name="correction"),
]
