"""Pauses, codes and devices as pure functions.

A pause grows with each failure and is counted before the password is checked, so that a burst of parallel attempts
gains nothing.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from salter.accounts.types import Device, DeviceKind

__all__ = [
    "CODE_DIGITS",
    "CODE_LIFETIME",
    "CODE_TRIES",
    "LIMITS",
    "Limit",
    "device_of",
    "digits_of",
    "mask_address",
    "pause_after",
    "tries_left",
]

CODE_DIGITS = 6
CODE_TRIES = 5
CODE_LIFETIME = timedelta(minutes=15)
KEPT_POST_LIFETIME = timedelta(minutes=30)
KEPT_POST_MAX_BYTES = 256 * 1024
# An account that nobody confirmed is forgotten (Source: RL-76).
UNCONFIRMED_SIGN_UP_LIFETIME = timedelta(days=7)
# How long a shown password or code vouches for a change of the security settings.
RECENT_PROOF = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """`free` uses go unpaused; each further one waits for the next of `pauses_s`; forgotten after `window`."""

    free: int
    pauses_s: tuple[int, ...]
    window: timedelta


LIMITS: dict[str, Limit] = {
    # Wrong passwords for one login, whether or not it exists.
    "login": Limit(4, (60, 120, 300, 900, 1800, 3600), timedelta(hours=24)),
    # Wrong passwords from one network address: an office or a village may share one.
    "address": Limit(29, (60, 300, 900, 3600), timedelta(hours=1)),
    # Wrong codes of the second factor, wrong present passwords, by account.
    "second_factor": Limit(4, (60, 120, 300, 900, 1800, 3600), timedelta(hours=24)),
    "password_check": Limit(4, (60, 120, 300, 900, 1800, 3600), timedelta(hours=24)),
    # Codes sent to one e-mail or number: each message costs money and patience.
    "send": Limit(0, (60, 60, 120, 300, 900, 3600), timedelta(hours=24)),
    # Codes asked for from one network address.
    "send_address": Limit(20, (60, 300, 900, 3600), timedelta(hours=1)),
    # Forms of people without a session, kept for one network address.
    "kept_post": Limit(30, (300, 900, 3600), timedelta(hours=1)),
}


def pause_after(limit: Limit, uses: int) -> timedelta:
    """Return how long to wait after this many uses; zero while uses are free."""
    step = uses - limit.free - 1
    if step < 0:
        return timedelta(0)
    return timedelta(seconds=limit.pauses_s[min(step, len(limit.pauses_s) - 1)])


def tries_left(limit: Limit, uses: int) -> int:
    """Return how many tries remain before the first pause."""
    return max(0, limit.free + 1 - uses)


def is_forgotten(limit: Limit, last_used_at: datetime, now: datetime) -> bool:
    return now - last_used_at >= limit.window


# The first that fits wins: every browser also names those that it descends from.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdgA?(?:iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|Chromium|CriOS)/")),
    ("Safari", re.compile(r"\bVersion/[\d.]+.*\bSafari/")),
)
_SYSTEMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMacintosh\b|\bMac OS X\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)


def device_of(user_agent: str) -> Device:
    """Say in words what a User-Agent header claims. It is a hint for the reader, never a proof."""
    browser = next((name for name, mark in _BROWSERS if mark.search(user_agent)), "")
    system = next((name for name, mark in _SYSTEMS if mark.search(user_agent)), "")
    if not system and not browser:
        return Device(DeviceKind.UNKNOWN, "")
    if system == "iPad" or (system == "Android" and "Mobile" not in user_agent):
        kind = DeviceKind.TABLET
    elif system in ("Android", "iPhone"):
        kind = DeviceKind.PHONE
    else:
        kind = DeviceKind.COMPUTER
    return Device(kind, ", ".join(part for part in (browser, system) if part))


def digits_of(typed: str) -> str:
    """Return the digits of what was typed, in whichever script and with whatever between them."""
    return "".join(str(unicodedata.decimal(character)) for character in typed if character.isdecimal())


def mask_address(address: str) -> str:
    """Hide the middle of an e-mail address or number, so that a page tells its owner and nobody else which it is."""
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:1]}•••@{domain}"
    return f"{address[:4]} ••• {address[-2:]}"
