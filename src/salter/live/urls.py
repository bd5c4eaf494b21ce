"""Addresses of the live channels; `/live/events` itself is served by the live process."""

from django.urls import path

from salter.live import views

app_name = "live"
urlpatterns = [path("live/state", views.state, name="state")]
