"""Addresses of bulk loads, under /SLUG/desk/imports/; included by `desk.urls` without a name space of their own."""

from django.urls import path

from salter.desk import imports_views as views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new", views.import_new, name="import_new"),
    path("<uuid:job>/", views.import_job, name="import_job"),
    path("<uuid:job>/columns", views.import_columns, name="import_columns"),
    path("<uuid:job>/again", views.import_again, name="import_again"),
    path("<uuid:job>/refused.csv", views.refused_rows, name="refused_rows"),
]
