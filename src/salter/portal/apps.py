from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "salter.portal"

    def ready(self) -> None:
        from salter.accounts.registry import register_security_block
        from salter.pages import registry as pages
        from salter.portal import messages, receivers, security  # noqa: F401

        pages.register_menu(pages.MenuEntry("portal", "home", _("Home"), "portal:home", "home", order=0))
        pages.register_menu(pages.MenuEntry("person", "counters", _("My counters"), "counters:list", "house", order=10))
        pages.register_menu(
            pages.MenuEntry(
                "person",
                "details",
                _("My details"),
                "portal:details",
                "users",
                order=20,
                visible=security.acts_for_somebody,
            )
        )
        register_security_block(security.customer_block)
