"""The console phone, shown in a demo that has no supplier."""

from django.urls import path

from salter.sms import views

app_name = "sms"
urlpatterns = [
    path("_phone/", views.phone, name="phone"),
    path("_phone/<str:number>", views.number, name="number"),
]
