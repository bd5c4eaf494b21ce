"""A module that is off leaves no dead menu, and its pages don't exist (VC-38), for every module that is declared."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from salter.institutions import registry, selectors
from salter.institutions.models import Institution
from salter.pages import registry as pages
from tests.cast import Cast

# Values for what addresses hold; whether such a thing exists doesn't matter, the module is asked first.
ID = "01a200bb-a173-7139-9e40-d27efa45661b"


def addresses() -> dict[str, list[str]]:
    """Every address below an institution, by the namespaces it lies in."""
    found: dict[str, list[str]] = {}

    def walk(patterns: Any, prefix: str, spaces: tuple[str, ...]) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path, (*spaces, pattern.namespace) if pattern.namespace else spaces)
            elif prefix.startswith("<slug:institution_slug>/"):
                for space in spaces:
                    found.setdefault(space, []).append(_concrete(path))

    walk(get_resolver().url_patterns, "", ())
    return found


def _concrete(path: str) -> str:
    parts = path.replace("<slug:institution_slug>", "gas").split("/")
    return "/" + "/".join(
        part if "<" not in part else ID + part[part.index(">") + 1 :] for part in parts
    )  # fmt: skip


def switch(institution: Institution, code: str, *, on: bool) -> None:
    others = [one for one in registry.modules if one != code]
    institution.modules = sorted([*others, code] if on else others)
    institution.save()
    selectors.forget_institution(institution.slug)


OWNED = [
    (code, address)
    for code, module in sorted(registry.modules.items())
    for space, found in sorted(addresses().items())
    if space in module.owned_namespaces
    for address in found
]


def test_some_module_has_pages() -> None:
    assert {code for code, _address in OWNED} >= {"billing"}


@pytest.mark.parametrize(("code", "address"), OWNED)
def test_pages_of_a_module_that_is_off_are_not_there(cast: Cast, code: str, address: str) -> None:
    """For the signed-out as well: a module that is off doesn't ask anybody to sign in."""
    for user in (None, cast.ana, cast.sanja, cast.admir):
        client = Client()
        if user is not None:
            client.force_login(user)
        for method in ("GET", "POST"):
            switch(cast.gas, code, on=False)
            assert client.generic(method, address).status_code == 404, method
    switch(cast.gas, code, on=True)
    assert Client().get(address).status_code in (302, 405)


@pytest.mark.parametrize("code", sorted(registry.modules))
def test_a_module_that_is_off_leaves_no_menu_entry(cast: Cast, rf: Any, code: str) -> None:
    entries = [entry for entry in pages.menu if entry.module == code]
    switch(cast.gas, code, on=False)
    client = Client()
    client.force_login(cast.ana)
    for path in ("/gas/", "/gas/cases/", "/gas/messages/"):
        text = client.get(path).content.decode()
        for module, address in OWNED:
            assert module != code or f'href="{address}"' not in text
    for entry in entries:
        request = rf.get("/gas/")
        request.institution, request.user, request.session = cast.gas, cast.ana, {}
        assert entry.code not in {item.code for item in pages.menu_for(request, entry.area)}


@pytest.mark.parametrize("code", sorted(registry.modules))
def test_a_menu_entry_that_leads_into_a_module_names_it(code: str) -> None:
    """Else the entry would stay when the module goes."""
    for entry in pages.menu:
        if entry.url.partition(":")[0] in registry.modules[code].owned_namespaces and entry.area != "person":
            assert entry.module == code, entry.code


def test_another_institution_keeps_its_module(cast: Cast) -> None:
    switch(cast.gas, "billing", on=False)
    client = Client()
    client.force_login(cast.ceca)
    assert client.get("/gas/bills/").status_code == 404
    assert client.get("/heat/bills/").status_code == 200
