"""Declares what this app adds to pages and messages."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "salter.cases"

    def ready(self) -> None:
        from salter.cases import (
            messages,
            panels,
            receivers,  # noqa: F401  connects by being imported
        )

        messages.declare()
        panels.declare()
