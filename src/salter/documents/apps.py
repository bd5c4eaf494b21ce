"""Declares the setting of this app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DocumentsConfig(AppConfig):
    name = "salter.documents"

    def ready(self) -> None:
        from salter.institutions.registry import Setting, register_setting

        register_setting(
            Setting(
                key="documents.max_file_mb",
                label=_("Largest file, in MB"),
                kind="integer",
                default=20,
                minimum=1,
                maximum=100,
                hint=_("What a customer or a clerk may attach to a case."),
            )
        )
