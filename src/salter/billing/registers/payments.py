"""The register of payments: one row a payment, keyed by its number in the back office's books."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from salter.billing.registers.common import (
    CUSTOMER,
    CUSTOMER_JOIN,
    REFERENCE_ALIASES,
    UNKNOWN_CUSTOMER,
    reallocate_touched,
    refuse_unknown_customers,
)
from salter.billing.types import Method
from salter.imports.types import Column, ColumnType, Merged, Reason, Register, Stage

__all__ = ["PAYMENTS"]

OTHER_AMOUNT = Reason(
    "same number, another amount", _("This payment number stands in this file once more, with another amount.")
)
OTHER_DATA = Reason("same number, other data", _("This payment number stands in this file once more, with other data."))
OTHER_CUSTOMER = Reason(
    "number taken",
    _("Another customer's payment has this number already. If each file counts from one again, use another column."),
)
NOT_ABOVE_ZERO = Reason("not above zero", _("A payment must be above zero."))


def _merge(stage: Stage) -> Merged:
    refuse_unknown_customers(stage)
    stage.refuse_repeats(key="external_ref", differs=[("amount", OTHER_AMOUNT)], otherwise=OTHER_DATA)
    # A second export that counts from one again must not overwrite the payments of the first. A payment that was
    # booked to the wrong customer keeps its day when it is corrected.
    stage.refuse(
        column="external_ref",
        reason=OTHER_CUSTOMER,
        where="known.customer_id <> c.id AND known.paid_on <> s.paid_on",
        joins=f"{CUSTOMER_JOIN} JOIN billing_payment known "
        "ON known.institution_id = %(institution)s AND known.external_ref = s.external_ref",
    )
    values = {"customer_id": "c.id", "paid_on": "s.paid_on", "amount_minor": "s.amount"}
    if stage.has("method"):
        values["method"] = f"coalesce(s.method, '{Method.OTHER.value}')"
    if stage.has("reference"):
        values["payment_reference"] = "coalesce(s.reference, '')"
    merged = stage.upsert(
        table="billing_payment",
        key={"external_ref": "s.external_ref"},
        values=values,
        joins=CUSTOMER_JOIN,
        # As with invoices: the sum must not exceed a lowered amount; bookings are worked out below.
        on_update={"allocated_minor": "least(t.allocated_minor, excluded.amount_minor)"},
        collect="customer_id",
    )
    reallocate_touched(stage)
    return merged


PAYMENTS = Register(
    code="payments",
    label=_("Payments"),
    module="billing",
    merge=_merge,
    reasons=(OTHER_AMOUNT, OTHER_DATA, UNKNOWN_CUSTOMER, OTHER_CUSTOMER),
    columns=(
        Column(
            "external_ref",
            _("Payment number"),
            aliases=(
                "Rb", "R.br.", "Redni broj", "Broj uplate", "Broj naloga", "Šifra uplate", "Nr. crt.", "Număr plată",
                "ID plată", "Lp", "L.p.", "Numer wpłaty", "Numer płatności", "Рб", "Реден број", "Број на уплата",
                "Payment no", "Payment ID", "No", "Transaction ID",
            ),
            required=True,
            missing=Reason("missing payment number", _("The payment number is missing.")),
            max_length=64,
        ),
        Column(
            "paid_on",
            _("Date of payment"),
            ColumnType.DATE,
            aliases=(
                "Datum uplate", "Datum plaćanja", "Datum knjiženja", "Data plății", "Data încasării", "Data wpłaty",
                "Data płatności", "Датум на уплата", "Датум на плаќање", "Payment date", "Paid on", "Date",
            ),
            required=True,
            missing=Reason("missing date of payment", _("The date of payment is missing.")),
        ),
        CUSTOMER,
        Column(
            "amount",
            _("Amount"),
            ColumnType.AMOUNT,
            aliases=(
                "Iznos", "Iznos uplate", "Uplaćeno", "Sumă", "Suma plătită", "Suma", "Kwota", "Kwota wpłaty", "Износ",
                "Уплатено", "Paid amount", "Amount paid",
            ),
            required=True,
            missing=Reason("missing amount", _("The amount is missing.")),
            minimum=1,
            too_small=NOT_ABOVE_ZERO,
        ),
        Column(
            "method",
            _("How it was paid"),
            ColumnType.CHOICE,
            aliases=(
                "Način", "Način plaćanja", "Kanal", "Mod de plată", "Sposób", "Sposób płatności",
                "Начин", "Method",
            ),
            choices={
                Method.BANK.value: (
                    "Banka", "Virman", "E-banking", "Nalog za prenos", "Bancă", "Transfer bancar", "Przelew", "Bank",
                    "Банка", "Вирман", "Bank transfer", "Transfer",
                ),
                Method.POST.value: ("Pošta", "Poștă", "Poczta", "Пошта", "Post", "Post office"),
                Method.COUNTER.value: (
                    "Šalter", "Blagajna", "Gotovina", "Ghișeu", "Casierie", "Kasa", "Gotówka", "Шалтер", "Благајна",
                    "Counter", "Cash",
                ),
                Method.IPS.value: ("IPS QR", "IPS", "QR", "IPS skeniraj", "Skeniraj", "ИПС"),
                Method.CARD.value: ("Kartica", "Platna kartica", "Card", "Karta", "Картичка"),
            },
            otherwise=Method.OTHER.value,
        ),
        Column(
            "reference", _("Payment reference"), ColumnType.REFERENCE, aliases=REFERENCE_ALIASES, max_length=64
        ),
    ),
)  # fmt: skip
