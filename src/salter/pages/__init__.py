"""The look: layouts, elements, forms, the one table, the menu, error pages.

An open library: every app may import from here. What the others use: `shortcuts` (answer with a page), `forms`,
`tables`, `registry` (menu, attention, home panels), `language`. How the elements are used is told in `docs/look.md`.
"""
