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
            institution = getattr(request, "institution", None)
            return count_unread(request.user, institution) if request.user.is_authenticated and institution else 0

        def is_at_a_counter(request: "HttpRequest") -> bool:
            return request.user.is_authenticated and getattr(request, "institution", None) is not None

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
