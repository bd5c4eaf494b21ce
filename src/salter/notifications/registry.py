"""What the product can tell people: each app declares its templates here, in `AppConfig.ready`.

    registry.template(
        "cases.answered",
        subject=_("{number}: we have answered"),
        body=_("We have answered your {kind} {number}."),
        sms=_("{number}: we have answered. Read it at your counter."),
    )

Texts are lazy translations with {placeholders}; values come from the context of `services.notify`. `{secret}` stands
for the one value that is never stored readable. The names below need not be given, they are known for every message:
`{institution}`, `{counter}`, `{person}`.
"""

import string
from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

__all__ = ["Template", "all_templates", "get", "placeholders", "template"]

Text = Promise | str

# Values that every message knows without being told.
GIVEN = frozenset({"institution", "counter", "person"})
SECRET = "secret"  # noqa: S105  the name of a placeholder

DAY = timedelta(hours=24)
OPEN = _("Open at the counter")


@dataclass(frozen=True, slots=True)
class Template:
    """One thing the product says. `security`: cannot be muted. After `lifetime` it is not worth sending any more."""

    code: str
    subject: Text
    body: Text
    sms: Text | None
    action: Text
    security: bool
    lifetime: timedelta


_templates: dict[str, Template] = {}


def template(
    code: str,
    subject: Text,
    body: Text,
    sms: Text | None = None,
    *,
    action: Text = OPEN,
    security: bool = False,
    lifetime: timedelta = DAY,
) -> Template:
    """Declare a template. `action` is the label of the button that opens `path`.

    **Raises** ImproperlyConfigured when the code is taken by other texts or the subject would show the secret.
    """
    new = Template(code, subject, body, sms, action, security, lifetime)
    known = _templates.get(code)
    if known is not None and known != new:
        raise ImproperlyConfigured(f"The message template {code!r} is declared twice.")
    if SECRET in placeholders(str(subject)):
        # Subjects are shown in lists, on lock screens and in server logs.
        raise ImproperlyConfigured(f"The subject of {code!r} must not hold the secret.")
    _templates[code] = new
    return new


def get(code: str) -> Template:
    """Return a declared template. **Raises** KeyError."""
    return _templates[code]


def all_templates() -> list[Template]:
    return [_templates[code] for code in sorted(_templates)]


def placeholders(text: str) -> set[str]:
    """Return the names in braces. **Raises** ImproperlyConfigured on anything but plain names, such as {a.b} or {0}."""
    names = set()
    for _literal, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ImproperlyConfigured(f"Only plain names may stand in braces: {text!r}")
        names.add(name)
    return names
