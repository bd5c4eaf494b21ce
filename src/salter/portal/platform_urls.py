"""Pages of the platform: the counters, one's own first."""

from django.urls import path

from salter.portal import views

app_name = "counters"
urlpatterns = [path("", views.counters, name="list")]
