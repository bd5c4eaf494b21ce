"""Why a clerk looks at a person's file: asked once, recorded, and remembered for a while.

A purpose opens one party's file for `OPEN_FOR`; after that it is asked again. The trail gets an entry at each opening,
so that the person can be told who looked and why (RL-81).
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.dateparse import parse_datetime

from salter.audit import services as audit

__all__ = ["OPEN_FOR", "open_file", "purpose_of", "record_look"]

OPEN_FOR = timedelta(minutes=30)
_KEY = "desk:purposes"


def _kept(request: HttpRequest, now: datetime) -> dict[str, Any]:
    kept = request.session.get(_KEY, {})
    return {key: value for key, value in kept.items() if (parse_datetime(value["until"]) or now) > now}


def purpose_of(request: HttpRequest, subject_id: UUID, now: datetime) -> str:
    """Return the purpose for which this clerk has the file open now, empty when he must say it first."""
    kept = _kept(request, now).get(f"{request.institution.pk}:{subject_id}")
    return kept["purpose"] if kept else ""


def open_file(
    request: HttpRequest, *, kind: str, subject_id: UUID, ref: str, party_id: UUID | None, purpose: str, now: datetime
) -> None:
    """Record that the clerk looks at a file and why, and leave it open to him for a while."""
    audit.record(
        actor=request.actor,
        action=f"desk.{kind}_read",
        institution_id=request.institution.pk,
        subject_kind=kind,
        subject_id=subject_id,
        subject_ref=ref,
        party_id=party_id,
        purpose=purpose,
        now=now,
    )
    kept = _kept(request, now)
    kept[f"{request.institution.pk}:{subject_id}"] = {"purpose": purpose, "until": (now + OPEN_FOR).isoformat()}
    request.session[_KEY] = kept


def record_look(
    request: HttpRequest, *, kind: str, subject_id: UUID, ref: str, party_id: UUID | None, purpose: str, now: datetime
) -> None:
    """Record a look whose purpose is plain from the page, once per `OPEN_FOR` and clerk."""
    if not purpose_of(request, subject_id, now):
        open_file(request, kind=kind, subject_id=subject_id, ref=ref, party_id=party_id, purpose=purpose, now=now)
