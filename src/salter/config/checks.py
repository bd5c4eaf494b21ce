"""System checks: the product refuses to start where the database doesn't keep its promises."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from salter.config import roles


def _problems() -> list[roles.Problem]:
    with connection.cursor() as cursor:

        def ask(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query)
            return cursor.fetchall()

        return roles.problems(ask)


@register
def database_role(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The role that serves owns nothing and can't change the trail. Commands of the owner set SALTER_AS=owner."""
    if os.environ.get("SALTER_AS") == "owner":
        return []
    try:
        problems = _problems()
    except DatabaseError as error:
        # Commands that need no database (makemigrations, collectstatic) still work; a server can't start anyway.
        return [Warning(f"The database could not be asked about its roles: {error}", id="salter.W001")]
    return [
        (Error if problem.fatal else Warning)(problem.message, hint=problem.hint, id=problem.id) for problem in problems
    ]


def refuse_wrong_role() -> None:
    """Raise ImproperlyConfigured when the connected role may do what only the owner may."""
    fatal = [problem for problem in _problems() if problem.fatal]
    connection.close()
    if fatal:
        raise ImproperlyConfigured("\n".join(f"{p.message} {p.hint}" for p in fatal))
