"""Requests as pages get them, without a browser."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils import translation

from salter.institutions.models import Institution
from salter.pages.current import request_is

MakeRequest = Callable[..., HttpRequest]


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
