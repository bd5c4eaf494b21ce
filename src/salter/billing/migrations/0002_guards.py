"""No invoice, payment or allocation crosses institutions."""

from django.db import migrations

from salter.lib.sql import composite_key


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_billing")]
    operations = [
        composite_key("billing_invoice", "customer_id", "parties_customer"),
        composite_key("billing_payment", "customer_id", "parties_customer"),
        composite_key("billing_allocation", "payment_id", "billing_payment"),
        composite_key("billing_allocation", "invoice_id", "billing_invoice"),
    ]
