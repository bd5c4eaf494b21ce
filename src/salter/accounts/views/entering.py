"""Sign-in, sign-up, forgotten password, sign-out. A GET of these pages changes nothing: mail scanners may open them."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.stages import LoginStageController
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from salter.accounts import codes, keeping, selectors, services
from salter.accounts.counters import country_of
from salter.accounts.forms import CodeForm, ForgottenForm, NewPasswordForm, SecondFactorForm, SignInForm, SignUpForm
from salter.accounts.registry import offers_for
from salter.accounts.requests import Visit
from salter.accounts.rules import CODE_LIFETIME, mask_address
from salter.accounts.types import AccountProblem, Channel, CodeExpired, Purpose, SignInMethod
from salter.accounts.views.parts import code_id, drop_code, go, home_of, let_in, next_of, refuse, sent, wait_for
from salter.pages.forms import answer

__all__ = [
    "code_page",
    "forgotten",
    "forgotten_code",
    "new_password",
    "second_factor",
    "sign_in",
    "sign_out",
    "sign_up",
    "sign_up_code",
]

read_or_post = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@sensitive_post_parameters("password")
@read_or_post
def sign_in(request: Visit) -> HttpResponse:
    """E-mail or phone number and password."""
    next_url = next_of(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url)
    form = SignInForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            user = services.check_password(
                actor=request.actor,
                login=form.cleaned_data["login"],
                password=form.cleaned_data["password"],
                country=country_of(request),
                now=timezone.now(),
            )
        except AccountProblem as problem:
            refuse(form, problem, "password")
        else:
            return let_in(request, user, SignInMethod.PASSWORD, next_url)
    return answer(request, "accounts/sign_in.html", {"next_url": next_url, "offers": offers_for(request)}, form)


@never_cache
@read_or_post
def second_factor(request: Visit) -> HttpResponse:
    """The second question: a code from the app, or a recovery code."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_of(request))
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        return go("sign_in")
    user = stage.login.user
    form = SecondFactorForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            method = services.check_second_factor(
                actor=request.actor, user=user, typed=form.cleaned_data["code"], now=timezone.now()
            )
        except AccountProblem as problem:
            refuse(form, problem, "code")
        else:
            record_authentication(request, user, "mfa", salter_method=method.value)
            return stage.exit()
    return answer(request, "accounts/second_factor.html", {}, form)


@never_cache
@read_or_post
def sign_out(request: Visit) -> HttpResponse:
    """Sign out by a button; an address alone, in an image say, signs nobody out."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(home_of(request))
    if request.method != "POST":
        return answer(request, "accounts/sign_out.html", {"next_url": home_of(request)})
    home = home_of(request)
    services.record_sign_out(
        actor=request.actor, user=request.user, session_key=request.session.session_key, now=timezone.now()
    )
    logout(request)
    messages.success(request, _("You are signed out."))
    response = HttpResponseRedirect(home)
    for cookie in (keeping.COOKIE, keeping.HOLDER_COOKIE):
        response.delete_cookie(cookie, samesite="Lax")
    return response


@never_cache
@sensitive_post_parameters("password")
@read_or_post
def sign_up(request: Visit) -> HttpResponse:
    """Name, addresses, password. The account is made once its code was typed."""
    next_url = next_of(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url)
    form = SignUpForm(sent(request), country=country_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            waited = services.start_sign_up(
                actor=request.actor,
                **form.cleaned_data,
                language=request.LANGUAGE_CODE,
                institution=request.institution,
                now=timezone.now(),
            )
        except AccountProblem as problem:
            refuse(form, problem)
        else:
            wait_for(request, Purpose.SIGN_UP, waited)
            return go("sign_up_code", next_url)
    return answer(request, "accounts/sign_up.html", {"next_url": next_url}, form)


@never_cache
@read_or_post
def sign_up_code(request: Visit) -> HttpResponse:
    """The code that opens the account."""
    next_url = next_of(request)
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url)

    def open_account(waited: Any, typed: str) -> HttpResponse:
        done = services.confirm_sign_up(
            actor=request.actor, code_id=waited, typed=typed, institution=request.institution, now=timezone.now()
        )
        drop_code(request, Purpose.SIGN_UP)
        user = selectors.get_user(done.user_id)
        response = let_in(request, user, SignInMethod.SIGN_UP, next_url)
        if done.next_code_id is None:
            return response
        wait_for(request, Purpose.CHANGE_PHONE, done.next_code_id)
        response["Location"] = go("mobile_code", next_url)["Location"]
        return response

    return code_page(
        request, Purpose.SIGN_UP, open_account, title=_("Confirm that it is you"), again="sign_up", next_url=next_url
    )


@never_cache
@read_or_post
def forgotten(request: Visit) -> HttpResponse:
    """Ask for a code to set a new password with. The answer is the same for everybody."""
    next_url = next_of(request)
    form = ForgottenForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            waited = services.request_password_reset(
                actor=request.actor,
                login=form.cleaned_data["login"],
                country=country_of(request),
                language=request.LANGUAGE_CODE,
                institution=request.institution,
                now=timezone.now(),
            )
        except AccountProblem as problem:
            refuse(form, problem, "login")
        else:
            wait_for(request, Purpose.RESET, waited)
            return go("forgotten_code", next_url)
    return answer(request, "accounts/forgotten.html", {"next_url": next_url}, form)


@never_cache
@read_or_post
def forgotten_code(request: Visit) -> HttpResponse:
    """The code of a forgotten password."""
    next_url = next_of(request)

    def confirm(waited: Any, typed: str) -> HttpResponse:
        services.confirm_reset_code(actor=request.actor, code_id=waited, typed=typed, now=timezone.now())
        return go("new_password", next_url)

    return code_page(request, Purpose.RESET, confirm, title=_("Type the code"), again="forgotten", next_url=next_url)


@never_cache
@sensitive_post_parameters("password")
@read_or_post
def new_password(request: Visit) -> HttpResponse:
    """Set the new password with the confirmed code, and go in."""
    next_url = next_of(request)
    waited = code_id(request, Purpose.RESET)
    code = codes.find(waited, Purpose.RESET) if waited else None
    if code is None or code.confirmed_at is None or timezone.now() - code.confirmed_at > CODE_LIFETIME:
        return go("forgotten", next_url)
    form = NewPasswordForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            user = services.set_password_by_code(
                actor=request.actor,
                code_id=code.id,
                password=form.cleaned_data["password"],
                institution=request.institution,
                now=timezone.now(),
            )
        except CodeExpired as problem:
            messages.error(request, str(problem))
            return go("forgotten", next_url)
        except AccountProblem as problem:
            refuse(form, problem)
        else:
            drop_code(request, Purpose.RESET)
            if request.user.is_authenticated:
                logout(request)
            messages.success(request, _("Your password is changed. You are signed out on all other devices."))
            return let_in(request, user, SignInMethod.RESET, next_url)
    return answer(request, "accounts/new_password.html", {"next_url": next_url, "code": code}, form)


def code_page(
    request: Visit,
    purpose: Purpose,
    act: Any,
    *,
    title: str,
    again: str,
    next_url: str,
    later: bool = False,
) -> HttpResponse:
    """One page for every code: type it, have it sent again, or go back and correct the address.

    `act(code_id, typed)` does what the code is for. `again` names the page that asks for the address, `later` offers to
    go on without the code.
    """
    waited = code_id(request, purpose)
    code = codes.find(waited, purpose) if waited else None
    if code is None:
        return go(again, next_url)
    form = CodeForm(None if "resend" in request.POST else sent(request))
    if request.method == "POST" and "resend" in request.POST:
        try:
            services.resend_code(
                actor=request.actor,
                code_id=code.id,
                purpose=purpose,
                language=request.LANGUAGE_CODE,
                institution=request.institution,
                now=timezone.now(),
            )
        except AccountProblem as problem:
            messages.error(request, str(problem))
        else:
            messages.success(request, _("A new code is on its way. The one before is no longer valid."))
        return HttpResponseRedirect(request.get_full_path())
    if request.method == "POST" and form.is_valid():
        try:
            return act(code.id, form.cleaned_data["code"])
        except AccountProblem as problem:
            refuse(form, problem, "code")
    context = {
        "title": title,
        "address": mask_address(code.address),
        "by_sms": code.channel == Channel.SMS,
        "again": again,
        "next_url": next_url,
        "later": later,
    }
    return answer(request, "accounts/code.html", context, form)
