from django.apps import AppConfig
from django.db.models.signals import post_migrate


class NotificationsConfig(AppConfig):
    name = "salter.notifications"

    def ready(self) -> None:
        from salter.notifications import receivers

        post_migrate.connect(receivers.store_templates, sender=self, dispatch_uid="notifications.store_templates")
