"""Where a customer asks for what he can't change himself."""

from django.http import HttpRequest

from salter.cases.selectors import find_kind
from salter.institutions.models import Institution
from salter.pages.shortcuts import reverse

__all__ = ["CHANGE_KIND", "change_url"]

# The kind of case by which name, address or customer data are changed (EK-14, EK-15).
CHANGE_KIND = "data_change"


def change_url(request: HttpRequest, institution: Institution | None = None) -> str:
    """Return the address of the request for a change, empty where the institution has no such kind."""
    institution = institution or request.institution
    if find_kind(institution, CHANGE_KIND) is None:
        return ""
    return reverse(request, "cases:new", institution_slug=institution.slug, kind=CHANGE_KIND)
