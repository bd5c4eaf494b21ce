"""What an institution may be: slugs, languages, alphabets, its contacts; opening hours as people write them."""

import itertools
import re
from collections.abc import Iterable
from datetime import time

from django.utils.translation import gettext_lazy as _

from salter.lib.refusals import Refused

__all__ = [
    "ALPHABETS", "CONTACT_KEYS", "CONTACT_TEXTS", "COUNTRIES", "CURRENCIES", "ICONS", "LANGUAGES",
    "LONGEST_CLOSURE_DAYS", "RESERVED_SLUGS", "SLUG_PATTERN", "THEMES", "hours_text", "parse_hours",
]  # fmt: skip

SLUG_PATTERN = r"^[a-z][a-z0-9-]{1,38}[a-z0-9]$"

# First path segments that the platform itself answers.
RESERVED_SLUGS = frozenset(
    {
        *(
            "_look",
            "_mailbox",
            "_phone",
            "_people",
            "account",
            "accounts",
            "admin",
            "api",
            "healthz",
            "live",
            "metrics",
        ),
        *("readyz", "robots", "static", "media", "favicon", "language", "help", "new", "institutions", "counters"),
    }
)

LANGUAGES = ("en", "sr-latn", "sr", "ro", "pl", "mk")

# The order of letters by which names are sorted for people, per language.
ALPHABETS = ("sr-Latn", "sr-Cyrl", "ro", "pl", "mk", "en")

COUNTRIES = ("RS", "RO", "PL", "MK")

CURRENCIES = {"RS": "RSD", "RO": "RON", "PL": "PLN", "MK": "MKD"}

THEMES = ("gas", "grad", "saobracaj", "toplota", "salter")

# Pictures in the arch beside the counter's name.
ICONS = ("flame", "heat", "gauge", "truck", "building", "house", "home", "scale", "globe")

# Longer ones are a mistake in the year; the calendar itself gives up after a year without a working day.
LONGEST_CLOSURE_DAYS = 200

CONTACT_KEYS = ("address", "phone", "email", "emergency_phone")
CONTACT_TEXTS = ("emergency_text", "emergency_note", "hours")

_HOUR = r"([01]?[0-9]|2[0-4])(?:[:.]([0-5][0-9]))?"
_INTERVAL = re.compile(rf"{_HOUR}\s*(?:h|ч)?\s*[-–—]\s*{_HOUR}\s*(?:h|ч)?")


def parse_hours(text: str) -> list[tuple[time, time]]:
    """Return the opening hours of one day written as `7–15` or `7:30-12, 13–17`; none for an empty text.

    Raises: Refused, whose text says what to write instead.
    """
    intervals: list[tuple[time, time]] = []
    for part in re.split(r"[,;]", text):
        if not part.strip():
            continue
        found = _INTERVAL.fullmatch(part.strip())
        if found is None:
            raise Refused(_("Write it like 7–15 or 7:30–12, 13–17. Leave it empty for a day off."))
        opens, closes = _time(found[1], found[2]), _time(found[3], found[4])
        if closes <= opens:
            raise Refused(_("The end must be later than the beginning."))
        intervals.append((opens, closes))
    intervals.sort()
    for (_opens, closes), (following, _closes) in itertools.pairwise(intervals):
        if following < closes:
            raise Refused(_("The intervals of a day must not overlap."))
    return intervals


def _time(hour: str, minute: str | None) -> time:
    if int(hour) == 24:
        # Stored days end before midnight; a minute is the price of a day that is open to its end.
        if int(minute or 0):
            raise Refused(_("A day ends at 24:00."))
        return time(23, 59)
    return time(int(hour), int(minute or 0))


def hours_text(intervals: Iterable[tuple[time, time]]) -> str:
    """Return the hours of one day as `7–15` or `7:30–12, 13–17`."""

    def short(moment: time) -> str:
        return f"{moment.hour}:{moment.minute:02}" if moment.minute else str(moment.hour)

    return ", ".join(f"{short(opens)}–{short(closes)}" for opens, closes in intervals)
