"""The register of invoices: one row an invoice, keyed by its number."""

from __future__ import annotations

import polars as pl
from django.utils.translation import gettext_lazy as _

from salter.billing.registers.common import (
    CUSTOMER,
    CUSTOMER_JOIN,
    REFERENCE_ALIASES,
    UNKNOWN_CUSTOMER,
    reallocate_touched,
    refuse_unknown_customers,
)
from salter.imports.types import Column, ColumnType, Merged, Reason, Register, RowCheck, Stage

__all__ = ["INVOICES"]

OTHER_AMOUNT = Reason(
    "same number, another amount", _("This invoice number stands in this file once more, with another amount.")
)
OTHER_DATA = Reason("same number, other data", _("This invoice number stands in this file once more, with other data."))
PERIOD_ORDER = Reason("period ends before it starts", _("The period ends before it starts."))
BELOW_ZERO = Reason("below zero", _("The total is below zero; credits are booked as payments."))

_STATES = ("previous_state", "current_state", "consumption_m3", "energy_kwh")


def _merge(stage: Stage) -> Merged:
    refuse_unknown_customers(stage)
    stage.refuse_repeats(key="number", differs=[("total", OTHER_AMOUNT)], otherwise=OTHER_DATA)
    values = {"customer_id": "c.id", "issued_on": "s.issued_on", "due_on": "s.due_on", "total_minor": "s.total"}
    values |= {name: f"s.{name}" for name in ("period_from", "period_to", *_STATES) if stage.has(name)}
    values |= {f"{name}_minor": f"coalesce(s.{name}, 0)" for name in ("net", "vat") if stage.has(name)}
    if stage.has("reference"):
        values["payment_reference"] = "coalesce(s.reference, '')"
    merged = stage.upsert(
        table="billing_invoice",
        key={"number": "s.number"},
        values=values,
        joins=CUSTOMER_JOIN,
        # The sums follow a lowered total at once, for the table's own checks; what is booked is worked out below.
        on_update={
            "paid_minor": "least(t.paid_minor, excluded.total_minor)",
            "disputed_minor": "least(t.disputed_minor, excluded.total_minor)",
        },
        collect="customer_id",
    )
    reallocate_touched(stage)
    return merged


INVOICES = Register(
    code="invoices",
    label=_("Invoices"),
    module="billing",
    merge=_merge,
    reasons=(OTHER_AMOUNT, OTHER_DATA, UNKNOWN_CUSTOMER),
    row_checks=(
        RowCheck(
            "period_to",
            PERIOD_ORDER,
            needs=("period_from", "period_to"),
            wrong=lambda: pl.col("period_to") < pl.col("period_from"),
        ),
    ),
    columns=(
        Column(
            "number",
            _("Invoice number"),
            aliases=(
                "Broj računa", "Broj fakture", "Račun", "Faktura", "Račun br.", "Număr factură", "Nr. factură",
                "Factura",
                "Numer faktury", "Nr faktury", "Број на сметка", "Број на фактура", "Фактура", "Invoice no", "Invoice",
                "Bill number",
            ),
            required=True,
            missing=Reason("missing invoice number", _("The invoice number is missing.")),
            max_length=40,
        ),
        CUSTOMER,
        Column(
            "issued_on",
            _("Date of issue"),
            ColumnType.DATE,
            aliases=(
                "Datum izdavanja", "Datum računa", "Datum fakture", "Datum fakturisanja", "Data emiterii",
                "Data facturii",
                "Data wystawienia", "Датум на издавање", "Датум на фактура", "Issue date", "Invoice date", "Issued on",
            ),
            required=True,
            missing=Reason("missing date of issue", _("The date of issue is missing.")),
        ),
        Column(
            "due_on",
            _("Due date"),
            ColumnType.DATE,
            aliases=(
                "Rok plaćanja", "Datum dospeća", "Valuta plaćanja", "Dospeće", "Rok za plaćanje", "Data scadenței",
                "Scadența", "Termen de plată", "Termin płatności", "Рок за плаќање", "Рок на плаќање",
                "Датум на доспевање",
                "Due on", "Payment due",
            ),
            required=True,
            missing=Reason("missing due date", _("The due date is missing.")),
        ),
        Column(
            "period_from",
            _("Period from"),
            ColumnType.DATE,
            aliases=(
                "Period od", "Obračunski period od", "Od datuma", "Perioada de la", "De la", "Okres od", "Od",
                "Период од",
                "Пресметковен период од", "From", "Period start",
            ),
        ),
        Column(
            "period_to",
            _("Period to"),
            ColumnType.DATE,
            aliases=(
                "Period do", "Obračunski period do", "Do datuma", "Perioada până la", "Până la", "Okres do", "Do",
                "Период до", "Пресметковен период до", "To", "Period end",
            ),
        ),
        Column(
            "previous_state",
            _("Previous meter state"),
            ColumnType.DECIMAL,
            aliases=(
                "Staro stanje", "Prethodno stanje", "Početno stanje", "Index vechi", "Index anterior", "Stan poprzedni",
                "Stan początkowy", "Претходна состојба", "Стара состојба", "Previous reading", "Old reading",
            ),
        ),
        Column(
            "current_state",
            _("Current meter state"),
            ColumnType.DECIMAL,
            aliases=(
                "Novo stanje", "Trenutno stanje", "Krajnje stanje", "Index nou", "Index actual", "Stan bieżący",
                "Stan końcowy", "Нова состојба", "Тековна состојба", "Current reading", "New reading",
            ),
        ),
        Column(
            "consumption_m3",
            _("Consumption, m³"),
            ColumnType.DECIMAL,
            aliases=(
                "Potrošnja m3", "Potrošnja (m3)", "Potrošnja", "Količina m3", "Consum m3", "Consum mc", "Consum",
                "Zużycie m3", "Zużycie", "Потрошувачка м3", "Потрошувачка", "Consumption m3", "Consumption",
                "Volume m3",
            ),
        ),
        Column(
            "energy_kwh",
            _("Energy, kWh"),
            ColumnType.DECIMAL,
            aliases=(
                "Energija kWh", "Energija (kWh)", "Potrošnja kWh", "Energie kWh", "Consum kWh", "Energia kWh",
                "Zużycie kWh", "Енергија kWh", "Енергија кВтч", "Energy kWh", "Energy",
            ),
        ),
        Column(
            "net",
            _("Net amount"),
            ColumnType.AMOUNT,
            aliases=(
                "Osnovica", "Iznos bez PDV", "Osnovica za PDV", "Neto", "Bază", "Valoare fără TVA", "Netto",
                "Kwota netto",
                "Основица", "Износ без ДДВ", "Net", "Amount without VAT",
            ),
        ),
        Column(
            "vat",
            _("VAT"),
            ColumnType.AMOUNT,
            aliases=("PDV", "Iznos PDV", "TVA", "Valoare TVA", "Kwota VAT", "ДДВ", "Износ на ДДВ", "VAT amount"),
        ),
        Column(
            "total",
            _("Total"),
            ColumnType.AMOUNT,
            aliases=(
                "Ukupno", "Ukupan iznos", "Iznos računa", "Iznos", "Za uplatu", "Total de plată", "Valoare totală",
                "Razem", "Kwota brutto", "Do zapłaty", "Brutto", "Вкупно", "Вкупен износ", "За плаќање", "Total amount",
                "Amount", "Amount due",
            ),
            required=True,
            missing=Reason("missing amount", _("The amount is missing.")),
            minimum=0,
            too_small=BELOW_ZERO,
        ),
        Column(
            "reference", _("Payment reference"), ColumnType.REFERENCE, aliases=REFERENCE_ALIASES, max_length=64
        ),
    ),
)  # fmt: skip
