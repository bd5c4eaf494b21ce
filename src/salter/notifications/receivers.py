"""After a migration the declared templates stand in the database."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from salter.notifications import texts

__all__ = ["store_templates"]


def store_templates(*, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    # Going back below the first migration fires this signal too, when there is no table any more.
    connection = connections[using]
    if using == DEFAULT_DB_ALIAS and "notifications_templateversion" in connection.introspection.table_names():
        texts.sync_templates()
