"""Pages of one counter, under /SLUG/."""

from django.urls import path

from salter.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("link/", views.link, name="link"),
    path("acting/", views.act_for, name="act_for"),
    path("details/", views.details, name="details"),
    path("contact/", views.contact, name="contact"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
]
