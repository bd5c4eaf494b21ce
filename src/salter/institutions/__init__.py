"""The institutions of this installation: names, languages, look, modules, settings, contacts, working calendar.

Owns also the base of every row that belongs to one (`models.TenantModel`), and takes the slug out of addresses.
Doors: `services`, `selectors`, `registry` (what apps offer to an institution), `rules`, `events`, `types`.
"""
