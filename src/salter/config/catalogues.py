"""The catalogues of texts: extracted, merged and compiled by Babel, since a fresh machine has no GNU gettext.

Folders are named as Django looks for them: `sr_Latn` for Serbian in Latin letters, `sr` for Cyrillic.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LATIN, CYRILLIC = "sr_Latn", "sr"
# Latin before Cyrillic, which is made from it.
FOLDERS = (LATIN, CYRILLIC, "ro", "pl", "mk")
DOMAIN = "django"

# Django writes pgettext(context, text) and npgettext(context, one, many, n); Babel knows neither by itself.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
METHODS = [("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2"), ("**.py", "python")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true", "silent": "false"}}


def compile_changed() -> int:
    """Compile every catalogue that is newer than its compiled form; return how many were compiled."""
    done = 0
    for source in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        # Babel takes a fifth of a second to import, which a start that changes nothing doesn't pay.
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3], domain=DOMAIN)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        made = target.with_suffix(".mo.new")
        made.write_bytes(compiled.getvalue())
        made.replace(target)
        done += 1
    return done


def update() -> dict[str, int]:
    """Extract our texts and merge them into every catalogue; return how many lack a translation, by folder."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir
    from babel.messages.pofile import read_po, write_po

    template = Catalog(project="salter", charset="utf-8", fuzzy=False)
    found = extract_from_dir(
        PACKAGE, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True
    )
    # Sorted and without line numbers: a diff shows the texts that changed and nothing else.
    for name, _line, message, comments, context in sorted(found, key=lambda f: (f[0], f[1])):
        template.add(message, None, [(f"src/salter/{name}", 0)], auto_comments=comments, context=context)
    missing = {}
    for folder in FOLDERS:
        path = LOCALE / folder / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=folder, project="salter", charset="utf-8", fuzzy=False)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=folder, domain=DOMAIN)
        catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        for entry in catalogue:
            if entry.id and entry.fuzzy:
                # Babel keeps a text whose plural came or went as doubtful, and compiling then leaves it out silently.
                entry.flags.discard("fuzzy")
                entry.string = ("",) * catalogue.num_plurals if entry.pluralizable else ""
        if folder == CYRILLIC:
            _in_cyrillic(catalogue, _read(LATIN))
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
        missing[folder] = sum(1 for m in catalogue if m.id and not _is_translated(m.string))
    return missing


def _read(folder: str) -> Catalog:
    from babel.messages.pofile import read_po

    with (LOCALE / folder / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=folder, domain=DOMAIN)


def _in_cyrillic(catalogue: Catalog, latin: Catalog) -> None:
    """Write every text of the Cyrillic catalogue from the Latin one: nobody translates Serbian twice."""
    from salter.lib.translit import to_cyrillic

    for message in catalogue:
        source = latin.get(message.id, message.context) if message.id else None
        if source is None or not _is_translated(source.string):
            continue
        words = source.string
        message.string = to_cyrillic(words) if isinstance(words, str) else tuple(map(to_cyrillic, words or ()))


def _is_translated(string: str | Sequence[str] | None) -> bool:
    if not string:
        return False
    return True if isinstance(string, str) else all(string)
