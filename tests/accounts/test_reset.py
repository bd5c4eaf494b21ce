"""A forgotten password: a code to the address, a new password, every session ended."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from salter.accounts.models import Code, SignInAttempt
from tests.accounts.conftest import Letters, sign_in
from tests.cast import PASSWORD, Cast

NEW = "Zelena-lampa-8"
NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def ask(client: Client, login: str = "ana@example.rs") -> Any:
    return client.post("/account/forgotten", {"login": login, "next": "/gas/"})


def test_from_address_to_inside(client: Client, cast: Cast, letters: Letters) -> None:
    elsewhere = Client()
    sign_in(elsewhere, "ana@example.rs")
    assert ask(client)["Location"] == "/account/forgotten/code?next=%2Fgas%2F"
    assert letters.codes[-1]["user"] == cast.ana
    response = client.post("/account/forgotten/code", {"code": letters.code, "next": "/gas/"})
    assert response["Location"] == "/account/forgotten/password?next=%2Fgas%2F"
    response = client.post(response["Location"], {"password": NEW, "next": "/gas/"})
    assert response["Location"] == "/gas/"
    assert client.session["_auth_user_id"] == str(cast.ana.pk)
    assert elsewhere.get("/account/security").status_code == 302
    assert letters.kinds == [("password_changed", "ana@example.rs")]
    assert SignInAttempt.objects.filter(method="reset", outcome="success").count() == 1
    fresh = Client()
    assert sign_in(fresh, "ana@example.rs", PASSWORD).status_code == 422
    assert sign_in(fresh, "ana@example.rs", NEW).status_code == 302


def test_it_opens_a_paused_account(client: Client, cast: Cast, letters: Letters) -> None:
    for _try in range(6):
        sign_in(client, "ana@example.rs", "wrong")
    ask(client)
    client.post("/account/forgotten/code", {"code": letters.code})
    client.post("/account/forgotten/password", {"password": NEW})
    assert sign_in(Client(), "ana@example.rs", NEW).status_code == 302


@pytest.mark.parametrize(
    ("login", "notices"),
    [("who@example.rs", [("no_account", "who@example.rs")]), ("+381649999999", [])],
)
def test_an_unknown_address_looks_the_same(
    client: Client, cast: Cast, letters: Letters, login: str, notices: list[tuple[str, str]]
) -> None:
    assert ask(client, login)["Location"] == "/account/forgotten/code?next=%2Fgas%2F"
    assert letters.codes == []
    assert letters.kinds == notices
    said = client.post("/account/forgotten/code", {"code": "123456"})
    assert said.status_code == 422
    assert "You have 4 more tries" in said.content.decode()
    assert client.get("/account/forgotten/password")["Location"].startswith("/account/forgotten")


def test_a_closed_account_looks_unknown(client: Client, cast: Cast, letters: Letters) -> None:
    cast.ana.is_active = False
    cast.ana.save()
    assert ask(client).status_code == 302
    assert letters.codes == []


@pytest.mark.parametrize("login", ["", "neither", "a@", "1"])
def test_what_is_no_address_is_refused(client: Client, cast: Cast, login: str) -> None:
    assert ask(client, login).status_code == 422


def test_the_new_password_needs_the_code_first(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client)
    response = client.post("/account/forgotten/password", {"password": NEW})
    assert response["Location"].startswith("/account/forgotten")
    cast.ana.refresh_from_db()
    assert cast.ana.check_password(PASSWORD)


def test_the_code_sets_one_password_only(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client)
    client.post("/account/forgotten/code", {"code": letters.code})
    replay = Client()
    replay.cookies["sessionid"] = client.cookies["sessionid"].value
    client.post("/account/forgotten/password", {"password": NEW})
    again = replay.post("/account/forgotten/password", {"password": "Druga-lampa-9"})
    assert again["Location"].startswith("/account/forgotten")
    cast.ana.refresh_from_db()
    assert cast.ana.check_password(NEW)


def test_a_confirmed_code_runs_out(client: Client, cast: Cast, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        client.post("/account/forgotten/code", {"code": letters.code})
        clock.shift(timedelta(minutes=16))
        response = client.post("/account/forgotten/password", {"password": NEW})
    assert response["Location"].startswith("/account/forgotten")


def test_a_newer_code_makes_the_older_one_worthless(client: Client, cast: Cast, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        first = letters.code
        clock.shift(timedelta(seconds=61))
        ask(Client())
        assert client.post("/account/forgotten/code", {"code": first}).status_code == 422


def test_a_weak_password_keeps_the_code(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client)
    client.post("/account/forgotten/code", {"code": letters.code})
    assert client.post("/account/forgotten/password", {"password": "weak"}).status_code == 422
    assert Code.objects.get().used_at is None
    assert client.post("/account/forgotten/password", {"password": NEW}).status_code == 302


def test_the_second_factor_is_asked_for_all_the_same(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client, "dragan@example.rs")
    client.post("/account/forgotten/code", {"code": letters.code})
    response = client.post("/account/forgotten/password", {"password": NEW})
    assert response["Location"] == "/account/sign-in/code"
    assert "_auth_user_id" not in client.session
