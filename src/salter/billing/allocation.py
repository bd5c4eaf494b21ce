"""Which payment paid which invoice, worked out by the database for any number of rows at once.

The rule, in this order:

1. A payment goes to the invoice of the same customer that carries its reference. Several payments with one reference
   fill the invoice in the order of their days; several invoices with one reference: the oldest counts.
2. What is left of a customer's payments, oldest first, goes to what is left of his invoices, oldest due date first.
3. What is left then stays with the payment as credit, and goes to the next invoice by rule 2.

The result depends on the rows alone, not on the order in which they were loaded, so it may be run again at any time.
Nothing is ever booked to another customer's invoice, even when the reference is his.

Both steps lay amounts end to end: of two rows of intervals on one line, each overlap is an allocation. That needs
sorting only, so a customer with very many open invoices and payments costs no more a row than others.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection, transaction

__all__ = ["allocate"]

# A version 7 UUID made by the database: 48 bits of milliseconds, then chance. Only PostgreSQL 18 has uuidv7().
_UUID7 = """encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) PLACING
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1),
    'hex')::uuid"""

_SCOPE = """
CREATE TEMP TABLE billing_scope (customer_id uuid PRIMARY KEY) ON COMMIT DROP;
INSERT INTO billing_scope SELECT DISTINCT unnest(%(customers)s::uuid[]);
ANALYZE billing_scope;
"""

# A row that changed its customer has left an allocation between two of them: both must be worked out together.
_WIDEN = """
INSERT INTO billing_scope
SELECT i.customer_id FROM billing_scope JOIN billing_payment p USING (customer_id)
    JOIN billing_allocation a ON a.payment_id = p.id JOIN billing_invoice i ON i.id = a.invoice_id
    WHERE i.customer_id <> p.customer_id
UNION
SELECT p.customer_id FROM billing_scope JOIN billing_invoice i USING (customer_id)
    JOIN billing_allocation a ON a.invoice_id = i.id JOIN billing_payment p ON p.id = a.payment_id
    WHERE i.customer_id <> p.customer_id
ON CONFLICT DO NOTHING
"""

_DESIRED = """
CREATE TEMP TABLE billing_desired ON COMMIT DROP AS
WITH pay AS MATERIALIZED (
    SELECT id, customer_id, external_ref, paid_on, amount_minor, reference_key FROM billing_payment
    WHERE institution_id = %(institution)s {scope}
), inv AS MATERIALIZED (
    SELECT id, customer_id, number, due_on, total_minor, reference_key FROM billing_invoice
    WHERE institution_id = %(institution)s AND customer_id IN (SELECT customer_id FROM pay)
), referred AS (
    SELECT DISTINCT ON (customer_id, reference_key) id, customer_id, reference_key, total_minor FROM inv
    WHERE reference_key <> '' ORDER BY customer_id, reference_key, due_on, number
), named AS MATERIALIZED (
    SELECT p.id AS payment_id, i.id AS invoice_id,
        (least(p.ends_at, i.total_minor) - least(p.ends_at - p.amount_minor, i.total_minor))::bigint AS amount_minor
    FROM referred i JOIN (
        SELECT id, customer_id, reference_key, amount_minor, sum(amount_minor) OVER (
            PARTITION BY customer_id, reference_key ORDER BY paid_on, external_ref) AS ends_at
        FROM pay WHERE reference_key <> ''
    ) p ON p.customer_id = i.customer_id AND p.reference_key = i.reference_key
    WHERE p.ends_at - p.amount_minor < i.total_minor
), rest_pay AS MATERIALIZED (
    SELECT id, customer_id, sum(rest) OVER oldest AS ends_at, row_number() OVER oldest AS place FROM (
        SELECT pay.id, customer_id, paid_on, external_ref, pay.amount_minor - coalesce(named.amount_minor, 0) AS rest
        FROM pay LEFT JOIN named ON named.payment_id = pay.id
    ) left_over WHERE rest > 0
    WINDOW oldest AS (PARTITION BY customer_id ORDER BY paid_on, external_ref)
), rest_inv AS MATERIALIZED (
    SELECT id, customer_id, sum(rest) OVER oldest AS ends_at, row_number() OVER oldest AS place FROM (
        SELECT inv.id, customer_id, due_on, number, total_minor - coalesce(paid.amount_minor, 0) AS rest
        FROM inv LEFT JOIN (SELECT invoice_id, sum(amount_minor) AS amount_minor FROM named GROUP BY invoice_id) paid
            ON paid.invoice_id = inv.id
        WHERE customer_id IN (SELECT customer_id FROM rest_pay)
    ) left_over WHERE rest > 0
    WINDOW oldest AS (PARTITION BY customer_id ORDER BY due_on, number)
), ends AS (
    SELECT customer_id, ends_at, sum(is_pay) AS pays, sum(1 - is_pay) AS invs FROM (
        SELECT customer_id, ends_at, 1 AS is_pay FROM rest_pay
        UNION ALL
        SELECT customer_id, ends_at, 0 FROM rest_inv
    ) both_sides GROUP BY customer_id, ends_at
), pieces AS (
    SELECT customer_id,
        (ends_at - lag(ends_at, 1, 0) OVER line)::bigint AS amount_minor,
        sum(pays) OVER line - pays + 1 AS pay_place,
        sum(invs) OVER line - invs + 1 AS inv_place
    FROM ends WINDOW line AS (PARTITION BY customer_id ORDER BY ends_at)
)
SELECT payment_id, invoice_id, amount_minor FROM named
UNION ALL
SELECT rest_pay.id, rest_inv.id, pieces.amount_minor FROM pieces
    JOIN rest_pay ON rest_pay.customer_id = pieces.customer_id AND rest_pay.place = pieces.pay_place
    JOIN rest_inv ON rest_inv.customer_id = pieces.customer_id AND rest_inv.place = pieces.inv_place
"""

_IN_SCOPE = "AND customer_id IN (SELECT customer_id FROM billing_scope)"

_REMOVE = """
DELETE FROM billing_allocation a
USING billing_payment p
WHERE a.institution_id = %(institution)s AND p.id = a.payment_id {scope}
    AND NOT EXISTS (SELECT FROM billing_desired d WHERE d.payment_id = a.payment_id AND d.invoice_id = a.invoice_id)
"""

_WRITE = """
INSERT INTO billing_allocation (id, institution_id, payment_id, invoice_id, amount_minor)
SELECT {uuid7}, %(institution)s, d.payment_id, d.invoice_id, d.amount_minor FROM billing_desired d
WHERE NOT EXISTS (
    SELECT FROM billing_allocation a
    WHERE a.payment_id = d.payment_id AND a.invoice_id = d.invoice_id AND a.amount_minor = d.amount_minor)
ON CONFLICT (payment_id, invoice_id) DO UPDATE SET amount_minor = excluded.amount_minor
"""

_SUMS = (
    # Where nothing is allocated any more: a removed payment opens its invoice again.
    """
UPDATE {table} t SET {column} = 0
WHERE t.institution_id = %(institution)s AND t.{column} <> 0 {scope}
    AND NOT EXISTS (SELECT FROM billing_desired d WHERE d.{key} = t.id)
""",
    """
UPDATE {table} t SET {column} = s.amount_minor
FROM (SELECT {key} AS id, sum(amount_minor)::bigint AS amount_minor FROM billing_desired GROUP BY {key}) s
WHERE t.id = s.id AND t.{column} <> s.amount_minor
""",
)


def allocate(institution_id: UUID, customer_ids: Collection[UUID] | None = None) -> int:
    """Bring allocations and their sums in line with invoices and payments; only rows that differ are written.

    Returns: how many allocations were written or removed.
    """
    values: dict[str, Any] = {"institution": institution_id, "customers": list(customer_ids or ())}
    scope = "" if customer_ids is None else _IN_SCOPE
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time for an institution: the second then sees all that the first has booked.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"billing.allocate:{institution_id}"])
        cursor.execute("DROP TABLE IF EXISTS billing_desired, billing_scope")
        if customer_ids is not None:
            cursor.execute(_SCOPE, values)
            cursor.execute(_WIDEN)
            while cursor.rowcount:
                cursor.execute(_WIDEN)
        cursor.execute(_DESIRED.format(scope=scope), values)
        # Without figures the planner takes the new table for small and joins it row by row.
        cursor.execute("ANALYZE billing_desired")
        cursor.execute(_REMOVE.format(scope=scope and scope.replace("customer_id IN", "p.customer_id IN")), values)
        changed = cursor.rowcount
        cursor.execute(_WRITE.format(uuid7=_UUID7), values)
        changed += cursor.rowcount
        for table, column, key in (
            ("billing_invoice", "paid_minor", "invoice_id"),
            ("billing_payment", "allocated_minor", "payment_id"),
        ):
            for statement in _SUMS:
                cursor.execute(statement.format(table=table, column=column, key=key, scope=scope), values)
        cursor.execute("DROP TABLE IF EXISTS billing_desired, billing_scope")
    return changed
