"""Door: a letter, that is what is to be said, becomes a mail: calm HTML and the same in plain text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from django.conf import settings
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils import translation
from django.utils.html import urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from salter.mail.types import OutgoingMail

__all__ = ["Letter", "compose", "message_id"]

# The accents of the pages' themes: mail programs read no stylesheet of ours.
_ACCENTS = {"gas": "#0B6470", "grad": "#8A2F4C", "saobracaj": "#2B4C97", "toplota": "#A2411A"}
_ACCENT = "#3B4A54"


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be said to one person. `body` has paragraphs between empty lines; `note` stands above it."""

    reference: str
    to: str
    language: str
    subject: str
    body: str
    counter: str
    institution: str
    theme: str = ""
    for_whom: str = ""
    note: str = ""
    action: str = ""
    action_url: str = ""
    contacts: tuple[str, ...] = ()
    preferences_url: str = ""
    unsubscribe_url: str = ""
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def message_id(reference: str) -> str:
    """Return the Message-ID of a reference: always the same, so that a doubled mail can be told by it."""
    domain = settings.SALTER_MAIL_FROM.rpartition("@")[2].strip("> ") or "localhost"
    return f"<{reference}@{domain}>"


def compose(letter: Letter) -> OutgoingMail:
    """Lay out a letter in its language."""
    with translation.override(letter.language):
        headers = dict(letter.headers)
        headers["Content-Language"] = {"sr-latn": "sr-Latn", "sr": "sr-Cyrl"}.get(letter.language, letter.language)
        if letter.unsubscribe_url:
            # RFC 8058: the mail program may post to it by itself; a GET only shows a button.
            headers["List-Unsubscribe"] = f"<{letter.unsubscribe_url}>"
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return OutgoingMail(
            message_id=message_id(letter.reference),
            sender=settings.SALTER_MAIL_FROM,
            sender_name=letter.counter,
            reply_to=letter.reply_to,
            to=letter.to,
            subject=letter.subject,
            text=_text(letter),
            html=_html(letter, headers["Content-Language"]),
            headers=headers,
        )


def _text(letter: Letter) -> str:
    blocks = [letter.note] if letter.note else []
    if letter.for_whom:
        blocks.append(_("For: %(name)s") % {"name": letter.for_whom})
    blocks.append(letter.body)
    if letter.action_url:
        blocks.append(f"{letter.action}:\n{letter.action_url}")
    blocks.append("-- \n" + "\n".join([letter.institution, *letter.contacts]))
    if letter.preferences_url:
        blocks.append(_("How we write to you: %(address)s") % {"address": letter.preferences_url})
    if letter.unsubscribe_url:
        blocks.append(_("No more e-mails of this kind: %(address)s") % {"address": letter.unsubscribe_url})
    return "\n\n".join(blocks) + "\n"


def _html(letter: Letter, language: str) -> str:
    engine = cast("Jinja2", engines["jinja2"])
    template = engine.env.get_template("mail/letter.html")
    html: str = template.render(
        letter=letter,
        language=language,
        paragraphs=[_paragraph(block) for block in letter.body.split("\n\n") if block.strip()],
        accent=_ACCENTS.get(letter.theme, _ACCENT),
    )
    return html


def _paragraph(block: str) -> SafeString:
    # urlize escapes what it doesn't turn into a link.
    return mark_safe(urlize(block.strip(), autoescape=True).replace("\n", "<br>"))  # noqa: S308
