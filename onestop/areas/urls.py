"""Pages of this room, under /places/."""

from django.urls import path

from onestop.areas import views

app_name = "areas"
urlpatterns = [
    path("", views.home, name="home"),
    path("<str:code>/units/", views.tree, name="tree"),
]
