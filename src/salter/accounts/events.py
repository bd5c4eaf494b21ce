"""What accounts tell the apps above them. Every signal is sent inside the transaction of its cause.

`code_requested` and `security_notice` ask for a message; whoever receives them must never store `code` readable.
"""

from django.dispatch import Signal

__all__ = ["code_requested", "email_changed", "phone_changed", "security_notice", "user_created"]

# Payload. user: User | None (none while an account is being opened); channel: types.Channel; address: an e-mail address
# or E.164 number; purpose: types.Purpose; code: the six digits; expires_at: datetime; language: str;
# institution: Institution | None; now: datetime.
code_requested = Signal()

# Payload. user: User | None; kind: types.NoticeKind; channel: types.Channel; address: after a change the OLD one;
# language: str; institution: Institution | None; now: datetime; context: strings, namely "at" (ISO time), "address"
# (network address), "device" (words) and for a change "new" (the new address, masked).
security_notice = Signal()

# Payload of both. user: User; old: str | None; new: str; now: datetime.
email_changed = Signal()
phone_changed = Signal()

# Payload. user: User; now: datetime.
user_created = Signal()
