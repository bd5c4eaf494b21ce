"""The one PDF maker: typst, compiled in process with one bundled font set.

Templates are the ``.typ`` files in ``documents/typst``. They get their data as JSON and show it as text only, so
nothing that a person typed is ever read as markup. Texts arrive translated: the caller makes them with gettext.

``sheet`` takes ``title``, ``subtitle``, ``band``, ``head`` (see ``letterhead``), ``note`` and ``parts``, each one of
``{"kind": "facts", "heading", "rows": [[label, value, hint?, strong?]]}``,
``{"kind": "text", "heading", "paragraphs"}``,
``{"kind": "table", "heading", "columns": [{"label", "align", "share"}], "rows", "totals"}``.
``invoice`` takes the same and ``pay`` (amount, code and details of the payment).
"""

from __future__ import annotations

import functools
import json
import pathlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import typst
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import translation
from django.utils.translation import gettext as _

from salter.lib.texts import pick

if TYPE_CHECKING:
    from salter.institutions.models import Institution

__all__ = ["letterhead", "render"]

_TEMPLATES = pathlib.Path(__file__).parent / "typst"
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
# typst wants the language and the script apart; it chooses letter forms and hyphenation by them.
_LANGUAGES = {"sr": ("sr", "cyrl"), "sr-latn": ("sr", "latn"), "mk": ("mk", "cyrl")}
_NOT_IN_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Longer than any word that is spoken; typst breaks words only where a language does, so these would run off the page.
_TOO_LONG = re.compile(r"\S{41,}")


@functools.cache
def _fonts() -> typst.Fonts:
    """One font set for the process: searching for fonts costs ten times the making of a page."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(_TEMPLATES / "fonts")])


def letterhead(institution: Institution, language: str) -> dict[str, str]:
    """What stands in the head and foot of an institution's paper, in ``language``."""
    contacts = institution.contacts
    contact = [contacts.get("address", ""), contacts.get("phone", ""), contacts.get("email", "")]
    return {
        "name": pick(institution.counter_name, language),
        "subtitle": pick(institution.name, language),
        "contact": " · ".join(str(part) for part in contact if part),
    }


def render(template: str, data: Mapping[str, Any], language: str) -> bytes:
    """Make a tagged PDF (PDF/UA-1) from ``typst/<template>.typ``.

    Raises: ``FileNotFoundError`` for an unknown template, ``typst.TypstError`` when the data doesn't fit it.
    """
    return _compile(template, data, language, "pdf")


def render_pages(template: str, data: Mapping[str, Any], language: str, dots_per_inch: int = 144) -> list[bytes]:
    """The same paper as one PNG a page: for previews."""
    pages = _compile(template, data, language, "png", dots_per_inch)
    return pages if isinstance(pages, list) else [pages]


def _compile(
    template: str, data: Mapping[str, Any], language: str, kind: Literal["pdf", "png"], dots_per_inch: int = 144
) -> Any:
    path = _TEMPLATES / f"{template}.typ"
    if not _NAME.match(template) or not path.is_file():
        raise FileNotFoundError(template)
    lang, script = _LANGUAGES.get(language, (language.partition("-")[0], "latn"))
    with translation.override(language):
        # Translators: {page} and {pages} are numbers, keep them as they are.
        page_of = _("Page {page} of {pages}")
        text = json.dumps(
            _shown({**data, "typst_lang": lang, "typst_script": script, "page_of": page_of}),
            cls=DjangoJSONEncoder,
            ensure_ascii=False,
        )
    return typst.compile(
        str(path),
        root=str(_TEMPLATES),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format=kind,
        ppi=dots_per_inch,
        sys_inputs={"data": text},
        pdf_standards=["ua-1"] if kind == "pdf" else [],
    )


def _shown(value: Any) -> Any:
    """``value`` as it can be set: without control signs and lone surrogates, with words that break before the margin.

    Drawings (keys that end in ``_svg``) are left as they are.
    """
    if isinstance(value, str):
        return _TOO_LONG.sub(_breakable, _NOT_IN_TEXT.sub("", value))
    if isinstance(value, Mapping):
        return {str(key): item if str(key).endswith("_svg") else _shown(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item) for item in value]
    return value


def _breakable(word: re.Match[str]) -> str:
    text = word[0]
    return "\u200b".join(text[start : start + 20] for start in range(0, len(text), 20))
