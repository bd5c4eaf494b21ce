"""The local mailbox, shown in a demo that has no mail server."""

from django.urls import path

from salter.mail import views

app_name = "mail"
urlpatterns = [
    path("_mailbox/", views.mailbox, name="mailbox"),
    path("_mailbox/<uuid:mail_id>", views.mail, name="mail"),
    path("_mailbox/<uuid:mail_id>/letter", views.letter, name="letter"),
]
