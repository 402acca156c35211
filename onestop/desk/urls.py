"""The desk's pages."""

from django.urls import URLPattern, path

from onestop.desk import answering, crosstable, days, doctor, histories, home, person, place, search, views, who_opened

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("people/", search.search, name="search"),
    path("people/person/<uuid:key>/", person.person, name="person"),
    path("people/<uuid:household>/", views.folder, name="folder"),
    path("people/<uuid:household>/history/", views.history, name="history"),
    path("people/<uuid:household>/ask/<str:of>/<str:name>/", answering.answer, name="answer"),
    path("people/<uuid:household>/why/<str:programme>/", views.reason, name="reason"),
    path("people/<uuid:household>/why/<str:programme>/<uuid:person>/", views.reason, name="reason"),
    path("who-may-have-what/", crosstable.crosstable, name="crosstable"),
    path("who-may-have-what/export/", crosstable.export, name="crosstable-export"),
    path("people/<uuid:household>/opened/", who_opened.who_opened, name="who-opened"),
    path("people/<uuid:household>/opened/paper/", who_opened.paper, name="who-opened-paper"),
    path("history/<str:kind>/<str:key>/", histories.record_history, name="record-history"),
    path("journal/days/", days.days, name="days"),
    path("journal/days/paper/", days.paper, name="days-paper"),
    path("journal/days/file/", days.file, name="days-file"),
    path("health/", doctor.doctor, name="doctor"),
    path("places/<str:code>/", place.place, name="place"),
]
