from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "salter.desk"

    def ready(self) -> None:
        from salter.desk.menu import register

        register()
