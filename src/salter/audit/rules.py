"""The digests of the trail. Pure."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

__all__ = ["GENESIS", "NO_INSTITUTION", "chain_link", "entry_digest", "payload_digest"]

# The chain of entries that belong to no institution, such as sign-ins.
NO_INSTITUTION = UUID(int=0)
GENESIS = "0" * 64


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def payload_digest(salt: str, content: Any) -> str:
    """Return the hex digest of a payload under its salt."""
    return hashlib.sha256(salt.encode() + _canonical(content)).hexdigest()


def entry_digest(
    *,
    entry_id: UUID,
    institution_id: UUID | None,
    at: datetime,
    actor_id: UUID | None,
    actor_name: str,
    actor_role: str,
    channel: str,
    address: str,
    action: str,
    subject_kind: str,
    subject_id: UUID | None,
    subject_ref: str,
    party_id: UUID | None,
    purpose: str,
    payload_digest: str,
) -> str:
    """Return the hex digest of everything an entry says; its payload enters by its own digest."""
    fields = [
        entry_id, institution_id, at.astimezone(UTC).isoformat(timespec="microseconds"), actor_id, actor_name,
        actor_role, channel, address, action, subject_kind, subject_id, subject_ref, party_id, purpose, payload_digest,
    ]  # fmt: skip
    return hashlib.sha256(_canonical([None if f is None else str(f) for f in fields])).hexdigest()


def chain_link(previous: str, position: int, entry_id: UUID, digest: str) -> str:
    """Return the chain's value at `position`."""
    return hashlib.sha256(f"{previous}|{position}|{entry_id}|{digest}".encode()).hexdigest()
