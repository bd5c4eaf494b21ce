"""Cases: what people bring to the counter, from the first word to the answer, whichever channel it came by.

Owns kinds with their statuses, allowed transitions, deadlines and own fields; the numbers; the cases with their
conversation, attachments and history. The database itself allows no other transition than the declared ones and no
status without its history.

Doors: `services`, `selectors`, `events`, `types`, `registry` (what a case can be about), `presets`.
"""
