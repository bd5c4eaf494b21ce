"""Who is told what, when and by which channel: templates, the outbox and its worker, the person's inbox.

Owns: template versions, messages (the one outbox of the product), their attempts, preferences, blocked addresses.
Doors: `registry` (each app declares its templates in `ready`), `services`, `selectors`, `types`, `worker` (for
the process that sends). Letters and text messages leave through the transports below, `mail` and `sms`.
"""
