"""What this app announces.

`message_received`: somebody wrote to one of our numbers. Sent with `message` (models.StoredSms or what a supplier's
gateway stored), `from_number`, `to_number`, `text`, `now`; inside the transaction that stored it. A sender's
number can be forged (RL-116): a receiver must not change contact data or passwords on its word.
"""

from django.dispatch import Signal

__all__ = ["message_received"]

message_received = Signal()
