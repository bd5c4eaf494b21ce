"""The person who signs in, his attempts to do so, the codes sent to him, and the limits that guard them."""

import secrets
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from salter.accounts.types import Channel, Device, DeviceKind, Outcome, Purpose, Reason, SignInMethod
from salter.lib.ids import uuid7


def new_seed() -> str:
    return secrets.token_hex(16)


class UserManager(BaseUserManager["User"]):
    """Makes users. E-mail addresses are stored in small letters."""

    def create_user(self, *, name: str, password: str | None = None, **fields: Any) -> "User":
        if fields.get("email"):
            fields["email"] = fields["email"].strip().lower()
        user = self.model(name=name, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Signs in by e-mail or mobile; at least one of them is there.

    An e-mail address gets here only after its code was typed; a mobile number likewise, or with `phone_verified` off
    when a clerk wrote it down: then nobody can sign in by it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # NULL and not "" stands for none: several people may have none, but no two the same.
    email = models.EmailField(max_length=254, null=True, blank=True, unique=True)
    phone = models.CharField(max_length=20, null=True, blank=True, unique=True)
    phone_verified = models.BooleanField(default=False)
    landline = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=150)
    language = models.CharField(max_length=10, default="sr-latn")
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(auto_now_add=True)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    # Set while codes from an app are on, so that staff pages need no query to know it.
    second_factor_at = models.DateTimeField(null=True, blank=True)
    # Sessions die with this seed, not with the password: whether a change of password ends them is the person's choice.
    session_seed = models.CharField(max_length=32, default=new_seed, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="accounts_user_email_small_letters"),
            models.CheckConstraint(
                condition=Q(email__isnull=False) | Q(phone__isnull=False), name="accounts_user_reachable"
            ),
            models.CheckConstraint(condition=~Q(email=""), name="accounts_user_email_not_blank"),
            models.CheckConstraint(
                condition=Q(phone__isnull=True) | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="accounts_user_phone_e164",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def set_password(self, raw_password: str | None) -> None:
        """Set the password and end every session; a caller that spares sessions puts the seed back."""
        super().set_password(raw_password)
        self.session_seed = new_seed()

    def check_password(self, raw_password: str | None) -> bool:
        """Check the password; a hash made with older parameters is renewed, which ends no session."""

        def renew(raw: str) -> None:
            self.password = make_password(raw)
            self.save(update_fields=["password"])

        return check_password(raw_password, self.password, renew)

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        return salted_hmac("salter.accounts.session", self.session_seed, secret=secret, algorithm="sha256").hexdigest()

    # allauth and Django's pieces ask for these; rights at an institution come from staff.Membership alone.
    @property
    def is_staff(self) -> bool:
        return False

    @property
    def is_superuser(self) -> bool:
        return False

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


class SignInAttempt(models.Model):
    """One attempt to sign in, kept for ever (EK-27, EK-30). Append-only.

    What was typed is kept as a digest only: people type passwords into the wrong field.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    login_digest = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    method = models.CharField(max_length=20, choices=SignInMethod.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    address = models.CharField(max_length=64, blank=True)
    device_kind = models.CharField(max_length=10, choices=DeviceKind.choices)
    device = models.CharField(max_length=80, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="accounts_attempt_user_at")]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome=Outcome.SUCCESS, user__isnull=False, reason="")
                | (Q(outcome=Outcome.FAILED) & ~Q(reason="")),
                name="accounts_attempt_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} {self.at:%Y-%m-%d %H:%M}"

    @property
    def seen_with(self) -> Device:
        """The device in words."""
        return Device(DeviceKind(self.device_kind), self.device)


class Throttle(models.Model):
    """Uses of one limited thing. In the database, so that all processes count together."""

    key = models.CharField(max_length=100, primary_key=True)
    uses = models.IntegerField(default=0)
    last_used_at = models.DateTimeField()
    paused_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["last_used_at"], name="accounts_throttle_last")]
        constraints = [models.CheckConstraint(condition=Q(uses__gte=0), name="accounts_throttle_uses")]

    def __str__(self) -> str:
        return self.key


class Code(models.Model):
    """Six digits sent to an address, stored as a digest; good for a quarter of an hour and five tries.

    A decoy has the purpose that it pretends and `is_decoy`: nothing was sent and no code fits it, so that a page
    behaves alike for an address that is known and one that isn't.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.CharField(max_length=254)
    digest = models.CharField(max_length=64, blank=True)
    is_decoy = models.BooleanField(default=False)
    tries_left = models.SmallIntegerField()
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    # What happens once the code is right: of a sign-up its name, addresses and hashed password.
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="accounts_code_created")]
        constraints = [models.CheckConstraint(condition=Q(tries_left__range=(0, 5)), name="accounts_code_tries")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.sent_at:%Y-%m-%d %H:%M}"


class KeptPost(models.Model):
    """What somebody signed out had typed, encrypted with a key that only his browser's cookie holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The page that shows the form, and the address that the form posts to.
    page = models.CharField(max_length=2000)
    target = models.CharField(max_length=2000)
    body = models.BinaryField()
    # Digest of the user who last signed in with this browser: another one never sees the text.
    holder = models.CharField(max_length=64, blank=True)
    had_files = models.BooleanField(default=False)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["expires_at"], name="accounts_kept_expires")]

    def __str__(self) -> str:
        return self.target
