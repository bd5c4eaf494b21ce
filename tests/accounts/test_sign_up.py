"""Opening an account: nothing exists before the code was typed, and nobody learns who has one (RL-76)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from salter.accounts import services
from salter.accounts.models import Code, SignInAttempt, User
from salter.audit.types import Actor
from tests.accounts.conftest import Letters
from tests.cast import Cast

FORM = {
    "name": "Vera Verić",
    "email": "Vera@Example.rs",
    "phone": "",
    "password": "Plava-lampa-7",
    "next": "/gas/",
}
NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


def ask(client: Client, **changed: str) -> Any:
    return client.post("/account/sign-up", FORM | changed)


def test_by_mail(client: Client, cast: Cast, letters: Letters) -> None:
    response = ask(client)
    assert response["Location"] == "/account/sign-up/code?next=%2Fgas%2F"
    assert not User.objects.filter(name="Vera Verić").exists()
    sent = letters.codes[-1]
    assert (sent["channel"], sent["address"], sent["purpose"]) == ("email", "vera@example.rs", "sign_up")
    assert sent["institution"] == cast.gas
    assert len(sent["code"]) == 6
    page = client.get(response["Location"]).content.decode()
    assert "v•••@example.rs" in page
    response = client.post(
        "/account/sign-up/code", {"code": f" {letters.code[:3]} {letters.code[3:]} ", "next": "/gas/"}
    )
    assert response["Location"] == "/gas/"
    vera = User.objects.get(email="vera@example.rs")
    assert client.session["_auth_user_id"] == str(vera.pk)
    assert vera.check_password("Plava-lampa-7")
    assert SignInAttempt.objects.get(user=vera).method == "sign_up"
    # The hashed password isn't left behind with the code.
    assert Code.objects.get(user=vera).payload == {}


def test_by_phone_alone(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client, email="", phone="064 123 4567")
    assert (letters.codes[-1]["channel"], letters.codes[-1]["address"]) == ("sms", "+381641234567")
    client.post("/account/sign-up/code", {"code": letters.code})
    vera = User.objects.get(phone="+381641234567")
    assert vera.phone_verified
    assert vera.email is None


def test_with_both_each_is_confirmed_by_its_own_code(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client, phone="064 123 4567")
    response = client.post("/account/sign-up/code", {"code": letters.code, "next": "/gas/"})
    assert response["Location"] == "/account/mobile/code?next=%2Fgas%2F"
    vera = User.objects.get(email="vera@example.rs")
    assert vera.phone is None
    assert letters.codes[-1]["address"] == "+381641234567"
    assert 'href="/gas/">Do this later' in client.get(response["Location"]).content.decode()
    assert client.post(response["Location"], {"code": letters.code})["Location"] == "/gas/"
    vera.refresh_from_db()
    assert (vera.phone, vera.phone_verified) == ("+381641234567", True)


def test_a_known_address_looks_the_same_and_its_holder_is_told(client: Client, cast: Cast, letters: Letters) -> None:
    known = ask(client, email="ana@example.rs")
    assert known["Location"] == "/account/sign-up/code?next=%2Fgas%2F"
    assert letters.codes == []
    assert letters.kinds == [("account_exists", "ana@example.rs")]
    unknown = Client()
    ask(unknown)
    pages = [
        browser.get("/account/sign-up/code?next=/gas/").content.decode().split("<main")[1].split("</main")[0]
        for browser in (client, unknown)
    ]
    assert _plain(pages[0]) == _plain(pages[1]).replace("v•••", "a•••")
    # Wrong codes are counted alike, and no code opens it.
    for browser in (client, unknown):
        said = browser.post("/account/sign-up/code", {"code": letters.wrong()}).content.decode()
        assert "You have 4 more tries" in said


def _plain(html: str) -> str:
    import re

    return re.sub(r'value="[A-Za-z0-9]{32,}"', "", html)


def test_a_decoy_takes_no_code_at_all(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client, email="ana@example.rs")
    for code in ("", "000000", "123456"):
        assert client.post("/account/sign-up/code", {"code": code}).status_code == 422
    assert User.objects.filter(email="ana@example.rs").count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": ""}, "Fill in this field."),
        ({"email": "", "phone": ""}, "Give an e-mail address or a mobile number"),
        ({"email": "vera"}, "Type an e-mail address like"),
        ({"phone": "12"}, "phone number"),
        ({"phone": "021 555 018"}, "not a mobile number"),
        ({"password": "short"}, "Use at least 8 characters"),
        ({"password": "alllowercase1"}, "Use at least 8 characters"),
        ({"password": "Password123"}, "too common"),
        ({"name": "x" * 151}, "150"),
        ({"name": "a\x00b"}, "Null characters"),
        ({"email": "vera@example.rs" * 30}, "e-mail"),
    ],
)
def test_bad_input_is_refused_beside_the_field(
    client: Client, cast: Cast, letters: Letters, changed: dict[str, str], said: str
) -> None:
    response = ask(client, **changed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert letters.codes == []
    # Nothing typed is lost but the password, which no page ever shows.
    if "name" not in changed:
        assert "Vera Verić" in response.content.decode()
    assert "Plava-lampa-7" not in response.content.decode()


def test_a_sentence_needs_no_mix(client: Client, cast: Cast, letters: Letters) -> None:
    assert ask(client, password="četiri crna mačka na krovu").status_code == 302


@pytest.mark.parametrize("path", ["/account/sign-up/code", "/account/forgotten/code", "/account/forgotten/password"])
def test_without_a_code_the_page_leads_back(client: Client, cast: Cast, path: str) -> None:
    for response in (client.get(path), client.post(path, {"code": "123456"})):
        assert response.status_code == 302
        assert response["Location"].startswith("/account/")


def test_opening_the_page_consumes_nothing(client: Client, cast: Cast, letters: Letters) -> None:
    """Mail scanners and prefetching browsers open addresses; only a sent form counts."""
    ask(client)
    before = Code.objects.values().get()
    for _times in range(3):
        client.get(f"/account/sign-up/code?code={letters.code}")
        client.head("/account/sign-up/code")
    assert Code.objects.values().get() == before
    assert client.post("/account/sign-up/code", {"code": letters.code}).status_code == 302


def test_five_tries(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client)
    said = [client.post("/account/sign-up/code", {"code": letters.wrong()}).content.decode() for _try in range(5)]
    assert ["4 more tries" in said[0], "1 more try" in said[3], "no longer valid" in said[4]] == [True] * 3
    assert "no longer valid" in client.post("/account/sign-up/code", {"code": letters.code}).content.decode()
    assert not User.objects.filter(email="vera@example.rs").exists()


def test_fifteen_minutes(client: Client, cast: Cast, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        clock.shift(timedelta(minutes=15, seconds=1))
        response = client.post("/account/sign-up/code", {"code": letters.code})
    assert "no longer valid" in response.content.decode()


def test_a_code_works_once(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client)
    other = Client()
    other.cookies["sessionid"] = client.cookies["sessionid"].value
    assert client.post("/account/sign-up/code", {"code": letters.code}).status_code == 302
    again = other.post("/account/sign-up/code", {"code": letters.code})
    assert "_auth_user_id" not in other.session
    assert again["Location"].startswith("/account/sign-up")


def test_codes_are_kept_as_digests(client: Client, cast: Cast, letters: Letters) -> None:
    ask(client)
    row = Code.objects.values().get()
    assert letters.code not in repr({key: value for key, value in row.items() if key != "id"} | {"digest": ""})
    assert letters.code not in row["digest"]
    assert letters.code not in repr(dict(client.session))


def test_resend_waits_and_makes_the_old_code_worthless(client: Client, cast: Cast, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        first = letters.code
        client.post("/account/sign-up/code", {"resend": "1"})
        assert len(letters.codes) == 1
        assert "Wait 1 minute" in client.get("/account/sign-up/code").content.decode()
        clock.shift(timedelta(seconds=61))
        client.post("/account/sign-up/code", {"resend": "1"})
        assert len(letters.codes) == 2
        assert "A new code is on its way" in client.get("/account/sign-up/code").content.decode()
        if first != letters.code:
            assert client.post("/account/sign-up/code", {"code": first}).status_code == 422
        assert client.post("/account/sign-up/code", {"code": letters.code}).status_code == 302


def test_one_address_is_not_flooded(client: Client, cast: Cast, letters: Letters) -> None:
    assert ask(client).status_code == 302
    response = ask(Client())
    assert response.status_code == 422
    assert "There were too many attempts" in response.content.decode()
    assert len(letters.codes) == 1


def test_one_network_address_is_counted_even_when_refused(cast: Cast) -> None:
    actor = Actor(None, "", "guest", ip="198.51.100.7")

    def request() -> None:
        services.request_password_reset(
            actor=actor, login="ana@example.rs", country="RS", language="en", institution=None, now=NOW
        )

    request()
    for _times in range(20):
        with pytest.raises(services.Paused):
            request()
    other = Actor(None, "", "guest", ip="198.51.100.7")
    with pytest.raises(services.Paused):
        services.request_password_reset(
            actor=other, login="boris@example.rs", country="RS", language="en", institution=None, now=NOW
        )


def test_two_who_want_the_same_address_get_one_account(client: Client, cast: Cast, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        ask(client)
        first = letters.code
        clock.shift(timedelta(seconds=61))
        other = Client()
        ask(other, name="Vera Druga")
        assert other.post("/account/sign-up/code", {"code": letters.code}).status_code == 302
        response = client.post("/account/sign-up/code", {"code": first})
    assert response.status_code == 422
    assert "no longer valid" in response.content.decode()
    assert User.objects.get(email="vera@example.rs").name == "Vera Druga"


def test_a_number_that_somebody_only_wrote_down_goes_to_who_confirms_it(
    client: Client, cast: Cast, letters: Letters
) -> None:
    cast.ana.phone = "+381641234567"
    cast.ana.save()
    ask(client, email="", phone="064 123 4567")
    assert client.post("/account/sign-up/code", {"code": letters.code}).status_code == 302
    cast.ana.refresh_from_db()
    assert cast.ana.phone is None


def test_unconfirmed_sign_ups_are_forgotten_after_seven_days(client: Client, cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        ask(client)
    services.forget_stale(now=NOW + timedelta(days=6))
    assert Code.objects.exists()
    services.forget_stale(now=NOW + timedelta(days=7, seconds=1))
    assert not Code.objects.exists()
