"""Who works at an institution: units, memberships with a role, what a role may do.

Doors: `services`, `selectors`, `rules` (`may`), `access` (`staff_page`), `types`.
"""
