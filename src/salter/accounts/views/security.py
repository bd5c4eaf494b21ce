"""The security page and the changes made from it (EK-14, EK-15, EK-27 to EK-30)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from salter.accounts import selectors, services
from salter.accounts.access import recent_proof, signed_in
from salter.accounts.counters import country_of
from salter.accounts.forms import ChangePasswordForm, EmailForm, LandlineForm, LanguageForm, MobileForm, ProveForm
from salter.accounts.models import User
from salter.accounts.registry import blocks_for
from salter.accounts.requests import MemberRequest
from salter.accounts.tables import sign_ins_table
from salter.accounts.types import AccountProblem, Purpose
from salter.accounts.views.entering import code_page, read_or_post
from salter.accounts.views.parts import drop_code, go, next_of, refuse, sent, wait_for
from salter.accounts.words import attempt_in_words, device_in_words
from salter.lib import phones
from salter.pages.forms import answer
from salter.pages.language import offered_languages, remember_language
from salter.pages.shortcuts import page

__all__ = [
    "email",
    "email_code",
    "end_sessions",
    "landline",
    "language",
    "mobile",
    "mobile_code",
    "not_me",
    "password",
    "prove",
    "security",
    "sign_ins",
    "start",
]


@signed_in
@require_safe
def start(request: MemberRequest) -> HttpResponse:
    """The bare address leads to the security page."""
    return go("security")


@never_cache
@signed_in
@require_safe
def security(request: MemberRequest) -> HttpResponse:
    """Last sign-ins, devices, ways to sign in, contact data, and what other apps add."""
    user = request.user
    country = country_of(request)
    context = {
        "person": user,
        "last": selectors.last_sign_ins(user),
        "sessions": selectors.list_sessions(user, present_key=request.session.session_key, now=timezone.now()),
        "blocks": blocks_for(request),
        "has_second_factor": selectors.has_second_factor(user),
        "codes_left": selectors.recovery_codes_left(user) if selectors.has_second_factor(user) else 0,
        "phone": phones.display(user.phone, country) if user.phone else "",
        "landline": phones.display(user.landline, country) if user.landline else "",
        "language_form": _language_form(request),
        "device_in_words": device_in_words,
        "attempt_in_words": attempt_in_words,
    }
    return page(request, "accounts/security.html", context)


@signed_in
@require_safe
def sign_ins(request: MemberRequest) -> HttpResponse:
    """Every sign-in and every refusal, in the one table (EK-27)."""
    return sign_ins_table(request)


@never_cache
@sensitive_post_parameters("password")
@signed_in
@read_or_post
def prove(request: MemberRequest) -> HttpResponse:
    """Ask for the password again before something that matters."""
    next_url = next_of(request, otherwise=go("security")["Location"])
    form = ProveForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.check_present_password(
                actor=request.actor, user=request.user, password=form.cleaned_data["password"], now=timezone.now()
            )
        except AccountProblem as problem:
            refuse(form, problem, "password")
        else:
            record_authentication(request, request.user, "password", reauthenticated=True)
            return HttpResponseRedirect(next_url)
    return answer(request, "accounts/prove.html", {"next_url": next_url}, form)


@never_cache
@sensitive_post_parameters("present", "password")
@signed_in
@read_or_post
def password(request: MemberRequest) -> HttpResponse:
    """Change the password (EK-28)."""
    form = ChangePasswordForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_password(
                actor=request.actor,
                user=request.user,
                present=form.cleaned_data["present"],
                new=form.cleaned_data["password"],
                end_others=form.cleaned_data["end_others"],
                session_key=request.session.session_key,
                institution=request.institution,
                now=timezone.now(),
            )
        except AccountProblem as problem:
            refuse(form, problem, "present")
        else:
            _renew_session(request)
            if form.cleaned_data["end_others"]:
                messages.success(request, _("Your password is changed. You are signed out on all other devices."))
            else:
                messages.success(request, _("Your password is changed."))
            return go("security")
    return answer(request, "accounts/password.html", {}, form)


def _renew_session(request: MemberRequest) -> None:
    """Give the present session a new key and stamp, and keep its row in the list of devices."""
    old_key = request.session.session_key
    update_session_auth_hash(request, User.objects.get(pk=request.user.pk))
    if not request.session.session_key:
        request.session.save()
    UserSession.objects.filter(session_key=old_key).update(session_key=request.session.session_key)


@never_cache
@recent_proof
@read_or_post
def email(request: MemberRequest) -> HttpResponse:
    """Name a new e-mail address; a code goes there (EK-29)."""
    return _change(request, EmailForm(sent(request)), "email", services.request_email_change)


@never_cache
@recent_proof
@read_or_post
def mobile(request: MemberRequest) -> HttpResponse:
    """Name a new mobile number; a code goes there (EK-29)."""
    form = MobileForm(sent(request), country=country_of(request))
    return _change(request, form, "phone", services.request_phone_change)


def _change(request: MemberRequest, form: Any, field: str, ask: Callable[..., UUID]) -> HttpResponse:
    purpose = Purpose.CHANGE_EMAIL if field == "email" else Purpose.CHANGE_PHONE
    if request.method == "POST" and form.is_valid():
        try:
            waited = ask(
                actor=request.actor,
                user=request.user,
                institution=request.institution,
                now=timezone.now(),
                **{field: form.cleaned_data[field]},
            )
        except AccountProblem as problem:
            refuse(form, problem, field)
        else:
            wait_for(request, purpose, waited)
            return go("email_code" if field == "email" else "mobile_code")
    return answer(request, f"accounts/{'email' if field == 'email' else 'mobile'}.html", {"person": request.user}, form)


@never_cache
@signed_in
@read_or_post
def email_code(request: MemberRequest) -> HttpResponse:
    """The code that lets the new e-mail address take effect."""
    return _confirm(request, Purpose.CHANGE_EMAIL, "email", _("Confirm your new e-mail address"))


@never_cache
@signed_in
@read_or_post
def mobile_code(request: MemberRequest) -> HttpResponse:
    """The code that lets the new mobile number take effect."""
    return _confirm(request, Purpose.CHANGE_PHONE, "mobile", _("Confirm your mobile number"))


def _confirm(request: MemberRequest, purpose: Purpose, again: str, title: str) -> HttpResponse:
    next_url = next_of(request, otherwise=go("security")["Location"])

    def take_effect(waited: UUID, typed: str) -> HttpResponse:
        services.confirm_contact_change(
            actor=request.actor,
            user=request.user,
            code_id=waited,
            typed=typed,
            institution=request.institution,
            now=timezone.now(),
        )
        drop_code(request, purpose)
        if purpose == Purpose.CHANGE_EMAIL:
            messages.success(request, _("Your e-mail address is changed."))
        else:
            messages.success(request, _("Your mobile number is confirmed."))
        return HttpResponseRedirect(next_url)

    return code_page(request, purpose, take_effect, title=title, again=again, next_url=next_url, later=True)


@never_cache
@signed_in
@read_or_post
def landline(request: MemberRequest) -> HttpResponse:
    """Change the landline number; it needs no code (EK-29)."""
    country = country_of(request)
    shown = phones.display(request.user.landline, country) if request.user.landline else ""
    form = LandlineForm(sent(request), country=country, initial={"phone": shown})
    if request.method == "POST" and form.is_valid():
        services.change_landline(
            actor=request.actor, user=request.user, landline=form.cleaned_data["phone"], now=timezone.now()
        )
        messages.success(request, _("Your landline number is saved."))
        return go("security")
    return answer(request, "accounts/landline.html", {}, form)


def _language_form(request: MemberRequest) -> LanguageForm:
    return LanguageForm(
        sent(request),
        languages=offered_languages(request.institution),
        initial={"language": request.user.language},
    )


@signed_in
@require_POST
def language(request: MemberRequest) -> HttpResponse:
    """Choose the language of pages and messages."""
    form = _language_form(request)
    response = go("security")
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        services.change_language(actor=request.actor, user=request.user, language=chosen, now=timezone.now())
        remember_language(response, chosen)
        messages.success(request, _("Your language is saved."))
    else:
        messages.error(request, _("We don't offer this language. Choose one from the list."))
    return response


@signed_in
@require_POST
def end_sessions(request: MemberRequest) -> HttpResponse:
    """End one session, or all but the present one."""
    number = request.POST.get("session", "")
    if number.isascii() and number.isdecimal() and len(number) <= 15:
        ended = services.end_session(actor=request.actor, user=request.user, session_id=int(number), now=timezone.now())
        if ended:
            messages.success(request, _("You are signed out on that device."))
        else:
            messages.info(request, _("You were signed out on that device already."))
    else:
        _end_others(request)
    return go("security")


def _end_others(request: MemberRequest) -> None:
    ended = services.end_other_sessions(
        actor=request.actor, user=request.user, session_key=request.session.session_key, now=timezone.now()
    )
    _renew_session(request)
    if ended:
        messages.success(
            request,
            ngettext(
                "You are signed out on %(num)s other device.", "You are signed out on %(num)s other devices.", ended
            )
            % {"num": ended},
        )
    else:
        messages.info(request, _("You are signed in on this device only."))


@never_cache
@signed_in
@read_or_post
def not_me(request: MemberRequest) -> HttpResponse:
    """Somebody else tried: end every other session and set a new password."""
    if request.method == "POST":
        _end_others(request)
        return go("password")
    context = {"last": selectors.last_sign_ins(request.user), "attempt_in_words": attempt_in_words}
    return page(request, "accounts/not_me.html", context)
