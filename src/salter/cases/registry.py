"""What a case can be about: things of higher apps, declared in their `AppConfig.ready`.

register_about(AboutKind("invoice", _("Bill"), choices=..., url=..., belongs=...))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise

__all__ = ["AboutKind", "about_kinds", "register_about"]


@dataclass(frozen=True, slots=True)
class AboutKind:
    """A kind of thing with a public reference.

    `choices(party)` gives (reference, text) of those that its owner may name, newest first. `belongs(party, ref)` tells
    whether a reference is the party's. `url(request, ref)` is where a reader who may see the case finds it; empty when
    nowhere.
    """

    code: str
    label: Promise | str
    choices: Callable[[Any], Sequence[tuple[str, str]]]
    belongs: Callable[[Any, str], bool]
    url: Callable[[HttpRequest, str], str]


about_kinds: dict[str, AboutKind] = {}


def register_about(kind: AboutKind) -> None:
    """Raises: `ValueError` when the code is taken by another."""
    if about_kinds.get(kind.code, kind) is not kind:
        raise ValueError(f"about kind {kind.code} is registered twice")
    about_kinds[kind.code] = kind
