from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "salter.desk"

    def ready(self) -> None:
        from salter.desk.menu import register

        register()
