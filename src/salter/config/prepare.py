"""What must be done before the product serves: migrations, static files, and whether demo data is in.

A second start must show its first page within five seconds, so it doesn't ask Django. A digest of the migrations' files
is kept in the database (as its comment), one of the static files beside the collected copy; equal digests mean that
nothing is to be done.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from salter.config import roles
from salter.config.database_url import DatabaseUrl

PACKAGE = Path(__file__).resolve().parent.parent


def migrations_digest() -> str:
    """Digest of every migration of ours and of the locked versions, whose own migrations come with them."""
    digest = hashlib.sha256()
    files = [*PACKAGE.glob("*/migrations/*.py"), PACKAGE / "lib" / "sql.py", PACKAGE / "config" / "roles.py", _lock()]
    for path in sorted(files):
        if path.exists():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def static_digest() -> str:
    """Digest of names, sizes and times of the static files."""
    digest = hashlib.sha256()
    for path in sorted([*PACKAGE.glob("*/static/**/*"), _lock()]):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _lock() -> Path:
    return PACKAGE.parent.parent / "requirements" / "run.txt"


def read_notes(url: DatabaseUrl) -> dict[str, Any]:
    """What this module noted in the database; empty when nothing or somebody else's comment is there."""
    with psycopg.connect(**url.libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        row = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    try:
        notes = json.loads(row[0]) if row and row[0] else {}
    except ValueError:
        return {}
    return notes.get("salter", {}) if isinstance(notes, dict) else {}


def write_notes(owner: DatabaseUrl, **values: str) -> None:
    """Add to the notes, as the owner."""
    notes = {"salter": read_notes(owner) | values}
    with psycopg.connect(**owner.libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(owner.name), sql.Literal(json.dumps(notes)))
        )


def is_migrated(url: DatabaseUrl) -> bool:
    """Whether the database has exactly the migrations of this version."""
    return read_notes(url).get("migrations") == migrations_digest()


def _static_stamp(var: Path) -> Path:
    return var / "static" / ".digest"


def is_collected(var: Path) -> bool:
    """Whether the collected static files are those of this version."""
    stamp = _static_stamp(var)
    return stamp.exists() and stamp.read_text() == static_digest()


def migrate(owner: DatabaseUrl, application_role: str, *, verbosity: int = 1) -> None:
    """Migrate and settle the application role's rights. Runs in a process of its own, with SALTER_AS=owner."""
    os.environ["SALTER_AS"] = "owner"
    import django

    django.setup()
    digest = migrations_digest()
    with psycopg.connect(**owner.libpq(), autocommit=True) as lock:  # type: ignore[arg-type]
        # Two machines of one installation may be updated at the same moment: the second one waits and finds all done.
        lock.execute("SELECT pg_advisory_lock(hashtext('salter.migrate'))")
        roles.migrate(application_role, verbosity=verbosity)
    write_notes(owner, migrations=digest)


def collect_static(var: Path) -> None:
    """Copy, compress and name the static files by their content."""
    import django
    from django.core.management import call_command

    django.setup()
    digest = static_digest()
    call_command("collectstatic", interactive=False, verbosity=0)
    _static_stamp(var).write_text(digest)
