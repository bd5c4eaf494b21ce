"""Links in mails: signed, expiring, and harmless to whoever only opens them.

A mail scanner opens every link. So a GET shows a button, and only the POST behind it does what the link is for.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.core import signing

from salter.notifications.types import BadLink
from salter.pages.shortcuts import reverse

if TYPE_CHECKING:
    from salter.institutions.models import Institution

__all__ = ["absolute", "read_unsubscribe", "unsubscribe_url"]

_SALT = "salter.notifications.unsubscribe"
# A notice may lie in the mailbox for long before somebody has enough of them.
UNSUBSCRIBE_LIFETIME = timedelta(days=90)


def absolute(path: str) -> str:
    """Return the full address of a path on this site."""
    return settings.SALTER_BASE_URL.rstrip("/") + path


def unsubscribe_url(institution: Institution, *, address: str, user_id: UUID | None = None) -> str:
    """Return the link that stops mails to an address; with `user_id`, to that person at whichever address."""
    content = {"a": address, "u": str(user_id or ""), "i": str(institution.pk)}
    token = signing.dumps(content, salt=_SALT, compress=True)
    return absolute(reverse(None, "notifications:unsubscribe", institution_slug=institution.slug, token=token))


def read_unsubscribe(token: str, institution: Institution) -> tuple[str, UUID | None]:
    """Return address and user id. **Raises** BadLink when it is false, too old or of another institution."""
    try:
        found = signing.loads(token, salt=_SALT, max_age=UNSUBSCRIBE_LIFETIME)
    except signing.BadSignature as exc:
        raise BadLink from exc
    if found["i"] != str(institution.pk):
        raise BadLink
    return found["a"], UUID(found["u"]) if found["u"] else None
