"""Pages of the person's messages, below /SLUG/messages/."""

from django.urls import path

from salter.notifications import views

app_name = "notifications"
urlpatterns = [
    path("", views.messages, name="list"),
    path("read", views.read_all, name="read_all"),
    path("preferences", views.preferences, name="preferences"),
    path("unsubscribe/<str:token>", views.unsubscribe, name="unsubscribe"),
    path("<uuid:message_id>", views.message, name="message"),
    path("<uuid:message_id>/try-again", views.try_again, name="try_again"),
]
