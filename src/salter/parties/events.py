"""What this app tells the apps above it, inside the transaction.

`party_linked(representation)`: a person may act for a party from now on.
`representation_ended(representation)`: from the day after `ends_on` he may not.
"""

from django.dispatch import Signal

party_linked = Signal()
representation_ended = Signal()
