"""Pages of cases, below /SLUG/cases/."""

from django.urls import path, register_converter

from salter.cases import views
from salter.cases.converters import CaseNumberConverter

register_converter(CaseNumberConverter, "case_number")

app_name = "cases"
urlpatterns = [
    path("", views.case_list, name="list"),
    path("new", views.choose, name="choose"),
    # With ?kind= and ?about=: other apps send here what they know, and the right form is found.
    path("new", views.choose, name="new"),
    path("new/<slug:kind>", views.new_case, name="new"),
    path("<case_number:number>", views.case, name="case"),
    path("<case_number:number>/reply", views.reply, name="reply"),
    path("<case_number:number>/withdraw", views.withdraw, name="withdraw"),
    path("<case_number:number>/receipt.pdf", views.receipt, name="receipt"),
    path("<case_number:number>/files/<uuid:attachment>", views.attachment, name="attachment"),
]
