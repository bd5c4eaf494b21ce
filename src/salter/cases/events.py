"""What cases tells to higher apps, inside the transaction of the act. Sender is the `Case` class.

`case_opened(case, message, actor, now)`
`message_added(case, message, actor, now, transition)`: a message that the customer sees; `transition` is the step that
    was taken with it, or None.
`status_changed(case, entry, transition, actor, now, message)`: `entry` is the line of history; `message` the words that
    went with it, or None.
`case_assigned(case, entry, actor, now)`
`deadline_extended(case, reason, actor, now)`: `reason` is for the customer.

The number's counter row is locked while `case_opened` runs: a receiver writes rows and does no file or network work.
"""

from django.dispatch import Signal

case_opened = Signal()
message_added = Signal()
status_changed = Signal()
case_assigned = Signal()
deadline_extended = Signal()
