from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    name = "salter.mail"

    def ready(self) -> None:
        from salter.mail.checks import check_mail
        from salter.mail.selectors import mailbox_is_shown
        from salter.pages import registry

        register(check_mail)
        registry.register_menu(
            registry.MenuEntry(
                "person",
                "mailbox",
                _("Mailbox of this demo"),
                "mail:mailbox",
                "mail",
                order=900,
                visible=lambda _request: mailbox_is_shown(),
            )
        )
