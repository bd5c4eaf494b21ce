"""Invoices, payments and which payment went to which invoice.

The back office issues invoices and books payments; Šalter mirrors them by bulk load and shows them. What it works out
itself is the allocation: ``Allocation`` rows and the two sums made from them (``Invoice.paid_minor``,
``Payment.allocated_minor``), written by ``services.reallocate`` alone.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now, Upper

from salter.institutions.models import TenantModel

from .types import Method


class Letters(models.Func):
    """``reference`` without anything but ASCII letters and digits."""

    function = "regexp_replace"
    template = "%(function)s(%(expressions)s, '[^0-9A-Za-z]', '', 'g')"
    output_field = models.CharField()


def reference_key() -> models.GeneratedField:
    return models.GeneratedField(
        expression=Upper(Letters("payment_reference")), output_field=models.CharField(max_length=64), db_persist=True
    )


def of_institution(to: type[models.Model] | str, **options: Any) -> Any:
    """A foreign key held by the composite key of migration 0002 alone: checking twice doubles the cost of a load."""
    return models.ForeignKey(to, db_constraint=False, **options)


def institution_key() -> Any:
    """`TenantModel.institution` without an index of its own: the unique keys that begin with it serve as well."""
    return models.ForeignKey("institutions.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def open(self) -> InvoiceQuerySet:
        """Not or only partly paid; written as the condition of the partial index."""
        return self.filter(paid_minor__lt=F("total_minor"))

    def newest_first(self) -> InvoiceQuerySet:
        return self.order_by("-issued_on", "-number")

    def oldest_due_first(self) -> InvoiceQuerySet:
        return self.order_by("due_on", "number")


class Invoice(TenantModel):
    """One issued invoice. Energy (``energy_kwh``) and volume stand side by side (RL-71)."""

    institution = institution_key()
    customer = of_institution("parties.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.CharField(max_length=40, db_collation="C")
    issued_on = models.DateField()
    due_on = models.DateField()
    period_from = models.DateField(null=True, blank=True)
    period_to = models.DateField(null=True, blank=True)
    previous_state = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    current_state = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    consumption_m3 = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    energy_kwh = models.DecimalField(max_digits=14, decimal_places=3, null=True, blank=True)
    net_minor = models.BigIntegerField(default=0, db_default=0)
    vat_minor = models.BigIntegerField(default=0, db_default=0)
    total_minor = models.BigIntegerField()
    paid_minor = models.BigIntegerField(default=0, db_default=0, editable=False)
    disputed_minor = models.BigIntegerField(default=0, db_default=0, editable=False)
    open_minor = models.GeneratedField(
        expression=F("total_minor") - F("paid_minor"), output_field=models.BigIntegerField(), db_persist=True
    )
    payment_reference = models.CharField(max_length=64, blank=True, default="", db_default="")
    reference_key = reference_key()
    first_loaded_at = models.DateTimeField(db_default=Now(), editable=False)
    announced_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvoiceQuerySet.as_manager()

    class Meta(TenantModel.Meta):
        db_table = "billing_invoice"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "number"], name="billing_invoice_number"),
            models.CheckConstraint(
                condition=Q(paid_minor__gte=0) & Q(paid_minor__lte=F("total_minor")), name="billing_invoice_paid_range"
            ),
            models.CheckConstraint(
                condition=Q(disputed_minor__gte=0) & Q(disputed_minor__lte=F("total_minor")),
                name="billing_invoice_disputed_range",
            ),
            models.CheckConstraint(
                condition=Q(period_from__isnull=True) | Q(period_to__isnull=True) | Q(period_to__gte=F("period_from")),
                name="billing_invoice_period_order",
            ),
            models.CheckConstraint(condition=~Q(number=""), name="billing_invoice_number_given"),
        ]
        indexes = [
            models.Index(fields=["customer", "-issued_on", "-number"], name="billing_invoice_by_customer"),
            models.Index(
                fields=["customer", "due_on", "number"],
                condition=Q(paid_minor__lt=F("total_minor")),
                name="billing_invoice_open",
            ),
            # Finds the bills of the last days to announce; rows come in the order of days, so a coarse index will do.
            BrinIndex(fields=["issued_on"], name="billing_invoice_by_day"),
        ]

    def __str__(self) -> str:
        return self.number


class Payment(TenantModel):
    """One payment as the back office booked it. ``external_ref`` is its number there."""

    institution = institution_key()
    customer = of_institution("parties.Customer", on_delete=models.PROTECT, related_name="+", db_index=False)
    external_ref = models.CharField(max_length=64, db_collation="C")
    paid_on = models.DateField()
    amount_minor = models.BigIntegerField()
    allocated_minor = models.BigIntegerField(default=0, db_default=0, editable=False)
    method = models.CharField(
        max_length=12, choices=Method.choices, default=Method.OTHER, db_default=Method.OTHER.value
    )
    payment_reference = models.CharField(max_length=64, blank=True, default="", db_default="")
    reference_key = reference_key()
    first_loaded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta(TenantModel.Meta):
        db_table = "billing_payment"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution", "external_ref"], name="billing_payment_external_ref"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="billing_payment_positive"),
            models.CheckConstraint(
                condition=Q(allocated_minor__gte=0) & Q(allocated_minor__lte=F("amount_minor")),
                name="billing_payment_allocated_range",
            ),
            models.CheckConstraint(condition=Q(method__in=Method.values), name="billing_payment_method_known"),
            models.CheckConstraint(condition=~Q(external_ref=""), name="billing_payment_ref_given"),
        ]
        indexes = [
            models.Index(fields=["customer", "-paid_on", "-external_ref"], name="billing_payment_by_customer"),
            models.Index(
                fields=["customer"], condition=Q(allocated_minor__lt=F("amount_minor")), name="billing_payment_credit"
            ),
        ]

    def __str__(self) -> str:
        return self.external_ref


class Allocation(TenantModel):
    """So much of a payment went to this invoice. Derived: written by ``services.reallocate`` alone."""

    institution = institution_key()
    payment = of_institution(Payment, on_delete=models.CASCADE, related_name="allocations", db_index=False)
    invoice = of_institution(Invoice, on_delete=models.CASCADE, related_name="allocations")
    amount_minor = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        db_table = "billing_allocation"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["payment", "invoice"], name="billing_allocation_pair"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="billing_allocation_positive"),
        ]


class Ledger(TenantModel):
    """One row an institution: when its books were last loaded. Every figure of money is "as of" this."""

    as_of = models.DateTimeField()

    class Meta(TenantModel.Meta):
        db_table = "billing_ledger"
        constraints = [
            *TenantModel.Meta.constraints,
            models.UniqueConstraint(fields=["institution"], name="billing_ledger_one_each"),
        ]
