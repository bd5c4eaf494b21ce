"""From a declared template to the words of one message: versions per language, values in the recipient's way."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import translation
from django.utils.functional import Promise

from salter.lib import dates, money
from salter.lib.texts import pick, pick_with_language
from salter.notifications import registry
from salter.notifications.models import TemplateVersion
from salter.notifications.secrets import MASK
from salter.notifications.types import Amount, TemplateError

if TYPE_CHECKING:
    from salter.institutions.models import Institution

__all__ = ["Words", "choose_language", "current_version", "localise", "render", "source_text", "sync_templates"]

log = structlog.get_logger(__name__)

_PARTS = ("subject", "body", "sms", "action")
_LETTER = re.compile(r"[^\W\d_]")
_PLACEHOLDER = re.compile(r"\{[^}]*\}")

# Texts per template, read from the catalogues once in the life of the process.
_collected: dict[str, tuple[registry.Template, dict[str, dict[str, str]], str]] = {}


@dataclass(frozen=True, slots=True)
class Words:
    """The readable texts of a message, with the secret masked. `sms` is empty when the template has none."""

    subject: str
    body: str
    sms: str
    action: str


def source_text(text: Promise | str | None) -> str:
    """Return the English text as it stands in the code."""
    with translation.override(None):
        return "" if text is None else str(text)


def _translated(text: Promise | str | None, language: str) -> str | None:
    """Return the text in a language, or None when the catalogue lacks it or its placeholders don't fit."""
    source = source_text(text)
    if language == "en" or not isinstance(text, Promise):
        return source
    with translation.override(language):
        found = str(text)
    if found == source:
        return found if not _LETTER.search(_PLACEHOLDER.sub("", source)) else None
    if registry.placeholders(found) != registry.placeholders(source):
        log.error("template_placeholders_differ", language=language, source=source)
        return None
    return found


def _collect(template: registry.Template) -> tuple[dict[str, dict[str, str]], str]:
    known = _collected.get(template.code)
    if known is not None and known[0] is template:
        return known[1], known[2]
    texts: dict[str, dict[str, str]] = {}
    for language, _name in settings.LANGUAGES:
        parts = {part: _translated(getattr(template, part), language) for part in _PARTS}
        # One missing part drops the language: a letter must not be half in one language and half in another.
        if None not in parts.values():
            texts[language] = {part: text for part, text in parts.items() if text is not None}
    digest = hashlib.sha256(json.dumps(texts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    _collected[template.code] = (template, texts, digest)
    return texts, digest


def current_version(template: registry.Template) -> TemplateVersion:
    """Return the stored version with today's texts; texts that are new to the database make a new version."""
    texts, digest = _collect(template)
    found = TemplateVersion.objects.filter(code=template.code, digest=digest).first()
    if found is not None:
        return found
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two processes that start with new texts at once must not both take the next number.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"template:{template.code}"])
        found = TemplateVersion.objects.filter(code=template.code, digest=digest).first()
        if found is not None:
            return found
        last = TemplateVersion.objects.filter(code=template.code).aggregate(last=Max("version"))["last"] or 0
        return TemplateVersion.objects.create(code=template.code, version=last + 1, digest=digest, texts=texts)


def sync_templates() -> int:
    """Bring every declared template into the database. Return how many are declared."""
    declared = registry.all_templates()
    for template in declared:
        current_version(template)
    return len(declared)


def choose_language(version: TemplateVersion, wanted: str, institution: Institution | None) -> str:
    """Return the wanted language if the texts have it, else the nearest: other script, the institution's, English."""
    bodies = {language: parts["body"] for language, parts in version.texts.items()}
    return pick_with_language(bodies, wanted, institution.default_language if institution else None).language


def localise(value: Any, language: str, time_zone: str) -> str:
    """Write a value of the context in the way of a language. **Raises** TemplateError for a type it doesn't know."""
    match value:
        case str():
            return value
        case Promise():
            with translation.override(language):
                return str(value)
        case Amount(minor=minor, currency=currency):
            return money.format_money(minor, currency, language)
        case datetime():
            return dates.format_datetime(value, language, time_zone)
        case date():
            return dates.format_date(value, language)
        case bool():
            raise TemplateError("A yes or no is not a word: pass a text.")
        case int():
            return str(value)
        case Mapping():
            return pick(value, language)
        case _:
            raise TemplateError(f"A message can't show a {type(value).__name__}.")


def render(version: TemplateVersion, language: str, context: Mapping[str, str], *, secret: str = MASK) -> Words:
    """Put values into the texts of a version. **Raises** TemplateError when a value is missing."""
    values = {**context, registry.SECRET: secret}
    try:
        parts = {part: text.format_map(values) for part, text in version.texts[language].items()}
    except KeyError as exc:
        raise TemplateError(f"{version.code} needs {exc.args[0]!r}.") from exc
    return Words(**parts)
