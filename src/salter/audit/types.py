"""Who acts, and what a check of the trail found."""

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

__all__ = ["Actor", "Channel", "Finding", "Role", "Verdict"]

Role = Literal["customer", "staff", "system", "guest"]
Channel = Literal["web", "in_person", "phone", "email", "sms", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who does a thing, as the trail will name him. `ip` is the address the request came from."""

    user_id: UUID | None
    name: str
    role: Role
    ip: str = ""
    channel: Channel = "web"
    user_agent: str = ""

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Return the product itself acting, named by the part that does it."""
        return cls(user_id=None, name=name, role="system", channel="system")

    def as_role(self, role: Role, channel: Channel | None = None) -> "Actor":
        """Return the same person in another capacity, as a clerk at the desk for instance."""
        return replace(self, role=role, channel=channel or self.channel)


@dataclass(frozen=True, slots=True)
class Finding:
    """The first place where a chain doesn't hold."""

    institution_id: UUID
    position: int
    entry_id: UUID | None
    reason: Literal["changed", "removed", "inserted", "cut off", "recomputed"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `audit verify` found: sealed and unsealed entries, and the first fault of each chain."""

    sealed: int
    unsealed: int
    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        return not self.findings
