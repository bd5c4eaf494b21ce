"""What the portal adds to the security page: for whom one acts, with customer number and address, read-only."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from salter.accounts.registry import SecurityBlock
from salter.lib.dates import format_date
from salter.lib.texts import pick
from salter.parties.access import acting_of
from salter.parties.selectors import list_representations_of_person
from salter.portal.requests import change_url

__all__ = ["acts_for_somebody", "customer_block"]


def acts_for_somebody(request: HttpRequest) -> bool:
    """Say whether the signed-in person represents anybody at this counter."""
    return getattr(request, "institution", None) is not None and acting_of(request) is not None


def customer_block(request: HttpRequest) -> SecurityBlock | None:
    """Return everybody the person acts for, at every institution, read-only (EK-14, EK-15)."""
    rows = []
    person: Any = request.user
    representations = list_representations_of_person(user_id=person.pk, today=timezone.localdate())
    for representation in representations.prefetch_related("party__customers"):
        party, institution = representation.party, representation.institution
        rows.append(
            {
                "counter": pick(institution.counter_name, None, institution.default_language),
                "party": party,
                "numbers": [customer.number for customer in party.customers.all()],
                "address": ", ".join(
                    part for part in (party.address, f"{party.postcode} {party.city}".strip()) if part
                ),
                "scope": representation.get_scope_display(),
                "until": format_date(representation.ends_on) if representation.ends_on else "",
                "change_url": change_url(request, institution),
            }
        )
    if not rows:
        return None
    return SecurityBlock(
        title=_("Customer numbers in your account"),
        template="portal/_security_block.html",
        context={"rows": rows},
        wide=True,
    )
