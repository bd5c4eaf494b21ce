"""Buttons of the desk pressed twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.test import Client

from salter.parties import services as parties
from salter.parties.models import Customer
from tests.cast import NOW, Cast
from tests.desk.conftest import Browser, words


def test_the_second_click_shows_an_activation_code_too(
    cast: Cast, browser: Browser, file_open: Callable[[Client, Any], None]
) -> None:
    """What is shown last is what the customer is given, so that one must be valid."""
    dragan = browser(cast.dragan)
    file_open(dragan, cast.ana_party)
    number = Customer.objects.get(party=cast.ana_party)
    address = f"/gas/desk/customers/{cast.ana_party.pk}/code/{number.pk}"
    codes = []
    for _click in range(2):
        answer = dragan.post(address, {"once": "the-same-key"}, follow=True)
        assert answer.status_code == 200
        found = re.search(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}", words(answer))
        assert found is not None
        codes.append(found[0])
    linked = parties.link_customer_by_code(
        actor=cast.actor(cast.nobody), user=cast.nobody, institution=cast.gas, customer_number="100001",
        code=codes[-1], now=NOW,
    )  # fmt: skip
    assert linked.party_id == cast.ana_party.pk
