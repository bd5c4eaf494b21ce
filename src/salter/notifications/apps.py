from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "salter.notifications"

    def ready(self) -> None:
        from salter.notifications import menu, panels, receivers
        from salter.pages import registry

        registry.register_menu(
            registry.MenuEntry(
                "head",
                "messages",
                _("Messages"),
                "notifications:list",
                "bell",
                counter=menu.unread,
                visible=menu.is_at_a_counter,
            )
        )
        menu.declare()
        panels.declare()
        post_migrate.connect(receivers.store_templates, sender=self, dispatch_uid="notifications.store_templates")
