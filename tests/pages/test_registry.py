"""The menu, what needs attention, the panels of the home page."""

import pytest

from salter.institutions import registry as institutions
from salter.pages import registry
from salter.pages.registry import AttentionItem, MenuEntry, Panel


@pytest.fixture(autouse=True)
def _empty(monkeypatch):
    monkeypatch.setattr(registry, "menu", [])
    monkeypatch.setattr(registry, "attention", [])
    monkeypatch.setattr(registry, "panels", [])
    monkeypatch.setattr(institutions, "modules", {"billing": institutions.Module("billing", "Bills")})


@pytest.fixture(autouse=True)
def _urls(settings):
    settings.ROOT_URLCONF = "tests.pages.urls"


def entry(code: str, **fields: object) -> MenuEntry:
    return MenuEntry("portal", code, code.title(), "tried:look", "home", **fields)  # type: ignore[arg-type]


def codes(request, area="portal") -> list[str]:
    return [item.code for item in registry.menu_for(request, area)]


def test_entries_stand_in_order_with_the_slug_in_their_address(make_request):
    registry.register_menu(entry("later", order=20))
    registry.register_menu(entry("first", order=10))
    items = registry.menu_for(make_request(), "portal")
    assert [item.code for item in items] == ["first", "later"]
    assert items[0].href == "/gas/_look/"


def test_a_module_that_is_off_leaves_nothing(make_request, gas_counter):
    registry.register_menu(entry("bills", module="billing"))
    registry.register_attention(lambda _r: [AttentionItem("Pay", "Pay", "#")], module="billing")
    registry.register_panel(Panel("balance", "p.html", lambda _r: {}, module="billing"))
    request = make_request()
    assert codes(request) == []
    assert registry.attention_for(request) == []
    assert registry.panels_for(request, "main") == []
    gas_counter.modules = ["billing"]
    assert codes(request) == ["bills"]
    assert len(registry.attention_for(request)) == 1
    assert len(registry.panels_for(request, "main")) == 1


def test_what_the_reader_may_not_see_is_not_counted_either(make_request):
    asked = []
    registry.register_menu(entry("trail", visible=lambda _r: False, counter=lambda _r: asked.append(1) or 5))
    assert codes(make_request()) == []
    assert asked == []


def test_where_the_reader_stands(make_request):
    registry.register_menu(entry("look"))
    assert registry.menu_for(make_request("/gas/_look/"), "portal")[0].current
    assert registry.menu_for(make_request("/gas/_look/deeper/"), "portal")[0].current
    assert not registry.menu_for(make_request("/gas/other/"), "portal")[0].current
    assert registry.menu_for(make_request("/gas/other/"), "portal", "look")[0].current


def test_on_a_platform_page_entries_of_counters_are_left_out(make_request):
    registry.register_menu(MenuEntry("person", "home", "Home", "portal:home", "home"))
    assert codes(make_request(institution=None), "person") == []


def test_one_code_one_entry():
    registry.register_menu(entry("a"))
    with pytest.raises(ValueError, match="twice"):
        registry.register_menu(entry("a"))


def test_the_most_pressing_comes_first_and_an_empty_panel_is_left_out(make_request):
    registry.register_attention(lambda _r: [AttentionItem("Answer", "Answer", "#", order=50)])
    registry.register_attention(lambda _r: [AttentionItem("Pay", "Pay", "#", order=10)])
    registry.register_panel(Panel("none", "p.html", lambda _r: None))
    registry.register_panel(Panel("side", "p.html", lambda _r: {"a": 1}, place="side"))
    request = make_request()
    assert [item.title for item in registry.attention_for(request)] == ["Pay", "Answer"]
    assert registry.panels_for(request, "main") == []
    assert [(panel.code, data) for panel, data in registry.panels_for(request, "side")] == [("side", {"a": 1})]
