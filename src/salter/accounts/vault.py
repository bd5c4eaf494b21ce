"""Secrets that must be read again (TOTP keys, kept forms), encrypted at rest.

The keys derive from SECRET_KEY and its fallbacks, each use by its own label, so that a leaked database alone opens
nothing.
"""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

__all__ = ["decrypt", "digest", "encrypt", "open_with", "seal_with"]


def _fernet(label: str) -> MultiFernet:
    secrets = [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet([_key(f"salter.accounts.{label}".encode(), secret.encode()) for secret in secrets])


def _key(label: bytes, secret: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hmac.new(secret, label, hashlib.sha256).digest()))


def encrypt(text: str, *, label: str) -> str:
    return _fernet(label).encrypt(text.encode()).decode()


def decrypt(text: str, *, label: str) -> str:
    """**Raises** cryptography's InvalidToken when the text isn't ours."""
    return _fernet(label).decrypt(text.encode()).decode()


def digest(text: str, *, label: str) -> str:
    """Return a keyed digest: equal for equal texts, and useless to who has the database alone."""
    return hmac.new(settings.SECRET_KEY.encode(), f"{label}\0{text}".encode(), hashlib.sha256).hexdigest()


def seal_with(key: str, content: bytes) -> bytes:
    """Encrypt with a key that isn't kept here."""
    return _key(key.encode(), settings.SECRET_KEY.encode()).encrypt(content)


def open_with(key: str, content: bytes) -> bytes | None:
    """Decrypt what `seal_with` made; None when the key doesn't fit."""
    try:
        return _key(key.encode(), settings.SECRET_KEY.encode()).decrypt(content)
    except InvalidToken:
        return None
