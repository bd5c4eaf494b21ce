"""Door: reads of the trail."""

from uuid import UUID

from django.db.models import QuerySet

from salter.audit.models import Entry

__all__ = ["entries_about_party", "entries_about_subject", "entries_of_institution"]


def entries_of_institution(institution_id: UUID) -> QuerySet[Entry]:
    """Return the institution's entries, newest first."""
    return Entry.objects.filter(institution_id=institution_id).order_by("-at", "-id")


def entries_about_party(institution_id: UUID, party_id: UUID) -> QuerySet[Entry]:
    """Return what was read or changed of one party at one institution, newest first."""
    return entries_of_institution(institution_id).filter(party_id=party_id)


def entries_about_subject(institution_id: UUID, subject_id: UUID) -> QuerySet[Entry]:
    """Return what happened to one thing, newest first."""
    return entries_of_institution(institution_id).filter(subject_id=subject_id)
