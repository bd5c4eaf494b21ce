"""Door: everything that can be done to an account. The clock, the request and the session stay with the caller."""

import hmac
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from salter.accounts import codes, events, limits, vault
from salter.accounts.logins import Login, parse_login
from salter.accounts.models import Code, KeptPost, SignInAttempt, Throttle, User, new_seed
from salter.accounts.rules import LIMITS, UNCONFIRMED_SIGN_UP_LIFETIME, device_of, digits_of, mask_address, tries_left
from salter.accounts.types import (
    Channel,
    CodeExpired,
    CodeWrong,
    FieldProblem,
    NoticeKind,
    Outcome,
    Paused,
    Purpose,
    Reason,
    SignInMethod,
    SignInRefused,
    SignUpDone,
    WrongPassword,
)
from salter.audit import services as audit
from salter.audit.types import Actor

if TYPE_CHECKING:
    from salter.institutions.models import Institution

__all__ = [
    "change_landline",
    "change_language",
    "change_password",
    "check_password",
    "check_present_password",
    "check_second_factor",
    "close_account",
    "confirm_contact_change",
    "confirm_reset_code",
    "confirm_sign_up",
    "create_user",
    "end_other_sessions",
    "end_session",
    "forget_stale",
    "make_recovery_codes",
    "record_sign_in",
    "record_sign_out",
    "request_email_change",
    "request_password_reset",
    "request_phone_change",
    "resend_code",
    "set_password_by_code",
    "start_sign_up",
    "switch_off_second_factor",
    "switch_on_second_factor",
]

_TOTP_STEP_S = 30


# ------------------------------------------------------------------------------------------------------------ accounts


def create_user(
    *,
    actor: Actor,
    name: str,
    email: str | None = None,
    phone: str | None = None,
    phone_verified: bool = False,
    landline: str = "",
    language: str = "sr-latn",
    password: str | None = None,
    now: datetime,
) -> User:
    """Open an account whose addresses somebody vouches for (a clerk, the demo).

    Without a password the person sets one by a code, so that nobody ever hands out a generated one (RL-76).
    `phone` is E.164. **Raises** FieldProblem when an address belongs to somebody else.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                name=name,
                password=password,
                email=(email or "").strip().lower() or None,
                phone=phone or None,
                phone_verified=bool(phone) and phone_verified,
                landline=landline,
                language=language,
            )
            _record(actor, "accounts.create_user", user, now)
            events.user_created.send(sender=User, user=user, now=now)
    except IntegrityError as error:
        taken_phone = phone and User.objects.filter(phone=phone).exists()
        raise FieldProblem(
            "phone" if taken_phone else "email", _("Somebody else already signs in with this.")
        ) from error
    return user


def start_sign_up(
    *,
    actor: Actor,
    name: str,
    email: str | None,
    phone: str | None,
    password: str,
    language: str,
    institution: "Institution | None",
    now: datetime,
) -> UUID:
    """Send a code to the first address given and return its key. No account exists before it is typed (RL-76).

    An address that has an account gets a note instead of a code; whoever typed it sees no difference.
    **Raises** FieldProblem, Paused.
    """
    email = (email or "").strip().lower() or None
    if not email and not phone:
        raise FieldProblem("email", _("Give an e-mail address or a mobile number, so that we can send you a code."))
    _check_new_password(password, User(name=name, email=email))
    channel, address = (Channel.EMAIL, email) if email else (Channel.SMS, phone)
    holder = _holder_of(channel, str(address))
    # Hashed in both cases: the time it takes must not tell whether the address is known.
    payload = {"name": name, "email": email, "phone": phone, "password": make_password(password), "language": language}
    codes.admit(actor=actor, channel=channel, address=str(address), now=now)
    with transaction.atomic():
        code = codes.issue(
            purpose=Purpose.SIGN_UP,
            channel=channel,
            address=str(address),
            user=None,
            payload={} if holder else payload,
            is_decoy=holder is not None,
            language=language,
            institution=institution,
            now=now,
        )
        if holder:
            _notify(actor, holder, NoticeKind.ACCOUNT_EXISTS, now, institution, channel=channel, address=str(address))
        audit.record(actor=actor, action="accounts.start_sign_up", subject_kind="code", subject_id=code.id, now=now)
    return code.id


def confirm_sign_up(
    *, actor: Actor, code_id: UUID, typed: str, institution: "Institution | None", now: datetime
) -> SignUpDone:
    """Open the account of a confirmed sign-up. **Raises** CodeWrong, CodeExpired.

    When both addresses were given, a code for the second one goes out at once; it can be left for later.
    """
    codes.confirm(code_id, typed, now)
    try:
        with transaction.atomic():
            code = codes.use(code_id, Purpose.SIGN_UP, now)
            data = code.payload
            by_email = code.channel == Channel.EMAIL
            user = User(
                name=data["name"],
                email=data["email"] if by_email else None,
                phone=None if by_email else data["phone"],
                phone_verified=not by_email,
                language=data["language"],
                password_changed_at=now,
            )
            user.password = data["password"]
            if user.phone:
                _free_unconfirmed(user.phone)
            user.save()
            code.payload = {}
            code.user = user
            code.save(update_fields=["payload", "user"])
            _record(actor, "accounts.confirm_sign_up", user, now)
            events.user_created.send(sender=User, user=user, now=now)
    except IntegrityError as error:
        # Somebody opened an account with this address in the meantime.
        raise CodeExpired from error
    next_code_id = None
    if by_email and data["phone"]:
        try:
            next_code_id = request_phone_change(
                actor=actor, user=user, phone=data["phone"], institution=institution, now=now
            )
        except Paused:
            # The number can be added on the security page later.
            next_code_id = None
    return SignUpDone(user.id, next_code_id)


def close_account(*, actor: Actor, user: User, now: datetime) -> None:
    """Let nobody sign in with this account any more and end its sessions. Its history stays."""
    with transaction.atomic():
        user.is_active = False
        user.save(update_fields=["is_active"])
        _end_sessions(user, keep_key=None)
        _record(actor, "accounts.close_account", user, now)


# ------------------------------------------------------------------------------------------------------------- sign-in


def check_password(*, actor: Actor, login: str, password: str, country: str, now: datetime) -> User:
    """Return whose login and password these are. The person is not signed in yet: a second factor may follow.

    `country` reads national phone numbers. Each attempt is counted before the password is looked at, and recorded.
    **Raises** SignInRefused, Paused; neither tells whether the account exists.
    """
    parsed = parse_login(login, country)
    known = _find_by_login(parsed)
    try:
        limits.take("address", actor.ip, now)
        uses = limits.take("login", parsed.key, now)
    except Paused:
        _record_attempt(actor, known, parsed, SignInMethod.PASSWORD, Reason.PAUSED, now)
        raise
    AuthenticationBackend.unstash_authenticated_user()
    user = authenticate(None, password=password, **parsed.credentials())
    inactive = AuthenticationBackend.unstash_authenticated_user()
    if isinstance(user, User):
        limits.clear("login", parsed.key)
        limits.give_back("address", actor.ip)
        return user
    reason = Reason.INACTIVE if inactive else Reason.WRONG_PASSWORD if known else Reason.UNKNOWN
    with transaction.atomic():
        _record_attempt(actor, known, parsed, SignInMethod.PASSWORD, reason, now)
        if known and uses > LIMITS["login"].free:
            _record(actor, "accounts.pause_sign_in", known, now, failures=uses)
            if uses in (LIMITS["login"].free + 1, LIMITS["login"].free + len(LIMITS["login"].pauses_s)):
                _notify(actor, known, NoticeKind.MANY_ATTEMPTS, now, None)
    raise SignInRefused(tries_left(LIMITS["login"], uses))


def check_second_factor(*, actor: Actor, user: User, typed: str, now: datetime) -> SignInMethod:
    """Check a code from the app, or a recovery code, which is spent by it. **Raises** CodeWrong, Paused."""
    try:
        uses = limits.take("second_factor", str(user.id), now)
    except Paused:
        _record_attempt(actor, user, None, SignInMethod.PASSWORD_AND_CODE, Reason.PAUSED, now)
        raise
    method = _second_factor_of(user, typed, now)
    if method is None:
        with transaction.atomic():
            _record_attempt(actor, user, None, SignInMethod.PASSWORD_AND_CODE, Reason.WRONG_SECOND_FACTOR, now)
            if uses == LIMITS["second_factor"].free + 1:
                _record(actor, "accounts.pause_second_factor", user, now, failures=uses)
                _notify(actor, user, NoticeKind.MANY_ATTEMPTS, now, None)
        raise CodeWrong(tries_left(LIMITS["second_factor"], uses))
    limits.clear("second_factor", str(user.id))
    return method


def _second_factor_of(user: User, typed: str, now: datetime) -> SignInMethod | None:
    digits = digits_of(typed)
    with transaction.atomic():
        authenticators = {row.type: row for row in Authenticator.objects.select_for_update().filter(user_id=user.pk)}
        totp = authenticators.get(Authenticator.Type.TOTP)
        if totp is not None:
            counter = _totp_counter(vault.decrypt(totp.data["secret"], label="mfa"), digits, now)
            # A counter is good once: a code read over somebody's shoulder is worthless after its owner used it.
            if counter is not None and counter > totp.data.get("last_counter", -1):
                totp.data["last_counter"] = counter
                totp.last_used_at = now
                totp.save(update_fields=["data", "last_used_at"])
                return SignInMethod.PASSWORD_AND_CODE
        recovery = authenticators.get(Authenticator.Type.RECOVERY_CODES)
        if recovery is not None and digits and RecoveryCodes(recovery).validate_code(digits):
            Authenticator.objects.filter(pk=recovery.pk).update(last_used_at=now)
            return SignInMethod.PASSWORD_AND_RECOVERY
    return None


def _totp_counter(secret: str, digits: str, now: datetime) -> int | None:
    """Return the time step that the code belongs to; the phone's clock may be one step off."""
    present = int(now.timestamp()) // _TOTP_STEP_S
    for counter in (present, present - 1, present + 1):
        if hmac.compare_digest(digits, format_hotp_value(hotp_value(secret, counter))):
            return counter
    return None


def record_sign_in(*, actor: Actor, user: User, method: SignInMethod, now: datetime) -> SignInAttempt:
    """Write down that the person is now signed in."""
    with transaction.atomic():
        attempt = _record_attempt(actor, user, None, method, Reason.NONE, now)
        _record(actor, "accounts.sign_in", user, now, method=method)
    return attempt


def record_sign_out(*, actor: Actor, user: User, session_key: str | None, now: datetime) -> None:
    """Write down that the person signed out, and forget his session."""
    with transaction.atomic():
        UserSession.objects.filter(user=user, session_key=session_key).delete()
        _record(actor, "accounts.sign_out", user, now)


# ------------------------------------------------------------------------------------------------------------ password


def request_password_reset(
    *, actor: Actor, login: str, country: str, language: str, institution: "Institution | None", now: datetime
) -> UUID:
    """Send a code to the address typed, if an account has it, and return the code's key.

    The answer is the same for an address that nobody has: an e-mail address then gets a note, a number nothing.
    **Raises** FieldProblem when it is no address at all, Paused.
    """
    parsed = parse_login(login, country)
    if parsed.channel is None:
        raise FieldProblem("login", _("Type your e-mail address or your mobile number."))
    user = _find_by_login(parsed)
    if user is not None and not user.is_active:
        user = None
    codes.admit(actor=actor, channel=parsed.channel, address=parsed.value, now=now)
    with transaction.atomic():
        code = codes.issue(
            purpose=Purpose.RESET,
            channel=parsed.channel,
            address=parsed.value,
            user=user,
            payload={},
            is_decoy=user is None,
            language=user.language if user else language,
            institution=institution,
            now=now,
        )
        if user is None and parsed.channel == Channel.EMAIL:
            _notify(
                actor,
                None,
                NoticeKind.NO_ACCOUNT,
                now,
                institution,
                channel=Channel.EMAIL,
                address=parsed.value,
                language=language,
            )
        audit.record(
            actor=actor,
            action="accounts.request_password_reset",
            subject_kind="user" if user else "",
            subject_id=user.id if user else None,
            now=now,
        )
    return code.id


def confirm_reset_code(*, actor: Actor, code_id: UUID, typed: str, now: datetime) -> None:
    """Check the code of a reset; a new password may then be set for a while. **Raises** CodeWrong, CodeExpired."""
    code = codes.confirm(code_id, typed, now)
    if code.user:
        _record(actor, "accounts.confirm_reset_code", code.user, now)


def set_password_by_code(
    *, actor: Actor, code_id: UUID, password: str, institution: "Institution | None", now: datetime
) -> User:
    """Set a new password with a confirmed code; every session ends. **Raises** FieldProblem, CodeExpired."""
    with transaction.atomic():
        code = codes.use(code_id, Purpose.RESET, now)
        if code.user_id is None:
            raise CodeExpired
        user = User.objects.select_for_update().get(pk=code.user_id)
        _check_new_password(password, user)
        user.set_password(password)
        user.password_changed_at = now
        user.save(update_fields=["password", "session_seed", "password_changed_at"])
        _end_sessions(user, keep_key=None)
        for login in filter(None, (user.email, user.phone)):
            limits.clear("login", login)
        _record(actor, "accounts.set_password_by_code", user, now)
        _notify(actor, user, NoticeKind.PASSWORD_CHANGED, now, institution)
    return user


def check_present_password(*, actor: Actor, user: User, password: str, now: datetime) -> None:
    """Let the person prove again who he is, before something that matters. **Raises** WrongPassword, Paused."""
    limits.take("password_check", str(user.id), now)
    if not user.check_password(password):
        _record(actor, "accounts.present_password_refused", user, now)
        raise WrongPassword
    limits.clear("password_check", str(user.id))


def change_password(
    *,
    actor: Actor,
    user: User,
    present: str,
    new: str,
    end_others: bool,
    session_key: str | None,
    institution: "Institution | None",
    now: datetime,
) -> None:
    """Change the password (EK-28). **Raises** WrongPassword, FieldProblem, Paused.

    With `end_others` every session but `session_key` ends; the caller renews the stamp of the present one.
    """
    check_present_password(actor=actor, user=user, password=present, now=now)
    _check_new_password(new, user)
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        seed = user.session_seed
        user.set_password(new)
        user.password_changed_at = now
        if not end_others:
            user.session_seed = seed
        user.save(update_fields=["password", "session_seed", "password_changed_at"])
        if end_others:
            _end_sessions(user, keep_key=session_key)
        _record(actor, "accounts.change_password", user, now, end_others=end_others)
        _notify(actor, user, NoticeKind.PASSWORD_CHANGED, now, institution)


# ------------------------------------------------------------------------------------------------------------- contact


def request_email_change(
    *, actor: Actor, user: User, email: str, institution: "Institution | None", now: datetime
) -> UUID:
    """Send a code to the new e-mail address (EK-29) and return its key. **Raises** FieldProblem, Paused."""
    email = email.strip().lower()
    if email == user.email:
        raise FieldProblem("email", _("This is already your e-mail address."))
    return _request_change(actor, user, Purpose.CHANGE_EMAIL, Channel.EMAIL, email, institution, now)


def request_phone_change(
    *, actor: Actor, user: User, phone: str, institution: "Institution | None", now: datetime
) -> UUID:
    """Send a code to the new mobile number (EK-29, E.164) and return its key. **Raises** FieldProblem, Paused."""
    if phone == user.phone and user.phone_verified:
        raise FieldProblem("phone", _("This is already your mobile number."))
    return _request_change(actor, user, Purpose.CHANGE_PHONE, Channel.SMS, phone, institution, now)


def _request_change(
    actor: Actor,
    user: User,
    purpose: Purpose,
    channel: Channel,
    address: str,
    institution: "Institution | None",
    now: datetime,
) -> UUID:
    holder = _holder_of(channel, address)
    is_taken = holder is not None and holder.pk != user.pk
    codes.admit(actor=actor, channel=channel, address=address, now=now)
    with transaction.atomic():
        code = codes.issue(
            purpose=purpose,
            channel=channel,
            address=address,
            user=user,
            payload={},
            is_decoy=is_taken,
            language=user.language,
            institution=institution,
            now=now,
        )
        if is_taken:
            _notify(actor, holder, NoticeKind.ACCOUNT_EXISTS, now, institution, channel=channel, address=address)
        _record(actor, f"accounts.request_{purpose}", user, now)
    return code.id


def confirm_contact_change(
    *, actor: Actor, user: User, code_id: UUID, typed: str, institution: "Institution | None", now: datetime
) -> User:
    """Let the new e-mail address or number take effect; the old one is told. **Raises** CodeWrong, CodeExpired."""
    waiting = Code.objects.filter(
        pk=code_id, user=user, purpose__in=(Purpose.CHANGE_EMAIL, Purpose.CHANGE_PHONE)
    ).first()
    if waiting is None:
        raise CodeExpired
    codes.confirm(code_id, typed, now)
    try:
        with transaction.atomic():
            code = codes.use(code_id, Purpose(waiting.purpose), now)
            user = User.objects.select_for_update().get(pk=user.pk)
            if code.purpose == Purpose.CHANGE_EMAIL:
                old, user.email = user.email, code.address
                kind, event = NoticeKind.EMAIL_CHANGED, events.email_changed
            else:
                old, user.phone = user.phone, code.address
                user.phone_verified = True
                _free_unconfirmed(code.address)
                kind, event = NoticeKind.PHONE_CHANGED, events.phone_changed
            user.save(update_fields=["email", "phone", "phone_verified"])
            if old and old != code.address:
                _notify(
                    actor,
                    user,
                    kind,
                    now,
                    institution,
                    channel=Channel(code.channel),
                    address=old,
                    new=mask_address(code.address),
                )
            elif not old:
                # A first address of this kind: the other one, which the person has had so far, is told.
                other = (Channel.SMS, user.phone) if code.channel == Channel.EMAIL else (Channel.EMAIL, user.email)
                if other[1]:
                    _notify(
                        actor,
                        user,
                        kind,
                        now,
                        institution,
                        channel=other[0],
                        address=other[1],
                        new=mask_address(code.address),
                    )
            _record(actor, f"accounts.{code.purpose}", user, now)
            event.send(sender=User, user=user, old=old, new=code.address, now=now)
    except IntegrityError as error:
        # Somebody else confirmed this address in the meantime.
        raise CodeExpired from error
    return user


def resend_code(
    *, actor: Actor, code_id: UUID, purpose: Purpose, language: str, institution: "Institution | None", now: datetime
) -> None:
    """Send new digits for a code that is waited for. **Raises** Paused, CodeExpired."""
    code = codes.find(code_id, purpose)
    if code is None:
        raise CodeExpired
    codes.resend(
        actor=actor,
        code=code,
        language=code.user.language if code.user else language,
        institution=institution,
        now=now,
    )


def change_landline(*, actor: Actor, user: User, landline: str, now: datetime) -> None:
    """Set the landline number, which needs no code (EK-29). Empty removes it."""
    with transaction.atomic():
        user.landline = landline
        user.save(update_fields=["landline"])
        _record(actor, "accounts.change_landline", user, now)


def change_language(*, actor: Actor, user: User, language: str, now: datetime) -> None:
    """Set the language in which the person is written to."""
    if user.language == language:
        return
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(language=language)
        user.language = language
        _record(actor, "accounts.change_language", user, now, language=language)


# ------------------------------------------------------------------------------------------------------- second factor


def switch_on_second_factor(
    *, actor: Actor, user: User, secret: str, typed: str | None, session_key: str | None, now: datetime
) -> None:
    """Switch codes from an app on and make recovery codes; other sessions, which have no second factor, end.

    `typed` proves that the app has the secret; only the demo, which knows it, passes None.
    **Raises** CodeWrong, Paused, FieldProblem when they are on already.
    """
    counter = -1
    if typed is not None:
        uses = limits.take("second_factor", str(user.id), now)
        found = _totp_counter(secret, digits_of(typed), now)
        if found is None:
            raise CodeWrong(tries_left(LIMITS["second_factor"], uses))
        counter = found
        limits.clear("second_factor", str(user.id))
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
            raise FieldProblem("code", _("Codes from an app are already on."))
        totp = TOTP.activate(locked, secret).instance
        totp.data["last_counter"] = counter
        totp.save(update_fields=["data"])
        RecoveryCodes.activate(locked)
        locked.second_factor_at = now
        locked.save(update_fields=["second_factor_at"])
        _end_sessions(locked, keep_key=session_key)
        _record(actor, "accounts.switch_on_second_factor", user, now)
        _notify(actor, locked, NoticeKind.SECOND_FACTOR_ON, now, None)
    user.second_factor_at = now


def switch_off_second_factor(*, actor: Actor, user: User, now: datetime) -> None:
    """Switch codes from an app off. The caller has made sure that the person proved himself a moment ago."""
    with transaction.atomic():
        Authenticator.objects.filter(user_id=user.pk).delete()
        user.second_factor_at = None
        user.save(update_fields=["second_factor_at"])
        _record(actor, "accounts.switch_off_second_factor", user, now)
        _notify(actor, user, NoticeKind.SECOND_FACTOR_OFF, now, None)


def make_recovery_codes(*, actor: Actor, user: User, now: datetime) -> None:
    """Replace the recovery codes; the old ones are worthless. **Raises** FieldProblem without a second factor."""
    with transaction.atomic():
        # Two clicks at once must not leave two sets: the lock is on the user, the codes themselves are replaced.
        User.objects.select_for_update().get(pk=user.pk)
        if not Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.TOTP).exists():
            raise FieldProblem("", _("Switch codes from an app on first."))
        Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).delete()
        RecoveryCodes.activate(user)
        _record(actor, "accounts.make_recovery_codes", user, now)
        _notify(actor, user, NoticeKind.RECOVERY_CODES_MADE, now, None)


# ------------------------------------------------------------------------------------------------------------ sessions


def end_session(*, actor: Actor, user: User, session_id: int, now: datetime) -> bool:
    """End one session of this person; say whether there was one."""
    with transaction.atomic():
        session = UserSession.objects.filter(pk=session_id, user=user).first()
        if session is None:
            return False
        session.end()
        _record(actor, "accounts.end_session", user, now, device=device_of(session.user_agent).words)
    return True


def end_other_sessions(*, actor: Actor, user: User, session_key: str | None, now: datetime) -> int:
    """End every session but the present one; return how many ended. The caller renews the stamp of the present one."""
    with transaction.atomic():
        user.session_seed = new_seed()
        user.save(update_fields=["session_seed"])
        ended = _end_sessions(user, keep_key=session_key)
        _record(actor, "accounts.end_other_sessions", user, now, ended=ended)
    return ended


def _end_sessions(user: User, *, keep_key: str | None) -> int:
    ended = 0
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep_key or ""):
        session.end()
        ended += 1
    return ended


def forget_stale(*, now: datetime) -> int:
    """Remove what nobody can use any more: codes, unconfirmed sign-ups (RL-76), counters, kept forms, sessions."""
    longest = max(limit.window for limit in LIMITS.values())
    removed, _details = Code.objects.filter(created_at__lt=now - UNCONFIRMED_SIGN_UP_LIFETIME).delete()
    removed += KeptPost.objects.filter(expires_at__lt=now).delete()[0]
    removed += Throttle.objects.filter(
        Q(paused_until=None) | Q(paused_until__lt=now), last_used_at__lt=now - longest
    ).delete()[0]
    removed += Session.objects.filter(expire_date__lt=now).delete()[0]
    ended = ~Exists(Session.objects.filter(session_key=OuterRef("session_key")))
    removed += UserSession.objects.filter(ended).delete()[0]
    return removed


# --------------------------------------------------------------------------------------------------------------- parts


def _find_by_login(login: Login) -> User | None:
    return _holder_of(login.channel, login.value) if login.channel else None


def _holder_of(channel: Channel, address: str) -> User | None:
    """Return who has this address; a number counts only once it was confirmed."""
    if channel == Channel.EMAIL:
        return User.objects.filter(email=address).first()
    return User.objects.filter(phone=address, phone_verified=True).first()


def _free_unconfirmed(phone: str) -> None:
    """Take a number that nobody confirmed from whoever has it: its holder has just shown that it is his."""
    User.objects.filter(phone=phone, phone_verified=False).exclude(email=None).update(phone=None)


def _check_new_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise FieldProblem("password", " ".join(error.messages)) from error


def _record_attempt(
    actor: Actor, user: User | None, login: Login | None, method: SignInMethod, reason: Reason, now: datetime
) -> SignInAttempt:
    device = device_of(actor.user_agent)
    return SignInAttempt.objects.create(
        at=now,
        user=user,
        login_digest=vault.digest(login.key, label="login") if login else "",
        outcome=Outcome.FAILED if reason else Outcome.SUCCESS,
        method=method,
        reason=reason,
        address=actor.ip[:64],
        device_kind=device.kind,
        device=device.words,
        user_agent=actor.user_agent[:300],
    )


def _record(actor: Actor, action: str, user: User, now: datetime, **payload: Any) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_kind="user",
        subject_id=user.id,
        subject_ref=user.name,
        payload=payload or None,
        now=now,
    )


def _notify(
    actor: Actor,
    user: User | None,
    kind: NoticeKind,
    now: datetime,
    institution: "Institution | None",
    *,
    channel: Channel | None = None,
    address: str = "",
    language: str = "",
    new: str = "",
) -> None:
    """Tell one address, without a wish of the caller the e-mail address, else the mobile number."""
    if user is not None and channel is None:
        channel, address = (Channel.EMAIL, user.email) if user.email else (Channel.SMS, user.phone or "")
    events.security_notice.send(
        sender=User,
        user=user,
        kind=kind,
        channel=channel,
        address=address,
        language=user.language if user else language,
        institution=institution,
        context={
            "at": now.isoformat(),
            "address": actor.ip,
            "device": device_of(actor.user_agent).words,
            "new": new,
        },
        now=now,
    )
