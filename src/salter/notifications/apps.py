from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest


class NotificationsConfig(AppConfig):
    name = "salter.notifications"

    def ready(self) -> None:
        from salter.notifications import receivers
        from salter.notifications.selectors import count_unread
        from salter.pages import registry

        def unread(request: "HttpRequest") -> int:
            if not request.user.is_authenticated or request.institution is None:
                return 0
            return count_unread(request.user, request.institution)

        def is_at_a_counter(request: "HttpRequest") -> bool:
            return request.user.is_authenticated and request.institution is not None

        registry.register_menu(
            registry.MenuEntry(
                "head",
                "messages",
                _("Messages"),
                "notifications:list",
                "bell",
                counter=unread,
                visible=is_at_a_counter,
            )
        )
        post_migrate.connect(receivers.store_templates, sender=self, dispatch_uid="notifications.store_templates")
