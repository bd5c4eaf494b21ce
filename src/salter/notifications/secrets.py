"""Codes and links that must reach one person only: kept encrypted while they wait, and nowhere afterwards."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

__all__ = ["MASK", "SecretLost", "open_secret", "seal_secret"]

# What stands in the readable text in the place of the secret; letters that an SMS needn't change.
MASK = "******"


class SecretLost(ValueError):
    """The secret was encrypted with a key that is no longer known."""


def _fernet() -> MultiFernet:
    # Older keys stay readable while SECRET_KEY is exchanged, as for sessions and signed links.
    return MultiFernet([_key(value) for value in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(value: str | bytes) -> Fernet:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"salter.notifications.secret").derive(
        value if isinstance(value, bytes) else value.encode()
    )
    return Fernet(base64.urlsafe_b64encode(derived))


def seal_secret(value: str) -> str:
    return _fernet().encrypt(value.encode()).decode()


def open_secret(token: str) -> str:
    """Return the secret. **Raises** SecretLost."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken as exc:
        raise SecretLost from exc
