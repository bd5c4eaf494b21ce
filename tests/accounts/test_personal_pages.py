"""What a browser may keep: nothing of somebody signed in, so that the next one at the computer finds nothing."""

import pytest
from django.test import Client

from tests.cast import Cast


@pytest.mark.parametrize("address", ["/", "/gas/", "/gas/bills/", "/gas/cases/", "/gas/messages/", "/account/security"])
def test_no_page_of_somebody_signed_in_is_kept(cast: Cast, client: Client, address: str) -> None:
    client.force_login(cast.ana)
    rules = client.get(address).headers["Cache-Control"]
    assert "no-store" in rules
    assert "private" in rules


def test_neither_is_a_list_taken_away_as_a_file(cast: Cast, client: Client) -> None:
    client.force_login(cast.ana)
    assert client.get("/gas/bills/payments?export=csv").headers["Cache-Control"] == "private, no-store"


def test_the_page_of_the_counter_itself_may_be_kept(cast: Cast, client: Client) -> None:
    assert "no-store" not in client.get("/gas/contact/").headers.get("Cache-Control", "")
