"""The one table of the product (PD-10, PD-11, PD-12).

Declare it once:

    class InvoiceTable(Table):
        name = "invoices"
        title = _("Invoices")
        default_sort = "-issued_on"
        columns = [
            Column("number", _("Number"), search="number__istartswith", link=lambda row: reverse(...)),
            Column("customer", _("Customer"), value="customer.name", sort="customer_sort_key", search="customer_key"),
            Column("issued_on", _("Issued"), kind="date"),
            Column("total_minor", _("Amount"), kind="money", total=True),
        ]

and answer with it: `return InvoiceTable(rows).respond(request, "billing/invoices.html", {…})`, where the template says
`{{ el.table(table) }}`. The same view then serves the page, its part for htmx, the CSV and the XLSX file. Without
JavaScript everything is links and a plain search form.
"""

from salter.pages.tables.columns import Action, Band, Column
from salter.pages.tables.table import Pages, Table

__all__ = ["Action", "Band", "Column", "Pages", "Table"]
