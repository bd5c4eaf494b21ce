from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class SmsConfig(AppConfig):
    name = "salter.sms"

    def ready(self) -> None:
        from salter.institutions import registry
        from salter.pages import registry as pages
        from salter.sms import rules
        from salter.sms.checks import check_sms
        from salter.sms.selectors import phone_is_shown

        register(check_sms)
        registry.register_module(
            registry.Module(
                "sms", _("Text messages"), _("Notices and codes by SMS to people who gave us a mobile number.")
            )
        )
        registry.register_setting(
            registry.Setting(
                "sms.sender",
                _("Sender of text messages"),
                "text",
                "",
                _("A name of at most 11 letters and digits, or a number that can be answered."),
                module="sms",
                check=rules.check_sender,
            )
        )
        pages.register_menu(
            pages.MenuEntry(
                "person",
                "phone",
                _("Phone of this demo"),
                "sms:phone",
                "mobile",
                order=910,
                visible=lambda _request: phone_is_shown(),
            )
        )
