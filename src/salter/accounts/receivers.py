"""What happens when allauth says that somebody is in, and when a reader picks a language."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.signals import user_logged_in
from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from salter.accounts import counters, keeping, selectors, services
from salter.accounts.models import SignInAttempt, User
from salter.accounts.types import SignInMethod
from salter.accounts.words import attempt_in_words
from salter.audit.types import Actor
from salter.pages.events import language_chosen
from salter.pages.language import chosen_language, remember_language

__all__: list[str] = []


@receiver(user_logged_in)
def on_signed_in(request: HttpRequest, user: User, response: HttpResponse, **kwargs: Any) -> None:
    """Record the sign-in and say when the person, or somebody in his name, was here before (EK-30)."""
    guest: Actor = request.actor  # type: ignore[attr-defined]
    actor = Actor(user_id=user.pk, name=user.name, role="customer", ip=guest.ip, user_agent=guest.user_agent)
    request.actor = actor  # type: ignore[attr-defined]
    attempt = services.record_sign_in(actor=actor, user=user, method=_method_of(request, user), now=timezone.now())
    _say_last(request, selectors.last_sign_ins(user, before=attempt))
    counters.remember(request, user)
    keeping.name_holder(response, user.pk)
    if not chosen_language(request):
        remember_language(response, user.language)


def _method_of(request: HttpRequest, user: User) -> SignInMethod:
    records = get_authentication_records(request, user)
    methods = [record["method"] for record in records]
    for method in (SignInMethod.SIGN_UP, SignInMethod.RESET):
        if method in methods:
            return method
    second = next((record for record in records if record["method"] == "mfa"), None)
    if second is None:
        return SignInMethod.PASSWORD
    return SignInMethod(second["salter_method"])


def _say_last(request: HttpRequest, last: selectors.LastSignIns) -> None:
    def words(attempt: SignInAttempt) -> str:
        return attempt_in_words(attempt)

    if last.success and last.failed:
        said = _("Your last sign-in: %(success)s. The last one refused: %(failed)s.") % {
            "success": words(last.success),
            "failed": words(last.failed),
        }
    elif last.success:
        said = _("Your last sign-in: %(success)s. None was refused.") % {"success": words(last.success)}
    elif last.failed:
        said = _("This is your first sign-in. One was refused before: %(failed)s.") % {"failed": words(last.failed)}
    else:
        said = _("Welcome. This is your first sign-in.")
    fresh = last.failed and (last.success is None or last.failed.at > last.success.at)
    (messages.warning if fresh else messages.info)(request, said)


@receiver(language_chosen)
def on_language_chosen(request: HttpRequest, language: str, **kwargs: Any) -> None:
    """Write to the person in the language that he reads."""
    if request.user.is_authenticated:
        services.change_language(
            actor=request.actor,  # type: ignore[attr-defined]
            user=request.user,
            language=language,
            now=timezone.now(),
        )
