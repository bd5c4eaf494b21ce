"""What allauth asks about our accounts. Its own mails and messages are never sent: codes and notices are ours."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.urls import reverse

from salter.accounts import vault
from salter.accounts.models import User
from salter.accounts.network import client_address

__all__ = ["AccountAdapter", "MfaAdapter"]


class AccountAdapter(DefaultAccountAdapter):
    """Finds people by confirmed numbers; keeps allauth from writing to anybody."""

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone, phone_verified=True).first()

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        number = getattr(user, "phone", None)
        return (number, getattr(user, "phone_verified", False)) if number else None

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request) or "0.0.0.0"  # noqa: S104 — allauth's column takes no NULL

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return HttpResponseRedirect(reverse("accounts:sign_in"))

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the pages tell what happened in their own words."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: codes and notices leave by `events`."""


class MfaAdapter(DefaultMFAAdapter):
    """Keeps the keys of authenticator apps encrypted."""

    def encrypt(self, text: str) -> str:
        return vault.encrypt(text, label="mfa")

    def decrypt(self, encrypted_text: str) -> str:
        return vault.decrypt(encrypted_text, label="mfa")
