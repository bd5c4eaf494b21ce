from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "salter.accounts"

    def ready(self) -> None:
        from salter.accounts import receivers  # noqa: F401 — connects them
        from salter.pages.registry import MenuEntry, register_menu

        register_menu(
            MenuEntry(
                area="person",
                code="security",
                label=_("Security and access"),
                url="accounts:security",
                icon="shield",
                order=80,
            )
        )
