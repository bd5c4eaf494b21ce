"""Codes from an app: staff must have them, a code works once, recovery codes help without the phone."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from salter.accounts import selectors, services, vault
from salter.accounts.access import second_factor_required
from salter.accounts.models import SignInAttempt, User
from salter.audit.types import Actor
from tests.accounts.conftest import Letters, sign_in
from tests.cast import Cast

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
CODE_PAGE = "/account/sign-in/code"


def code_at(moment: datetime, secret: str = SECRET) -> str:
    return format_hotp_value(hotp_value(secret, int(moment.timestamp()) // 30))


@pytest.fixture
def guarded(cast: Cast) -> User:
    """Ana with codes from an app."""
    services.switch_on_second_factor(
        actor=Actor.system("t"), user=cast.ana, secret=SECRET, typed=None, session_key=None, now=NOW
    )
    return cast.ana


def test_the_password_alone_lets_nobody_in(client: Client, guarded: User) -> None:
    with time_machine.travel(NOW, tick=False):
        assert sign_in(client, "ana@example.rs")["Location"] == CODE_PAGE
        assert client.get("/account/security").status_code == 302
        assert client.get("/account/recovery-codes").status_code == 302
        assert client.get(CODE_PAGE).status_code == 200
        assert client.post(CODE_PAGE, {"code": code_at(NOW)})["Location"] == "/gas/"
        assert client.get("/account/security").status_code == 200
    assert SignInAttempt.objects.get(outcome="success").method == "password_totp"


@pytest.mark.parametrize(("shift_s", "status"), [(0, 302), (-30, 302), (30, 302), (-60, 422), (60, 422)])
def test_the_clock_of_the_phone_may_be_a_step_off(client: Client, guarded: User, shift_s: int, status: int) -> None:
    with time_machine.travel(NOW, tick=False):
        sign_in(client, "ana@example.rs")
        response = client.post(CODE_PAGE, {"code": code_at(NOW + timedelta(seconds=shift_s))})
    assert response.status_code == status


def test_a_code_works_once(client: Client, guarded: User) -> None:
    with time_machine.travel(NOW, tick=False):
        for browser, status in ((client, 302), (Client(), 422)):
            sign_in(browser, "ana@example.rs")
            assert browser.post(CODE_PAGE, {"code": code_at(NOW)}).status_code == status
        # Neither does one from before it.
        older = Client()
        sign_in(older, "ana@example.rs")
        assert older.post(CODE_PAGE, {"code": code_at(NOW - timedelta(seconds=30))}).status_code == 422


def test_a_recovery_code_works_once(client: Client, guarded: User) -> None:
    code = selectors.recovery_codes(guarded)[3]
    sign_in(client, "ana@example.rs")
    assert client.post(CODE_PAGE, {"code": f"{code[:4]} {code[4:]}"}).status_code == 302
    assert selectors.recovery_codes_left(guarded) == 9
    assert SignInAttempt.objects.get(outcome="success").method == "password_recovery"
    again = Client()
    sign_in(again, "ana@example.rs")
    assert again.post(CODE_PAGE, {"code": code}).status_code == 422


def test_codes_can_not_be_guessed(client: Client, guarded: User, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False):
        sign_in(client, "ana@example.rs")
        said = [unescape(client.post(CODE_PAGE, {"code": "000000"}).content.decode()) for _try in range(6)]
        assert "You have 4 more tries" in said[0]
        assert "There were too many attempts" in said[5]
        # The right one has to wait as well, in any browser.
        other = Client()
        sign_in(other, "ana@example.rs")
        assert other.post(CODE_PAGE, {"code": code_at(NOW)}).status_code == 422
    reasons = list(SignInAttempt.objects.filter(outcome="failed").order_by("id").values_list("reason", flat=True))
    assert reasons == ["wrong_second_factor"] * 5 + ["paused"] * 2
    assert letters.kinds[-1] == ("many_attempts", "ana@example.rs")


@pytest.mark.parametrize("code", ["", "abc", "1" * 41, "12345", "\x00", "１２３４５６", "٠٠٠٠٠٠"])
def test_bad_codes(client: Client, guarded: User, code: str) -> None:
    sign_in(client, "ana@example.rs")
    assert client.post(CODE_PAGE, {"code": code}).status_code == 422


def test_without_the_first_question_there_is_no_second(client: Client, guarded: User) -> None:
    assert client.get(CODE_PAGE)["Location"] == "/account/sign-in"
    assert client.post(CODE_PAGE, {"code": "123456"})["Location"] == "/account/sign-in"


def test_the_first_answer_runs_out(client: Client, guarded: User) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in(client, "ana@example.rs")
        clock.shift(timedelta(minutes=16))
        assert client.post(CODE_PAGE, {"code": code_at(NOW + timedelta(minutes=16))})["Location"] == "/account/sign-in"


def secret_on(client: Client) -> str:
    text = client.get("/account/second-factor/on").content.decode()
    return text.split('<code translate="no">')[1].split("</code>")[0].replace(" ", "")


def test_switching_on(inside: Client, cast: Cast, letters: Letters) -> None:
    elsewhere = Client()
    sign_in(elsewhere, "ana@example.rs")
    secret = secret_on(inside)
    assert secret_on(inside) == secret  # a reload doesn't spoil what was scanned
    assert secret not in repr(dict(inside.session))
    assert inside.post("/account/second-factor/on", {"code": "000000"}).status_code == 422
    code = code_at(datetime.now(UTC), secret)
    response = inside.post("/account/second-factor/on", {"code": code, "next": "/gas/desk/"})
    assert response["Location"] == "/account/recovery-codes?next=%2Fgas%2Fdesk%2F"
    page = inside.get(response["Location"]).content.decode()
    assert page.count("<li><code>") == 10
    assert 'href="/gas/desk/"' in page
    cast.ana.refresh_from_db()
    assert selectors.has_second_factor(cast.ana)
    # Sessions that never saw a second factor end.
    assert elsewhere.get("/account/security").status_code == 302
    assert inside.get("/account/security").status_code == 200
    stored = Authenticator.objects.get(user=cast.ana, type="totp").data["secret"]
    assert secret not in stored
    assert vault.decrypt(stored, label="mfa") == secret
    assert letters.kinds == [("second_factor_on", "ana@example.rs")]
    # The code that switched it on doesn't sign in as well.
    other = Client()
    sign_in(other, "ana@example.rs")
    assert other.post(CODE_PAGE, {"code": code}).status_code == 422


def test_switching_off(client: Client, guarded: User, letters: Letters) -> None:
    with time_machine.travel(NOW, tick=False):
        sign_in(client, "ana@example.rs")
        client.post(CODE_PAGE, {"code": code_at(NOW)})
        assert client.get("/account/second-factor/off").status_code == 200
        guarded.refresh_from_db()
        assert selectors.has_second_factor(guarded)
        client.post("/account/second-factor/off")
    guarded.refresh_from_db()
    assert not selectors.has_second_factor(guarded)
    assert not Authenticator.objects.filter(user=guarded).exists()
    assert letters.kinds == [("second_factor_off", "ana@example.rs")]


def test_new_recovery_codes_replace_the_old(client: Client, guarded: User) -> None:
    old = selectors.recovery_codes(guarded)
    with time_machine.travel(NOW, tick=False):
        sign_in(client, "ana@example.rs")
        client.post(CODE_PAGE, {"code": code_at(NOW)})
        client.post("/account/recovery-codes")
        new = selectors.recovery_codes(guarded)
        assert not set(old) & set(new)
        file = client.get("/account/recovery-codes.txt")
    assert file["Content-Type"] == "text/plain; charset=utf-8"
    assert all(code in file.content.decode() for code in new)


def test_staff_are_led_to_switch_it_on_and_back(client: Client, cast: Cast) -> None:
    Authenticator.objects.filter(user=cast.dragan).delete()
    cast.dragan.second_factor_at = None
    cast.dragan.save()
    sign_in(client, "dragan@example.rs", next_url="/gas/desk/")

    @second_factor_required
    def desk(request: HttpRequest) -> HttpResponse:
        return HttpResponse("desk")

    request = RequestFactory().get("/gas/desk/?mine=1")
    request.user = cast.dragan
    assert desk(request)["Location"] == "/account/second-factor/on?next=%2Fgas%2Fdesk%2F%3Fmine%3D1"
    cast.dragan.second_factor_at = NOW
    assert desk(request).content == b"desk"
    from django.contrib.auth.models import AnonymousUser

    request.user = AnonymousUser()
    assert desk(request)["Location"].startswith("/account/sign-in?next=")


def test_staff_of_the_cast_sign_in_with_their_codes(client: Client, cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False):
        assert sign_in(client, "dragan@example.rs")["Location"] == CODE_PAGE
        assert client.post(CODE_PAGE, {"code": code_at(NOW, "JBSWY3DPEHPK3PXP")}).status_code == 302
