"""After invoices or payments were loaded: since when the figures hold, and who is told of a new bill."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from salter.imports.events import loaded

from . import services

__all__ = ["after_load"]


@receiver(loaded, dispatch_uid="billing.after_load")
def after_load(sender: Any, *, institution: Any, register: str, job: Any, **_kwargs: Any) -> None:
    """Runs in the transaction of the load, so a bill is there and announced, or neither."""
    if register not in ("invoices", "payments"):
        return
    now = job.finished_at or timezone.now()
    # The register has booked its own rows; here only the time of the load is put down, changed rows or not.
    services.reallocate(institution.pk, (), as_of=now)
    if register == "invoices":
        services.announce_invoices(institution=institution, now=now)
