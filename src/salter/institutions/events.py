"""What this app tells the apps above it.

`institution_changed(institution, changed: list[str])`: settings, calendar or texts were changed; sent inside
the transaction.
"""

from django.dispatch import Signal

institution_changed = Signal()
