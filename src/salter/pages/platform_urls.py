"""Addresses of the platform: the language switch, and in development and demos the page that shows every element."""

from django.conf import settings
from django.urls import path

from salter.pages import views

app_name = "pages"
urlpatterns = [path("language", views.choose, name="language")]
if settings.DEBUG or settings.SALTER_DEMO:
    urlpatterns += [
        path("_look/", views.look, name="look"),
        path("_look/<str:layout>/", views.look, name="look_in"),
    ]
