"""Signing in: who gets in, what the others are told, and how often they may try (EK-6, EK-27, EK-30)."""

from datetime import UTC, datetime, timedelta
from html import unescape

import psycopg
import pytest
import time_machine
from django.test import Client

from salter.accounts import services
from salter.accounts.models import SignInAttempt, Throttle, User
from salter.audit.models import Entry
from salter.audit.types import Actor
from tests.accounts.conftest import SIGN_IN, Letters, sign_in
from tests.cast import PASSWORD, Cast

PHONE_AGENT = "Mozilla/5.0 (Linux; Android 14; K) Chrome/140.0 Mobile Safari/537.36"


def errors(response: object) -> str:
    text = unescape(response.content.decode())  # type: ignore[attr-defined]
    return text[text.index('class="errors"') : text.index("</ul>", text.index('class="errors"'))]


@pytest.mark.parametrize(
    "login", ["ana@example.rs", " ANA@Example.RS ", "064 123 4567", "+381 64 1234567", "00381641234567"]
)
def test_in_by_mail_or_phone(client: Client, cast: Cast, login: str) -> None:
    cast.ana.phone, cast.ana.phone_verified = "+381641234567", True
    cast.ana.save()
    response = sign_in(client, login)
    assert response.status_code == 302
    assert response["Location"] == "/gas/"
    assert client.session["_auth_user_id"] == str(cast.ana.pk)


def test_not_by_a_number_that_nobody_confirmed(client: Client, cast: Cast) -> None:
    cast.ana.phone = "+381641234567"
    cast.ana.save()
    assert sign_in(client, "+381641234567").status_code == 422


@pytest.mark.parametrize(
    ("login", "password"),
    [("ana@example.rs", "wrong"), ("nobody@example.rs", PASSWORD), ("+381649999999", PASSWORD), ("x", PASSWORD)],
)
def test_a_refusal_is_the_same_for_known_and_unknown(client: Client, cast: Cast, login: str, password: str) -> None:
    response = sign_in(client, login, password)
    assert response.status_code == 422
    assert "The e-mail, phone number or password is not right. You have 4 more tries." in errors(response)
    assert "_auth_user_id" not in client.session
    assert login in unescape(response.content.decode())  # what was typed is still there, but never the password
    assert 'value="wrong"' not in response.content.decode()


def test_a_closed_account_is_refused_like_a_wrong_password(client: Client, cast: Cast) -> None:
    services.close_account(actor=Actor.system("t"), user=cast.ana, now=datetime.now(UTC))
    response = sign_in(client, "ana@example.rs")
    assert response.status_code == 422
    assert "not right" in errors(response)
    assert SignInAttempt.objects.get().reason == "inactive"


@pytest.mark.parametrize("login", ["ana@example.rs", "nobody@example.rs"])
def test_pauses_grow_and_look_the_same_for_known_and_unknown(client: Client, cast: Cast, login: str) -> None:
    with time_machine.travel(datetime(2026, 3, 5, 9, 0, tzinfo=UTC), tick=False) as clock:
        said = [errors(sign_in(client, login, "wrong")) for _try in range(6)]
        assert [text.count("more tr") for text in said] == [1, 1, 1, 1, 0, 0]
        assert "Wait 1 minute," in said[5]
        clock.shift(timedelta(seconds=61))
        assert "not right" in errors(sign_in(client, login, "wrong"))
        assert "Wait 2 minutes" in errors(sign_in(client, login, "wrong"))


def test_the_right_password_waits_as_well_and_then_clears_the_count(client: Client, cast: Cast) -> None:
    with time_machine.travel(datetime(2026, 3, 5, 9, 0, tzinfo=UTC), tick=False) as clock:
        for _try in range(5):
            sign_in(client, "ana@example.rs", "wrong")
        assert "Wait" in errors(sign_in(client, "ana@example.rs"))
        clock.shift(timedelta(seconds=61))
        assert sign_in(client, "ana@example.rs").status_code == 302
        client.post("/account/sign-out")
        assert "4 more tries" in errors(sign_in(client, "ana@example.rs", "wrong"))


def test_one_address_can_not_try_many_accounts(client: Client, cast: Cast) -> None:
    actor = Actor(None, "", "guest", ip="198.51.100.7")
    now = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    for number in range(30):
        with pytest.raises(services.SignInRefused):
            services.check_password(actor=actor, login=f"u{number}@example.rs", password="x", country="RS", now=now)
    with pytest.raises(services.Paused):
        services.check_password(actor=actor, login="ana@example.rs", password=PASSWORD, country="RS", now=now)
    other = Actor(None, "", "guest", ip="198.51.100.8")
    assert services.check_password(actor=other, login="ana@example.rs", password=PASSWORD, country="RS", now=now)


def test_a_right_sign_in_does_not_count_against_its_address(client: Client, cast: Cast) -> None:
    actor = Actor(None, "", "guest", ip="198.51.100.7")
    now = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
    services.check_password(actor=actor, login="ana@example.rs", password=PASSWORD, country="RS", now=now)
    assert sum(Throttle.objects.values_list("uses", flat=True)) == 0


def test_many_attempts_are_told_to_the_holder_once(client: Client, cast: Cast, letters: Letters) -> None:
    for _try in range(7):
        sign_in(client, "ana@example.rs", "wrong")
    assert letters.kinds == [("many_attempts", "ana@example.rs")]


def test_every_attempt_is_written_down(client: Client, cast: Cast) -> None:
    sign_in(client, "ana@example.rs", "wrong", **{"User-Agent": PHONE_AGENT})
    sign_in(client, "who@example.rs", "wrong")
    sign_in(client, "ana@example.rs", **{"User-Agent": PHONE_AGENT})
    rows = list(
        SignInAttempt.objects.order_by("at").values_list(
            "user__name", "outcome", "method", "reason", "address", "device_kind", "device"
        )
    )
    assert rows == [
        ("Ana Anić", "failed", "password", "wrong_password", "127.0.0.1", "phone", "Chrome, Android"),
        (None, "failed", "password", "unknown", "127.0.0.1", "unknown", ""),
        ("Ana Anić", "success", "password", "", "127.0.0.1", "phone", "Chrome, Android"),
    ]
    assert not SignInAttempt.objects.filter(login_digest__contains="ana").exists()
    assert Entry.objects.get(action="accounts.sign_in").actor_id == cast.ana.pk


def test_nobody_rewrites_the_history(cast: Cast, client: Client, owner_connection: psycopg.Connection) -> None:
    from django.db import DatabaseError, transaction

    sign_in(client, "ana@example.rs")
    for act in (
        lambda: SignInAttempt.objects.update(address=""),
        lambda: SignInAttempt.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    triggers = owner_connection.execute(
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'accounts_signinattempt'::regclass AND NOT tgisinternal"
    ).fetchone()
    assert triggers == (2,)


def test_the_reader_is_told_of_the_sign_ins_before(client: Client, cast: Cast) -> None:
    """EK-30: right after login, the previous successful one and the last failed one, with time and address."""
    with time_machine.travel(datetime(2026, 3, 3, 17, 22, tzinfo=UTC), tick=False) as clock:
        sign_in(client, "ana@example.rs", **{"User-Agent": PHONE_AGENT})
        client.post("/account/sign-out")
        clock.move_to(datetime(2026, 3, 4, 22, 51, tzinfo=UTC))
        sign_in(client, "ana@example.rs", "wrong")
        clock.move_to(datetime(2026, 3, 5, 8, 0, tzinfo=UTC))
        sign_in(client, "ana@example.rs", next_url="/account/landline?next=/gas/")
        said = unescape(client.get("/account/landline?next=/gas/").content.decode())
    assert "3 Mar 2026" in said
    assert "18:22" in said
    assert "Phone: Chrome, Android" in said
    assert "4 Mar 2026" in said
    assert "23:51" in said
    assert said.index("18:22") < said.index("23:51")
    assert 'data-tone="warning"' in said


def test_the_session_key_changes_with_the_sign_in(client: Client, cast: Cast) -> None:
    """A key that somebody else planted in the browser is worthless afterwards."""
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    sign_in(client, "ana@example.rs")
    assert client.session.session_key != before
    attacker = Client()
    attacker.cookies["sessionid"] = before
    assert attacker.get("/account/security").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        " //evil.example",
        "/account/sign-in",
        "/account/sign-out",
        "https:///evil.example",
        "\x00//evil.example",
    ],
)
def test_the_way_on_stays_with_us(client: Client, cast: Cast, target: str) -> None:
    text = unescape(client.get(SIGN_IN, {"next": target}).content.decode())
    # The language switch of the frame comes back to this very page, target and all; every other link is ours.
    assert f'name="next" value="{target}"' not in text
    assert f'href="{target}' not in text
    response = sign_in(client, "ana@example.rs", next_url=target)
    assert response["Location"] in ("/", "/gas/", "/heat/")


@pytest.mark.parametrize(("path", "name"), [("/gas/", "My gas"), ("/heat/cases/", "My heat"), ("/none/", "Šalter")])
def test_the_page_wears_the_counter_that_it_leads_to(client: Client, cast: Cast, path: str, name: str) -> None:
    text = client.get(SIGN_IN, {"next": path}).content.decode()
    assert f"<strong>{name}</strong>" in text
    assert ("themes/toplota.css" in text) == ("heat" in path)


def test_the_emergency_number_stands_beside_the_form(client: Client, cast: Cast) -> None:
    assert "tel:0800555192" in client.get(SIGN_IN, {"next": "/gas/"}).content.decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"login": "", "password": ""},
        {"login": "a\x00b", "password": "x"},
        {"login": "a" * 300, "password": "x"},
        {"login": "ana@example.rs", "password": "x" * 1001},
        {"login": "ana@example.rs"},
    ],
)
def test_bad_input_is_refused_with_the_form(client: Client, cast: Cast, data: dict[str, str]) -> None:
    response = client.post(SIGN_IN, data)
    assert response.status_code == 422
    assert 'class="errors"' in response.content.decode()


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_wrong_methods(client: Client, cast: Cast, method: str) -> None:
    assert getattr(client, method)(SIGN_IN).status_code == 405


def test_who_is_inside_goes_on(inside: Client) -> None:
    assert inside.get(SIGN_IN, {"next": "/gas/"})["Location"] == "/gas/"


def test_a_button_signs_out_and_an_address_does_not(inside: Client) -> None:
    assert inside.get("/account/sign-out").status_code == 200
    assert "_auth_user_id" in inside.session
    assert inside.post("/account/sign-out")["Location"] == "/gas/"
    assert "_auth_user_id" not in inside.session


def test_passwords_are_kept_with_argon2(cast: Cast) -> None:
    assert User.objects.get(pk=cast.ana.pk).password.startswith("argon2$argon2id$")


def test_a_hash_of_older_parameters_is_renewed_and_ends_no_session(client: Client, cast: Cast) -> None:
    from django.contrib.auth.hashers import make_password

    User.objects.filter(pk=cast.ana.pk).update(password=make_password(PASSWORD, hasher="pbkdf2_sha256"))
    sign_in(client, "ana@example.rs")
    assert client.get("/account/password").status_code == 200
    assert User.objects.get(pk=cast.ana.pk).password.startswith("argon2")


def test_a_pause_stands_in_the_trail(client: Client, cast: Cast) -> None:
    for _try in range(5):
        sign_in(client, "ana@example.rs", "wrong")
    assert Entry.objects.get(action="accounts.pause_sign_in").subject_id == cast.ana.pk


def test_a_burst_of_attempts_is_counted_before_any_is_checked(scratch_db: object) -> None:
    """Twenty at once get five looks at the password, not twenty."""
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from tests.cast import make_user

    make_user("Ana", "ana@example.rs")
    now = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)

    def attempt(number: int) -> str:
        actor = Actor(None, "", "guest", ip=f"198.51.100.{number}")
        try:
            services.check_password(actor=actor, login="ana@example.rs", password="x", country="RS", now=now)
        except (services.SignInRefused, services.Paused) as refusal:
            return type(refusal).__name__
        finally:
            connection.close()
        return "in"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(attempt, range(20)))
    assert outcomes.count("SignInRefused") == 5
    assert outcomes.count("Paused") == 15
