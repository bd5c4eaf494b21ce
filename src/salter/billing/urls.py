"""Addresses below /SLUG/bills/."""

from django.urls import path

from . import views

app_name = "billing"

urlpatterns = [
    path("", views.bills, name="bills"),
    path("invoices", views.invoices, name="invoices"),
    path("payments", views.payments, name="payments"),
    path("statement.pdf", views.statement, name="statement"),
    path("<uuid:invoice_id>", views.invoice, name="invoice"),
    path("<uuid:invoice_id>/bill.pdf", views.bill_paper, name="bill_paper"),
    path("<uuid:invoice_id>/qr.png", views.code_png, name="code_png"),
    path("<uuid:invoice_id>/qr.svg", views.code_svg, name="code_svg"),
]
