from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SmsConfig(AppConfig):
    name = "salter.sms"

    def ready(self) -> None:
        from salter.institutions import registry

        registry.register_module(
            registry.Module(
                "sms", _("Text messages"), _("Notices and codes by SMS to people who gave us a mobile number.")
            )
        )
