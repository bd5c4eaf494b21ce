"""Door: writing the trail, sealing it, publishing its heads, verifying it."""

import json
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from salter.audit import rules
from salter.audit.models import Entry, Payload, Seal
from salter.audit.types import Actor, Finding, Verdict
from salter.lib.ids import uuid7

__all__ = ["publish_heads", "record", "seal_all", "verify"]

# One seal of a batch takes a transaction; larger ones hold the sealer's lock longer than a page should wait.
_BATCH = 2000
_SEALER_LOCK = 0x5A17E5

# Entries of transactions below the oldest one that still runs: nothing can appear among them any more, so no entry is
# left behind a seal. Transaction numbers are those of the whole cluster; a running one counts unless it is known to
# belong to another database. Starts at the newest sealed transaction, so the cost doesn't grow with the trail.
_SEALABLE = """
WITH elsewhere AS (
    SELECT l.transactionid::text::bigint AS xid FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.locktype = 'transactionid' AND l.mode = 'ExclusiveLock'
      AND a.datid <> (SELECT oid FROM pg_database WHERE datname = current_database())
), horizon AS (
    SELECT coalesce(min(x::text::bigint), pg_snapshot_xmax(pg_current_snapshot())::text::bigint) AS xact
    FROM pg_snapshot_xip(pg_current_snapshot()) AS x
    WHERE (x::text::bigint & 4294967295) NOT IN (SELECT xid FROM elsewhere)
), sealed AS (
    SELECT e.xact FROM audit_entry e WHERE e.id = (SELECT s.entry_id FROM audit_seal s ORDER BY s.id DESC LIMIT 1)
)
SELECT e.id, coalesce(e.institution_id, %(none)s), e.digest
FROM audit_entry e
WHERE e.xact >= coalesce((SELECT xact FROM sealed), 0) AND e.xact < (SELECT xact FROM horizon)
  AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
ORDER BY e.xact, e.id LIMIT %(limit)s
"""


def record(
    *,
    actor: Actor,
    action: str,
    institution_id: UUID | None = None,
    subject_kind: str = "",
    subject_id: UUID | None = None,
    subject_ref: str = "",
    party_id: UUID | None = None,
    purpose: str = "",
    payload: dict[str, Any] | None = None,
    now: datetime | None = None,
) -> UUID:
    """Append one entry in the caller's transaction and return its key.

    `action` is `app.act`, a read of personal data ends in `_read`; `payload` must be JSON. The entry isn't chained
    here: a chain head locked by each writer would make every act of an institution wait for the last one.
    """
    entry_id = uuid7()
    at = now or timezone.now()
    salt = secrets.token_hex(16)
    content = json.loads(json.dumps(payload or {}, default=str))
    fields: dict[str, Any] = {
        "institution_id": institution_id,
        "at": at,
        "actor_id": actor.user_id,
        "actor_name": actor.name[:200],
        "actor_role": actor.role,
        "channel": actor.channel,
        "address": actor.ip[:64],
        "action": action,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "subject_ref": subject_ref[:120],
        "party_id": party_id,
        "purpose": purpose[:300],
        "payload_digest": rules.payload_digest(salt, content),
    }
    Entry.objects.create(id=entry_id, digest=rules.entry_digest(entry_id=entry_id, **fields), **fields)
    if content:
        Payload.objects.create(entry_id=entry_id, salt=salt, content=content)
    return entry_id


def seal_all(*, now: datetime) -> int:
    """Chain every entry whose transaction can't be overtaken any more; return how many were sealed.

    Only one sealer works at a time; a second one returns 0 at once.
    """
    total = 0
    while True:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER_LOCK])
                if not cursor.fetchone()[0]:
                    return total
                cursor.execute(_SEALABLE, {"none": rules.NO_INSTITUTION, "limit": _BATCH})
                rows = cursor.fetchall()
            heads: dict[UUID, tuple[int, str]] = {}
            seals = []
            for entry_id, institution_id, digest in rows:
                if institution_id not in heads:
                    heads[institution_id] = _head(institution_id)
                position, chain = heads[institution_id]
                position, chain = position + 1, rules.chain_link(chain, position + 1, entry_id, digest)
                heads[institution_id] = position, chain
                seals.append(
                    Seal(
                        institution_id=institution_id,
                        position=position,
                        entry_id=entry_id,
                        digest=digest,
                        chain=chain,
                        sealed_at=now,
                    )
                )
            Seal.objects.bulk_create(seals)
        total += len(rows)
        if len(rows) < _BATCH:
            return total


def _head(institution_id: UUID) -> tuple[int, str]:
    last = Seal.objects.filter(institution_id=institution_id).order_by("-position").first()
    return (last.position, last.chain) if last else (0, rules.GENESIS)


def publish_heads(*, now: datetime) -> list[dict[str, Any]]:
    """Append each chain's head to the file outside the database and return them.

    The file is what shows a chain that its owner recomputed as a whole, or whose end was cut off.
    """
    heads = [
        {"at": now.isoformat(), "institution": str(row["institution_id"]), "position": row["top"]}
        for row in Seal.objects.values("institution_id").annotate(top=Max("position")).order_by("institution_id")
    ]
    known = {(str(h["institution"]), int(h["position"])) for h in _published()}
    path = Path(settings.SALTER_AUDIT_HEADS)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = []
    for head in heads:
        if (head["institution"], head["position"]) in known:
            continue
        seal = Seal.objects.get(institution_id=head["institution"], position=head["position"])
        new.append(head | {"chain": seal.chain})
    if new:
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(head, sort_keys=True) + "\n" for head in new)
    return new


def _published() -> Iterator[dict[str, Any]]:
    path = Path(settings.SALTER_AUDIT_HEADS)
    if path.exists():
        with path.open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file if line.strip())


def verify() -> Verdict:
    """Check each chain from its first entry against the entries, the payloads and the published heads.

    Finds an entry changed, removed, inserted among sealed ones or cut off, and a chain recomputed as a whole
    (its published heads no longer fit). Reports the tail that isn't sealed yet.
    """
    findings: list[Finding] = []
    sealed = 0
    heads: dict[str, list[dict[str, Any]]] = {}
    for head in _published():
        heads.setdefault(str(head["institution"]), []).append(head)
    institutions = set(Seal.objects.values_list("institution_id", flat=True).distinct()) | {UUID(i) for i in heads}
    for institution_id in sorted(institutions):
        count, finding = _verify_chain(
            institution_id, {int(h["position"]): h["chain"] for h in heads.get(str(institution_id), [])}
        )
        sealed += count
        if finding:
            findings.append(finding)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)"
        )
        unsealed = cursor.fetchone()[0]
        # A sealed entry's transaction number lies below the sealer's horizon, an entry slipped in later claims one too.
        cursor.execute(
            "SELECT coalesce(e.institution_id, %s), e.id FROM audit_entry e "
            "WHERE e.xact < (SELECT coalesce(max(old.xact), 0) FROM audit_entry old "
            "JOIN audit_seal s ON s.entry_id = old.id) "
            "AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id) ORDER BY e.xact, e.id LIMIT 1",
            [rules.NO_INSTITUTION],
        )
        inserted = cursor.fetchone()
    if inserted:
        findings.append(Finding(inserted[0], 0, inserted[1], "inserted"))
    return Verdict(sealed=sealed, unsealed=unsealed, findings=tuple(findings))


def _verify_chain(institution_id: UUID, published: dict[int, str]) -> tuple[int, Finding | None]:
    """Walk one chain; return the number of good seals and the first fault."""
    chain, position = rules.GENESIS, 0
    seals = Seal.objects.filter(institution_id=institution_id).order_by("position")
    for batch in _batches(seals.iterator(chunk_size=_BATCH)):
        entries = Entry.objects.in_bulk([s.entry_id for s in batch])
        payloads = Payload.objects.in_bulk([s.entry_id for s in batch])
        for seal in batch:
            position += 1
            if seal.position != position:
                return position - 1, Finding(institution_id, position, None, "removed")
            chain = rules.chain_link(chain, position, seal.entry_id, seal.digest)
            entry = entries.get(seal.entry_id)
            if entry is None:
                return position - 1, Finding(institution_id, position, seal.entry_id, "removed")
            if chain != seal.chain or not _entry_holds(entry, seal.digest, payloads.get(entry.id)):
                return position - 1, Finding(institution_id, position, seal.entry_id, "changed")
            if position in published and published[position] != chain:
                return position - 1, Finding(institution_id, position, seal.entry_id, "recomputed")
    if published and max(published) > position:
        return position, Finding(institution_id, position + 1, None, "cut off")
    return position, None


def _batches(seals: Iterable[Seal]) -> Iterator[list[Seal]]:
    batch: list[Seal] = []
    for seal in seals:
        batch.append(seal)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _entry_holds(entry: Entry, digest: str, payload: Payload | None) -> bool:
    names = (
        "institution_id", "at", "actor_id", "actor_name", "actor_role", "channel", "address", "action", "subject_kind",
        "subject_id", "subject_ref", "party_id", "purpose", "payload_digest",
    )  # fmt: skip
    computed = rules.entry_digest(entry_id=entry.id, **{name: getattr(entry, name) for name in names})
    if not computed == entry.digest == digest:
        return False
    # An erased payload leaves only its digest, which the entry's own digest still covers.
    return payload is None or rules.payload_digest(payload.salt, payload.content) == entry.payload_digest
