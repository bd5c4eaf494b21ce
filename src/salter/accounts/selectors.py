"""Door: reads of accounts, sign-ins and sessions. Every one is about one person and given only to him."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from salter.accounts.models import SignInAttempt, User
from salter.accounts.rules import device_of
from salter.accounts.types import Device, Outcome

__all__ = [
    "LastSignIns",
    "OpenSession",
    "display_name",
    "find_user",
    "get_user",
    "has_second_factor",
    "last_sign_ins",
    "list_attempts",
    "list_sessions",
    "recovery_codes",
    "recovery_codes_left",
]


@dataclass(frozen=True, slots=True)
class LastSignIns:
    """The last successful sign-in before the present one, and the last refused one (EK-30)."""

    success: SignInAttempt | None
    failed: SignInAttempt | None


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A place where the person is signed in."""

    id: int
    device: Device
    address: str
    since: datetime
    last_used_at: datetime
    is_present: bool


def display_name(user: User) -> str:
    """Return how a page or a trail names the person."""
    return user.name or user.email or user.phone or ""


def get_user(user_id: UUID) -> User:
    """**Raises** User.DoesNotExist."""
    return User.objects.get(pk=user_id)


def find_user(*, email: str | None = None, phone: str | None = None) -> User | None:
    """Return the active person with this e-mail address or this confirmed number (E.164)."""
    people = User.objects.filter(is_active=True)
    if email:
        return people.filter(email=email.strip().lower()).first()
    return people.filter(phone=phone, phone_verified=True).first() if phone else None


def has_second_factor(user: User) -> bool:
    """Say whether the person signs in with a second factor; needs no query."""
    return user.second_factor_at is not None


def last_sign_ins(user: User, *, before: SignInAttempt | None = None) -> LastSignIns:
    """Return the last success and the last refusal; `before` is the present sign-in, which doesn't count."""
    attempts = SignInAttempt.objects.filter(user=user).order_by("-at")
    if before is not None:
        attempts = attempts.exclude(pk=before.pk)
    successes = attempts.filter(outcome=Outcome.SUCCESS)
    # Without a mark of the present one, the newest success is the session that asks.
    success = successes.first() if before is not None else next(iter(successes[1:2]), None)
    return LastSignIns(success=success, failed=attempts.filter(outcome=Outcome.FAILED).first())


def list_attempts(user: User) -> QuerySet[SignInAttempt]:
    """Return the person's sign-ins, successful and refused (EK-27)."""
    return SignInAttempt.objects.filter(user=user).order_by("-at")


def list_sessions(user: User, *, present_key: str | None, now: datetime) -> list[OpenSession]:
    """Return where the person is signed in now, the present session first, then the latest used."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=now)
    rows = UserSession.objects.filter(Exists(alive), user=user)
    sessions = [
        OpenSession(
            id=row.pk,
            device=device_of(row.user_agent),
            address=row.ip,
            since=row.created_at,
            last_used_at=row.last_seen_at,
            is_present=row.session_key == present_key,
        )
        for row in rows
    ]
    return sorted(sessions, key=lambda one: (not one.is_present, -one.last_used_at.timestamp()))


def recovery_codes(user: User) -> list[str]:
    """Return the recovery codes that weren't used yet; shown only to the person, after he proved himself."""
    row = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
    return RecoveryCodes(row).get_unused_codes() if row else []


def recovery_codes_left(user: User) -> int:
    """Return how many recovery codes remain."""
    return len(recovery_codes(user))
