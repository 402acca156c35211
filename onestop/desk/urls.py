"""The desk's pages."""

from django.urls import URLPattern, path

from onestop.desk import answering, crosstable, home, place, views

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("people/", home.search, name="search"),
    path("people/<uuid:household>/", views.folder, name="folder"),
    path("people/<uuid:household>/history/", views.history, name="history"),
    path("people/<uuid:household>/ask/<str:of>/<str:name>/", answering.answer, name="answer"),
    path("people/<uuid:household>/why/<str:programme>/", views.reason, name="reason"),
    path("people/<uuid:household>/why/<str:programme>/<uuid:person>/", views.reason, name="reason"),
    path("who-may-have-what/", crosstable.crosstable, name="crosstable"),
    path("who-may-have-what/export/", crosstable.export, name="crosstable-export"),
    path("places/<str:code>/", place.place, name="place"),
]
