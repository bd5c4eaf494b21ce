"""Invoices, payments and balances: the only place where money is booked.

Owns `Invoice`, `Payment`, `Allocation`. Doors: `services` (allocation, linking by the facts of a bill, announcing new
bills), `selectors` (balance, open and recent invoices, payments, last reading), `types`.
"""
