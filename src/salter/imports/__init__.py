"""Bulk load of registers that a back office hands over: customers, invoices, payments, and whatever an app declares.

Owns the reading of files, the jobs, their profiles and the rows that were refused. What a register means belongs to the
app that declares it (`registry.register` in its `AppConfig.ready`).

Doors: `registry`, `types`, `services`, `selectors`, `events`.
"""
