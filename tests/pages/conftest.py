"""Requests as pages get them, without a browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from jinja2 import ChoiceLoader, DictLoader

from salter.institutions.models import Institution
from salter.pages.current import request_is

MakeRequest = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that are nothing but a form or a table, written as the apps write theirs."""
    head = '{% extends "plain.html" %}{% import "elements.html" as el %}{% block main %}'
    pages = {
        "alone/form.html": '{{ el.errors(form) }}{{ el.form(form, submit="Send") }}',
        "alone/table.html": "{{ el.table(table) }}{% if others is defined %}{{ el.table(others) }}{% endif %}",
    }
    texts = {name: head + text + "{% endblock %}" for name, text in pages.items()}
    environment = engines["jinja2"].env
    monkeypatch.setattr(environment, "loader", ChoiceLoader([DictLoader(texts), environment.loader]))


@pytest.fixture
def gas_counter() -> Institution:
    """An institution that isn't in the database."""
    return Institution(
        slug="gas",
        name={"en": "Gas Company"},
        counter_name={"en": "My gas", "sr": "Мој гас"},
        languages=["en", "sr-latn", "sr", "ro", "pl", "mk"],
        default_language="sr-latn",
        currency="RSD",
        alphabet="sr-Latn",
        modules=[],
    )


@pytest.fixture
def make_request(gas_counter: Institution) -> Iterator[MakeRequest]:
    """Make the request that the templates see until the test ends: `make_request("/gas/?q=a", language="pl")`."""
    with ExitStack() as stack:

        def make(
            path: str = "/gas/", *, language: str = "en", data: dict[str, Any] | None = None, **extra: Any
        ) -> HttpRequest:
            factory = RequestFactory()
            headers = extra.pop("headers", {})
            request = factory.get(path, headers=headers) if data is None else factory.post(path, data, headers=headers)
            request.institution = gas_counter
            request.user = AnonymousUser()
            request.session = {}
            request.LANGUAGE_CODE = language
            request._messages = CookieStorage(request)
            for name, value in extra.items():
                setattr(request, name, value)
            stack.enter_context(translation.override(language))
            stack.enter_context(request_is(request))
            return request

        yield make
