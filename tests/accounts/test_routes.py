"""Nothing of allauth's own pages is reachable, and every page of accounts is ours."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import engines
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from salter.accounts import urls
from tests.cast import Cast

TEMPLATES = Path(urls.__file__).parent / "templates" / "accounts"


def patterns(resolver: Any = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def _routes(module: str) -> Any:
    return import_module(f"allauth.{module}.urls").urlpatterns


def allauth_names() -> list[str]:
    found = []
    for module in ("account", "mfa", "mfa.totp", "mfa.recovery_codes", "usersessions"):
        found += [entry.name for entry in patterns(SimpleNamespace(url_patterns=_routes(module)))]
    return found


def test_no_view_of_allauth_is_routed() -> None:
    routed = [entry for entry in patterns() if getattr(entry.callback, "__module__", "").startswith("allauth")]
    assert routed == []


@pytest.mark.parametrize("name", allauth_names())
def test_each_name_of_allauth_leads_to_us_or_nowhere(name: str) -> None:
    """Its flows ask for some of these names; what they find is a page of ours."""
    try:
        found = get_resolver().resolve(reverse(name))
    except NoReverseMatch:
        return
    assert found.func.__module__.startswith("salter.accounts.views")
    assert name in {"account_login", "account_logout", "account_reauthenticate", "mfa_authenticate"}


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.iterdir()))
def test_each_template_is_of_our_engine(template: str) -> None:
    found = engines["jinja2"].get_template(f"accounts/{template}")
    assert Path(found.template.filename).parent == TEMPLATES


def test_each_page_names_a_template_of_ours_or_leads_on(inside: Client) -> None:
    for entry in urls._own:
        response = inside.get(reverse(f"accounts:{entry.name}"))
        if response.status_code == 200:
            assert response.template_name.startswith("accounts/"), entry.name
        else:
            assert response.status_code in (302, 405), entry.name


def test_each_page_is_free_of_inline_script_and_style(inside: Client) -> None:
    for browser in (inside, Client()):
        for entry in urls._own:
            text = browser.get(reverse(f"accounts:{entry.name}"), follow=True).content.decode()
            assert not {found for found in ("<style", " style=", "<script>") if found in text}, entry.name


def test_a_post_without_its_token_is_refused(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    statuses = {entry.name: strict.post(reverse(f"accounts:{entry.name}"), {}).status_code for entry in urls._own}
    assert set(statuses.values()) == {403}
