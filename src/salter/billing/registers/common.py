"""What invoices and payments have in common when they are loaded."""

from django.utils.translation import gettext_lazy as _

from salter.billing import services
from salter.imports.types import Column, Reason, Stage

__all__ = [
    "CUSTOMER",
    "CUSTOMER_JOIN",
    "REFERENCE_ALIASES",
    "UNKNOWN_CUSTOMER",
    "reallocate_touched",
    "refuse_unknown_customers",
]

UNKNOWN_CUSTOMER = Reason(
    "unknown customer", _("Unknown customer: load the customers first, or correct the customer number.")
)

CUSTOMER = Column(
    "customer",
    _("Customer number"),
    aliases=(
        "Šifra kupca", "Broj kupca", "Šifra potrošača", "Broj potrošača", "Korisnički broj", "ID kupca", "Kupac",
        "Cod client", "Număr client", "Cod abonat", "Cod consumator", "Numer klienta", "Nr klienta", "Kod klienta",
        "Numer odbiorcy", "Шифра на купувач", "Број на купувач", "Шифра на потрошувач", "Customer no", "Customer ID",
        "Account number",
    ),
    required=True,
    missing=Reason("missing customer", _("The customer number is missing.")),
    max_length=30,
)  # fmt: skip

CUSTOMER_JOIN = "JOIN parties_customer c ON c.institution_id = %(institution)s AND c.number = s.customer"

REFERENCE_ALIASES = (
    "Poziv na broj", "Poziv na broj odobrenja", "Model i poziv na broj", "Referință plată", "Referință",
    "Tytuł przelewu",
    "Tytuł płatności", "Повикување на број", "Повик на број", "Reference", "Payment ref",
)  # fmt: skip


def refuse_unknown_customers(stage: Stage) -> int:
    joins = f"LEFT {CUSTOMER_JOIN}"
    return stage.refuse(column="customer", reason=UNKNOWN_CUSTOMER, where="c.id IS NULL", joins=joins)


def reallocate_touched(stage: Stage) -> None:
    """Book payments anew for the customers whose rows changed; `receivers` dates the figures by the load."""
    services.reallocate(stage.context.institution_id, stage.touched())
