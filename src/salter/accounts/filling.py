"""Writing values into the forms of a page that is made already.

The page is not rebuilt: only the tags of the fields change, everything else stays letter for letter.
"""

from html import escape
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

__all__ = ["fill_form"]

_UNTOUCHED_TYPES = {"password", "file", "submit", "button", "image", "reset"}
# The page itself says for whom its form is.
_UNTOUCHED_NAMES = {"csrfmiddlewaretoken", "once", "acting_for"}


def fill_form(html: str, *, page: str, target: str, fields: dict[str, list[str]]) -> str:
    """Return the page with `fields` in each form that posts to `target`; `page` is the page's own address."""
    filler = _Filler(html, page, target, fields)
    filler.feed(html)
    filler.close()
    for start, end, text in sorted(filler.edits, reverse=True):
        html = html[:start] + text + html[end:]
    return html


class _Filler(HTMLParser):
    def __init__(self, html: str, page: str, target: str, fields: dict[str, list[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.target, self.fields = page, target, fields
        self.edits: list[tuple[int, int, str]] = []
        # HTMLParser counts lines by "\n" alone.
        self._lines = [0, *(i + 1 for i, character in enumerate(html) if character == "\n")]
        self._inside = False
        self._select: str | None = None
        self._textarea: tuple[str, int] | None = None
        self._option: tuple[int, int, list[tuple[str, str | None]], list[str]] | None = None
        # Values of one name that stand in several plain fields are dealt out in order.
        self._dealt: dict[str, int] = {}

    def _offset(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._offset()
        end = start + len(self.get_starttag_text() or "")
        given = dict(attrs)
        if tag == "form":
            action = urlsplit(urljoin(self.page, given.get("action") or "")).path or self.page
            self._inside = (given.get("method") or "").lower() == "post" and action == self.target
        if not self._inside:
            return
        name = given.get("name") or ""
        if tag == "input" and name and name not in _UNTOUCHED_NAMES:
            self._input(start, end, attrs, name, (given.get("type") or "text").lower())
        elif tag == "textarea" and name in self.fields:
            self._textarea = (name, end)
        elif tag == "select":
            self._select = name if name in self.fields else None
        elif tag == "option" and self._select is not None:
            self._finish_option()
            self._option = (start, end, attrs, [])

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea is not None:
            name, start = self._textarea
            # A line break right after the tag is eaten by browsers.
            self.edits.append((start, self._offset(), "\n" + escape(self._next(name))))
            self._textarea = None
        elif tag in ("option", "select"):
            self._finish_option()
            if tag == "select":
                self._select = None
        elif tag == "form":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._option is not None:
            self._option[3].append(data)

    def _input(self, start: int, end: int, attrs: list[tuple[str, str | None]], name: str, kind: str) -> None:
        if kind in _UNTOUCHED_TYPES:
            return
        if kind in ("checkbox", "radio"):
            chosen = (dict(attrs).get("value") or "on") in self.fields.get(name, [])
            self.edits.append((start, end, _tag("input", _flagged(attrs, "checked", chosen))))
        elif name in self.fields:
            rest = [(key, value) for key, value in attrs if key != "value"]
            self.edits.append((start, end, _tag("input", [*rest, ("value", self._next(name))])))

    def _finish_option(self) -> None:
        if self._option is None or self._select is None:
            return
        start, end, attrs, words = self._option
        value = dict(attrs).get("value")
        if value is None:
            value = "".join(words).strip()
        self.edits.append((start, end, _tag("option", _flagged(attrs, "selected", value in self.fields[self._select]))))
        self._option = None

    def _next(self, name: str) -> str:
        values, turn = self.fields[name], self._dealt.get(name, 0)
        self._dealt[name] = turn + 1
        return values[min(turn, len(values) - 1)] if values else ""


def _flagged(attrs: list[tuple[str, str | None]], flag: str, on: bool) -> list[tuple[str, str | None]]:
    rest = [(key, value) for key, value in attrs if key != flag]
    return [*rest, (flag, None)] if on else rest


def _tag(name: str, attrs: list[tuple[str, str | None]]) -> str:
    parts = (key if value is None else f'{key}="{escape(value)}"' for key, value in attrs)
    return f"<{' '.join((name, *parts))}>"
