"""Whose password is checked: the one person whose present address was typed."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from salter.accounts.models import User

__all__ = ["AccountBackend"]


class AccountBackend(AuthenticationBackend):
    """allauth's, with its equal timing for unknown people, but looking at nothing than our own users.

    allauth also accepts every row of its table of e-mail addresses; an address that was changed must stop working.
    """

    def _authenticate_by_email(self, email: str, password: str) -> AbstractBaseUser | None:
        return self._check_password(User.objects.filter(email=email.lower()).first(), password)
