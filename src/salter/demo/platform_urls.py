"""Pages of the demonstration; they don't exist elsewhere."""

from django.conf import settings
from django.urls import path

from salter.demo import views

app_name = "demo"
urlpatterns = [path("_people/", views.people, name="people")] if settings.SALTER_DEMO else []
