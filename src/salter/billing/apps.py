from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "salter.billing"

    def ready(self) -> None:
        from salter.billing.registers.invoices import INVOICES
        from salter.billing.registers.payments import PAYMENTS
        from salter.imports import registry

        registry.register(INVOICES)
        registry.register(PAYMENTS)
