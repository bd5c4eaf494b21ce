"""At which counter somebody signs in: the pages of accounts belong to no institution, yet wear the reader's own one."""

from urllib.parse import parse_qs, urlsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.http import HttpRequest

from salter.institutions.models import Institution
from salter.institutions.selectors import find_institution, list_institutions

__all__ = ["country_of", "find", "is_account_page", "remember"]

_PREFIX = "/account/"
_SESSION_KEY = "counter"
# How long the answer to "is there only one institution" is believed.
_ONLY_S = 30


def is_account_page(request: HttpRequest) -> bool:
    return request.path_info.startswith(_PREFIX)


def remember(request: HttpRequest, user: AbstractBaseUser | AnonymousUser | None) -> None:
    """Note the counter that a signed-in reader uses, for the pages that have none of their own."""
    institution = getattr(request, "institution", None)
    if institution is None or user is None or not user.is_authenticated:
        return
    if request.session.get(_SESSION_KEY) != institution.slug:
        request.session[_SESSION_KEY] = institution.slug


def find(request: HttpRequest) -> Institution | None:
    """Return the institution of the address to go to, of the page before, of this session, or the only one there is."""
    for target in (request.GET.get("next"), request.POST.get("next"), _page_before(request)):
        institution = _of_path(target)
        if institution is not None:
            # A guest gets no session for this; his forms carry the address.
            if request.session.session_key and request.session.get(_SESSION_KEY) != institution.slug:
                request.session[_SESSION_KEY] = institution.slug
            return institution
    slug = request.session.get(_SESSION_KEY)
    return (find_institution(slug) if slug else None) or _only_one()


def country_of(request: HttpRequest) -> str:
    """Return the country by which national phone numbers are read."""
    institution = getattr(request, "institution", None)
    return institution.country if institution is not None else "RS"


def _of_path(target: str | None) -> Institution | None:
    # On the way to one of our own pages, what counts is where that one leads; nobody is sent through more than three.
    for _step in range(3):
        if not target or not target.startswith("/") or "\x00" in target:
            return None
        try:
            parts = urlsplit(target)
        except ValueError:
            return None
        if not parts.path.startswith(_PREFIX):
            slug = parts.path.lstrip("/").split("/", 1)[0]
            return find_institution(slug) if slug and len(slug) <= 40 else None
        target = next(iter(parse_qs(parts.query).get("next", [])), None)
    return None


def _page_before(request: HttpRequest) -> str | None:
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return None
    return f"{referer.path}?{referer.query}" if referer.netloc == request.get_host() else None


def _only_one() -> Institution | None:
    found = cache.get("accounts:only-institution")
    if found is None:
        first = list(list_institutions()[:2])
        found = first[0].slug if len(first) == 1 else ""
        cache.set("accounts:only-institution", found, _ONLY_S)
    return find_institution(found) if found else None
