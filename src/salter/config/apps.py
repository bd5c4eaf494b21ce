from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "salter.config"

    def ready(self) -> None:
        from importlib.util import find_spec

        # System checks register themselves when their module is read.
        if find_spec("salter.config.checks"):
            from salter.config import checks  # noqa: F401
