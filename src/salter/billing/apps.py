"""Billing declares its module, settings, messages, menu entry and panels."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "salter.billing"

    def ready(self) -> None:
        from salter.billing import (
            abouts,
            panels,
            receivers,  # noqa: F401  connects by being imported
            rules,
        )
        from salter.billing.registers.invoices import INVOICES
        from salter.billing.registers.payments import PAYMENTS
        from salter.cases.registry import AboutKind, register_about
        from salter.imports import registry as imports
        from salter.institutions.registry import Module, Setting, register_module, register_setting
        from salter.notifications import registry as messages
        from salter.pages.counts import Count, register_count
        from salter.pages.registry import MenuEntry, Panel, register_attention, register_menu, register_panel

        imports.register(INVOICES)
        imports.register(PAYMENTS)
        register_module(
            Module("billing", _("Bills and payments"), _("What a customer owes, his bills and his payments."))
        )
        for setting in (
            Setting(
                "billing.invoice_months",
                _("Months of bills shown"),
                "integer",
                12,
                _("Bills that aren't paid are always shown, however old."),
                module="billing",
                minimum=1,
                maximum=120,
            ),
            Setting(
                "billing.payment_months",
                _("Months of payments shown"),
                "integer",
                6,
                module="billing",
                minimum=1,
                maximum=120,
            ),
            Setting(
                "billing.payee_account",
                _("Account for payments"),
                "text",
                "",
                _("Stands in the payment code on bills (Serbia). Without it there is no code."),
                module="billing",
                check=rules.payee_account,
            ),
            Setting(
                "billing.payee_name",
                _("Name and place of the payee"),
                "text",
                "",
                _("As the bank knows it, at most 70 characters."),
                module="billing",
                check=rules.payee_name,
            ),
            Setting(
                "billing.payment_code",
                _("Payment code number"),
                "text",
                "189",
                _("Three digits: 189 for transfers, 289 for the payment of utilities in cash."),
                module="billing",
                check=rules.payment_code,
            ),
        ):
            register_setting(setting)

        messages.template(
            "billing.new_invoice",
            subject=_("New bill {number}: {amount}"),
            body=_(
                "{institution} has issued the bill {number} over {amount}, due on {due}.\n\n"
                "At your counter you can see it, pay it by scanning its code, and keep it as PDF."
            ),
            sms=_("{counter}: new bill {number}, {amount}, due on {due}."),
            action=_("See the bill"),
        )
        register_count(Count("billing.overdue", panels.overdue, on="citizen"))
        register_menu(
            MenuEntry(
                area="portal",
                code="bills",
                label=_("Bills"),
                url="billing:bills",
                icon="bill",
                order=20,
                module="billing",
                counter=panels.overdue_count,
                visible=panels.is_customer,
            )
        )
        register_about(AboutKind("invoice", _("Bill"), choices=abouts.choices, belongs=abouts.belongs, url=abouts.url))
        register_attention(panels.attention, module="billing")
        register_panel(
            Panel("billing.balance", "billing/_balance.html", panels.balance_panel, "side", 10, module="billing")
        )
        register_panel(
            Panel("billing.open", "billing/_open_bills.html", panels.open_bills_panel, "main", 10, module="billing")
        )
