from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "salter.parties"

    def ready(self) -> None:
        from salter.imports import registry
        from salter.parties.register import CUSTOMERS

        registry.register(CUSTOMERS)
