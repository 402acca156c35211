"""Addresses of help, absence and hand-over."""

from django.urls import path

from onestop.staff import absence_views as absence
from onestop.staff import work_views as work

urlpatterns = [
    path("help/", work.help_list, name="help"),
    path("help/ask/", work.ask_for_help, name="ask-for-help"),
    path("help/<uuid:pk>/", work.help_request, name="help-request"),
    path("help/<uuid:pk>/take/", work.help_take, name="help-take"),
    path("help/<uuid:pk>/<slug:verb>/", work.help_step, name="help-step"),
    path("away/", absence.away, name="away"),
    path("away/<uuid:pk>/end/", absence.back, name="back"),
    path("away/of/<uuid:pk>/", absence.away_of, name="away-of"),
    path("away/of/<uuid:pk>/<uuid:absence>/end/", absence.back_of, name="back-of"),
    path("accounts/<uuid:pk>/hand-over/", work.hand_over, name="hand-over"),
    path("accounts/<uuid:pk>/same-human/", work.same_human, name="same-human"),
]
