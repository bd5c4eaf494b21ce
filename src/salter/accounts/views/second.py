"""Switching codes from an app on and off, and recovery codes."""

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from markupsafe import Markup

from salter.accounts import selectors, services, vault
from salter.accounts.access import recent_proof
from salter.accounts.forms import SecondFactorForm
from salter.accounts.requests import MemberRequest
from salter.accounts.types import AccountProblem
from salter.accounts.views.entering import read_or_post
from salter.accounts.views.parts import go, next_of, refuse, sent
from salter.lib import qr
from salter.pages.forms import answer
from salter.pages.shortcuts import page

__all__ = ["download", "recovery_codes", "switch_off", "switch_on"]

_SECRET = "accounts_new_secret"  # noqa: S105 — the name of a place in the session


def _new_secret(request: MemberRequest) -> str:
    """Return the secret that is being set up; a reload shows the same, so a scanned code stays good."""
    kept = request.session.get(_SECRET)
    if kept:
        try:
            return vault.decrypt(kept, label="new-secret")
        except InvalidToken:
            # SECRET_KEY was changed meanwhile.
            pass
    secret = generate_totp_secret()
    request.session[_SECRET] = vault.encrypt(secret, label="new-secret")
    return secret


@never_cache
@recent_proof
@read_or_post
def switch_on(request: MemberRequest) -> HttpResponse:
    """Show the secret, take the first code. Staff are sent here and go back to where they were."""
    next_url = next_of(request, otherwise=go("security")["Location"])
    if selectors.has_second_factor(request.user):
        return HttpResponseRedirect(next_url)
    secret = _new_secret(request)
    form = SecondFactorForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.switch_on_second_factor(
                actor=request.actor,
                user=request.user,
                secret=secret,
                typed=form.cleaned_data["code"],
                session_key=request.session.session_key,
                now=timezone.now(),
            )
        except AccountProblem as problem:
            refuse(form, problem, "code")
        else:
            request.session.pop(_SECRET, None)
            record_authentication(request, request.user, "mfa", salter_method="password_totp")
            messages.success(request, _("From now on you sign in with a code from your app."))
            return go("recovery_codes", next_url)
    address = get_adapter().build_totp_url(request.user, secret)
    context = {
        "next_url": next_url,
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        "address": address,
        "drawing": Markup(qr.svg(address, label=_("Square code for your app"))),  # noqa: S704 — drawn by our library
    }
    return answer(request, "accounts/second_factor_on.html", context, form)


@never_cache
@recent_proof
@read_or_post
def switch_off(request: MemberRequest) -> HttpResponse:
    """Switch codes from an app off, after saying what that means."""
    if not selectors.has_second_factor(request.user):
        return go("security")
    if request.method == "POST":
        services.switch_off_second_factor(actor=request.actor, user=request.user, now=timezone.now())
        messages.success(request, _("You sign in with your password alone now."))
        return go("security")
    return page(request, "accounts/second_factor_off.html")


@never_cache
@recent_proof
@read_or_post
def recovery_codes(request: MemberRequest) -> HttpResponse:
    """Show the codes that are left; make new ones."""
    next_url = next_of(request, otherwise=go("security")["Location"])
    if not selectors.has_second_factor(request.user):
        return go("second_factor_on", next_url)
    if request.method == "POST":
        services.make_recovery_codes(actor=request.actor, user=request.user, now=timezone.now())
        messages.success(request, _("Here are your new recovery codes. The old ones are no longer valid."))
        return go("recovery_codes", next_url)
    context = {"codes": selectors.recovery_codes(request.user), "next_url": next_url}
    return page(request, "accounts/recovery_codes.html", context)


@never_cache
@recent_proof
@require_safe
def download(request: MemberRequest) -> HttpResponse:
    """The codes as a text file."""
    if not selectors.has_second_factor(request.user):
        return go("security")
    codes = selectors.recovery_codes(request.user)
    text = "\r\n".join([_("Recovery codes for %(name)s") % {"name": request.user.name}, "", *codes, ""])
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return response
