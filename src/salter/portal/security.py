"""What the portal adds to the security page: for whom one acts, with customer number and address, read-only."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from salter.institutions.selectors import today
from salter.lib.texts import pick
from salter.parties.access import acting_of
from salter.parties.selectors import list_representations_of_person

__all__ = ["acts_for_somebody", "customer_block"]


def acts_for_somebody(request: HttpRequest) -> bool:
    """Say whether the signed-in person represents anybody at this counter."""
    return acting_of(request) is not None


def customer_block(request: HttpRequest) -> dict[str, Any] | None:
    """Return the rows of everybody the person acts for, at every institution (EK-14, EK-15)."""
    now = timezone.now()
    rows = []
    for representation in list_representations_of_person(user_id=request.user.pk, today=now.date()):
        if representation.ends_on and representation.ends_on < today(representation.institution, now):
            continue
        rows.append(
            {
                "counter": pick(representation.institution.counter_name, request.LANGUAGE_CODE),
                "slug": representation.institution.slug,
                "party": representation.party,
                "scope": representation.get_scope_display(),
                "ends_on": representation.ends_on,
            }
        )
    return {"template": "portal/_security_block.html", "rows": rows} if rows else None
