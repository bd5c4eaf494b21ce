"""The security page, password, contact data, devices, history, language (EK-14, EK-15, EK-27 to EK-30)."""

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from salter.accounts import registry, services, touch
from salter.accounts.models import SignInAttempt
from salter.audit.models import Entry
from salter.pages import registry as menus
from tests.accounts.conftest import Letters, sign_in
from tests.cast import PASSWORD, Cast

NEW = "Zelena-lampa-8"
NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
PAGES = ["security", "sign-ins", "password", "email", "mobile", "landline", "prove", "not-me", "second-factor/on"]


def text_of(client: Client, path: str = "/account/security") -> str:
    return unescape(client.get(path).content.decode())


@pytest.mark.parametrize("page", [*PAGES, "", "recovery-codes", "recovery-codes.txt", "second-factor/off"])
def test_nobody_sees_it_from_outside(client: Client, cast: Cast, page: str) -> None:
    response = client.get(f"/account/{page}")
    assert response.status_code == 302
    assert response["Location"].startswith("/account/sign-in?next=")


@pytest.mark.parametrize("page", ["language", "sessions/end", "password", "landline", "email", "second-factor/off"])
def test_nobody_changes_it_from_outside(client: Client, cast: Cast, page: str) -> None:
    response = client.post(f"/account/{page}", {"language": "ro", "session": "1", "phone": ""})
    assert response["Location"].startswith("/account/sign-in?next=")


@pytest.mark.parametrize("page", ["language", "sessions/end"])
def test_acts_are_posted(inside: Client, page: str) -> None:
    assert inside.get(f"/account/{page}").status_code == 405


@pytest.mark.parametrize("page", PAGES)
def test_every_page_wears_the_counter_of_its_reader(inside: Client, page: str) -> None:
    text = text_of(inside, f"/account/{page}")
    assert "<strong>My gas</strong>" in text
    assert text.count("<h1") == 1


def test_the_page_shows_both_last_sign_ins(client: Client, cast: Cast) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in(client, "ana@example.rs")
        client.post("/account/sign-out")
        clock.shift(timedelta(hours=1))
        sign_in(client, "ana@example.rs", "wrong")
        clock.shift(timedelta(hours=1))
        sign_in(client, "ana@example.rs")
        text = text_of(client)
    assert "10:00" in text  # the one before, not the present one
    assert "11:00" in text
    assert "12:00" not in text.split("<h1>")[1].split("Devices")[0]
    assert "Wrong password" in text


def test_few_queries(inside: Client, django_assert_max_num_queries: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Session, person, two attempts, devices; what other apps add to page and menu is counted there."""
    monkeypatch.setattr(registry, "security_blocks", [])
    monkeypatch.setattr(menus, "menu", [])
    inside.get("/account/security")
    with django_assert_max_num_queries(5):
        inside.get("/account/security")
    with django_assert_max_num_queries(3):
        inside.get("/account/sign-ins")


def test_other_apps_add_blocks(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def provider(request: Any) -> registry.SecurityBlock | None:
        fact = registry.Fact("Customer number", f"100001 at {request.institution.slug}", action="Ask", url="/gas/ask")
        return registry.SecurityBlock("Customer", (fact,), note="Changed by the office")

    monkeypatch.setattr(registry, "security_blocks", [(1, provider), (2, lambda _request: None)])
    text = text_of(inside)
    assert "100001 at gas" in text
    assert '<a href="/gas/ask">Ask</a>' in text
    # Read-only: no field of our forms holds it.
    assert 'value="100001' not in text


def test_ended_sessions_are_forgotten(inside: Client, cast: Cast) -> None:
    later = timezone.now() + timedelta(days=20)
    services.forget_stale(now=later)
    assert not UserSession.objects.exists()
    assert inside.get("/account/security").status_code == 302


# ----------------------------------------------------------------------------------------------------------- sign-ins


def test_the_history_is_the_reader_s_own(inside: Client, cast: Cast) -> None:
    for login in ("boris@example.rs", "ana@example.rs"):
        sign_in(Client(), login, "wrong", **{"X-Forwarded-For": "6.6.6.6"})
    text = text_of(inside, "/account/sign-ins")
    assert text.count("Refused") == 1
    assert "6.6.6.6" not in text
    assert SignInAttempt.objects.count() == 3


def test_the_history_is_the_one_table(inside: Client) -> None:
    sign_in(Client(), "ana@example.rs", "wrong", **{"User-Agent": "Firefox/130.0 Windows"})
    assert "Firefox" in text_of(inside, "/account/sign-ins?q=refused")
    assert "Firefox" not in text_of(inside, "/account/sign-ins?q=signed")
    assert "Firefox" in text_of(inside, "/account/sign-ins?q=firefox&sort=-at")
    exported = inside.get("/account/sign-ins?export=csv")
    assert exported["Content-Type"].startswith("text/csv")
    assert "Firefox" in exported.getvalue().decode("utf-8-sig")


# ------------------------------------------------------------------------------------------------------------ password


def change(client: Client, **changed: str) -> Any:
    data = {"present": PASSWORD, "password": NEW, "end_others": "on"} | changed
    return client.post("/account/password", {key: value for key, value in data.items() if value})


@pytest.mark.parametrize(("end_others", "status"), [("on", 302), ("", 200)])
def test_a_new_password_ends_other_sessions_on_wish(
    inside: Client, cast: Cast, letters: Letters, end_others: str, status: int
) -> None:
    """EK-28."""
    elsewhere = Client()
    sign_in(elsewhere, "ana@example.rs")
    before = inside.session.session_key
    assert change(inside, end_others=end_others)["Location"] == "/account/security"
    assert inside.session.session_key != before
    assert "Your password is changed." in text_of(inside)
    assert elsewhere.get("/account/security").status_code == status
    assert UserSession.objects.filter(user=cast.ana).count() == (1 if end_others else 2)
    assert letters.kinds == [("password_changed", "ana@example.rs")]
    assert sign_in(Client(), "ana@example.rs", NEW).status_code == 302


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"present": "wrong"}, "This is not your present password."),
        ({"present": ""}, "Fill in this field."),
        ({"password": "short"}, "Use at least 8 characters"),
        ({"password": ""}, "Fill in this field."),
        ({"password": "ana@example.rs1A"}, "too similar"),
    ],
)
def test_a_bad_new_password_is_refused(inside: Client, cast: Cast, changed: dict[str, str], said: str) -> None:
    response = change(inside, **changed)
    assert response.status_code == 422
    assert said in unescape(response.content.decode())
    cast.ana.refresh_from_db()
    assert cast.ana.check_password(PASSWORD)


def test_the_present_password_can_not_be_guessed_from_inside(inside: Client) -> None:
    for _try in range(5):
        change(inside, present="wrong")
    assert "There were too many attempts" in change(inside).content.decode()


# ------------------------------------------------------------------------------------------------------------- contact


def test_a_new_mail_address_takes_effect_with_its_code(inside: Client, cast: Cast, letters: Letters) -> None:
    """EK-29: a code to the new one, the old one is told."""
    assert inside.post("/account/email", {"email": "Nova@Example.rs"})["Location"] == "/account/email/code"
    assert (letters.codes[-1]["address"], letters.codes[-1]["purpose"]) == ("nova@example.rs", "change_email")
    cast.ana.refresh_from_db()
    assert cast.ana.email == "ana@example.rs"
    assert inside.post("/account/email/code", {"code": letters.wrong()}).status_code == 422
    assert inside.post("/account/email/code", {"code": letters.code})["Location"] == "/account/security"
    cast.ana.refresh_from_db()
    assert cast.ana.email == "nova@example.rs"
    notice = letters.notices[-1]
    assert (notice["kind"], notice["address"], notice["context"]["new"]) == (
        "email_changed",
        "ana@example.rs",
        "n•••@example.rs",
    )
    assert sign_in(Client(), "nova@example.rs").status_code == 302
    assert sign_in(Client(), "ana@example.rs").status_code == 422
    assert Entry.objects.filter(action="accounts.change_email", subject_id=cast.ana.pk).exists()


def test_a_new_number_takes_effect_with_its_code(inside: Client, cast: Cast, letters: Letters) -> None:
    cast.ana.phone, cast.ana.phone_verified = "+381641111111", True
    cast.ana.save()
    inside.post("/account/mobile", {"phone": "064 222 22 22"})
    assert (letters.codes[-1]["channel"], letters.codes[-1]["address"]) == ("sms", "+381642222222")
    inside.post("/account/mobile/code", {"code": letters.code})
    cast.ana.refresh_from_db()
    assert (cast.ana.phone, cast.ana.phone_verified) == ("+381642222222", True)
    assert letters.kinds == [("phone_changed", "+381641111111")]


def test_a_first_number_is_told_to_the_mail_address(inside: Client, cast: Cast, letters: Letters) -> None:
    inside.post("/account/mobile", {"phone": "064 222 22 22"})
    inside.post("/account/mobile/code", {"code": letters.code})
    assert letters.kinds == [("phone_changed", "ana@example.rs")]


def test_an_address_of_somebody_else_looks_free_and_is_not(inside: Client, cast: Cast, letters: Letters) -> None:
    assert inside.post("/account/email", {"email": "boris@example.rs"})["Location"] == "/account/email/code"
    assert letters.codes == []
    assert letters.kinds == [("account_exists", "boris@example.rs")]
    assert "4 more tries" in inside.post("/account/email/code", {"code": "123456"}).content.decode()


@pytest.mark.parametrize(
    ("page", "data", "said"),
    [
        ("email", {"email": "ana@example.rs"}, "already your e-mail"),
        ("email", {"email": "x"}, "Type an e-mail address like"),
        ("email", {}, "Fill in this field."),
        ("mobile", {"phone": "021 555 018"}, "not a mobile number"),
        ("mobile", {"phone": "abc"}, "digits only"),
        ("mobile", {"phone": "1" * 60}, "40"),
        ("landline", {"phone": "12"}, "phone number"),
    ],
)
def test_bad_contact_data_is_refused(inside: Client, page: str, data: dict[str, str], said: str) -> None:
    response = inside.post(f"/account/{page}", data)
    assert response.status_code == 422
    assert said in unescape(response.content.decode())


def test_the_landline_needs_no_code(inside: Client, cast: Cast, letters: Letters) -> None:
    assert inside.post("/account/landline", {"phone": "021 555 018"})["Location"] == "/account/security"
    cast.ana.refresh_from_db()
    assert cast.ana.landline == "+38121555018"
    assert letters.codes == []
    assert "021 555018" in text_of(inside).replace("021 555 018", "021 555018")
    inside.post("/account/landline", {"phone": ""})
    cast.ana.refresh_from_db()
    assert cast.ana.landline == ""


def test_a_code_of_somebody_else_changes_nothing(inside: Client, cast: Cast, letters: Letters) -> None:
    other = Client()
    sign_in(other, "boris@example.rs")
    other.post("/account/email", {"email": "nova@example.rs"})
    session = inside.session
    session["accounts_codes"] = other.session["accounts_codes"]
    session.save()
    assert inside.post("/account/email/code", {"code": letters.code}).status_code == 422
    cast.ana.refresh_from_db()
    assert cast.ana.email == "ana@example.rs"


@pytest.mark.parametrize("page", ["email", "mobile", "second-factor/on"])
def test_what_matters_asks_for_the_password_again(client: Client, cast: Cast, page: str) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        sign_in(client, "ana@example.rs")
        assert client.get(f"/account/{page}").status_code == 200
        clock.shift(timedelta(minutes=16))
        response = client.get(f"/account/{page}")
        assert response["Location"].startswith("/account/prove?next=%2Faccount%2F")
        assert client.post(response["Location"], {"password": "wrong"}).status_code == 422
        proved = client.post(response["Location"], {"password": PASSWORD})
        assert proved["Location"] == f"/account/{page}"
        assert client.get(f"/account/{page}").status_code == 200


# ------------------------------------------------------------------------------------------------------------- devices


def test_one_device_is_signed_out(inside: Client, cast: Cast) -> None:
    elsewhere = Client()
    sign_in(elsewhere, "ana@example.rs", **{"User-Agent": "Firefox/130.0 Windows"})
    assert "Computer: Firefox, Windows" in text_of(inside)
    row = UserSession.objects.get(session_key=elsewhere.session.session_key)
    assert inside.post("/account/sessions/end", {"session": row.pk})["Location"] == "/account/security"
    assert elsewhere.get("/account/security").status_code == 302
    assert "Firefox" not in text_of(inside)


def test_all_other_devices_are_signed_out(inside: Client, cast: Cast) -> None:
    others = [Client(), Client()]
    for other in others:
        sign_in(other, "ana@example.rs")
    inside.post("/account/sessions/end", {"others": "1"})
    assert [other.get("/account/security").status_code for other in others] == [302, 302]
    assert "signed out on 2 other devices" in text_of(inside)


@pytest.mark.parametrize("number", ["999999", "0", "1e3", "-1", "٣", "9" * 40, ""])
def test_a_device_of_somebody_else_is_out_of_reach(inside: Client, cast: Cast, number: str) -> None:
    boris = Client()
    sign_in(boris, "boris@example.rs")
    row = UserSession.objects.get(session_key=boris.session.session_key)
    assert inside.post("/account/sessions/end", {"session": row.pk}).status_code == 302
    assert inside.post("/account/sessions/end", {"session": number}).status_code == 302
    assert boris.get("/account/security").status_code == 200
    assert inside.get("/account/security").status_code == 200


def test_it_was_not_me(inside: Client, cast: Cast) -> None:
    elsewhere = Client()
    sign_in(elsewhere, "ana@example.rs")
    assert "Sign out everywhere else" in text_of(inside, "/account/not-me")
    assert elsewhere.get("/account/security").status_code == 200
    assert inside.post("/account/not-me")["Location"] == "/account/password"
    assert elsewhere.get("/account/security").status_code == 302


def test_last_use_is_written_in_batches(inside: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touch, "_writer", object())
    key = inside.session.session_key
    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        for _times in range(3):
            inside.get("/account/password")
        assert UserSession.objects.get(session_key=key).last_seen_at < later
        assert touch.flush() == 1
        assert touch.flush() == 0
    assert UserSession.objects.get(session_key=key).last_seen_at == later


def test_without_a_writer_nothing_is_collected(inside: Client) -> None:
    inside.get("/account/password")
    assert touch.flush() == 0


# ------------------------------------------------------------------------------------------------------------ language


def test_the_language_is_kept_with_the_person(inside: Client, cast: Cast) -> None:
    response = inside.post("/account/language", {"language": "ro"})
    assert response.cookies["salter_language"].value == "ro"
    cast.ana.refresh_from_db()
    assert cast.ana.language == "ro"
    inside.post("/account/language", {"language": "xx"})
    cast.ana.refresh_from_db()
    assert cast.ana.language == "ro"


def test_the_switch_in_the_head_keeps_it_as_well(inside: Client, cast: Cast) -> None:
    inside.post("/language", {"language": "pl", "next": "/account/security"})
    cast.ana.refresh_from_db()
    assert cast.ana.language == "pl"


# ------------------------------------------------------------------------------------------------------------ services


def test_people_are_made_by_who_vouches_for_them(cast: Cast) -> None:
    made = services.create_user(actor=cast.actor(cast.admir, "staff"), name="Novi", email=" NOVI@example.rs ", now=NOW)
    assert made.email == "novi@example.rs"
    assert not made.has_usable_password()
    with pytest.raises(services.FieldProblem) as refusal:
        services.create_user(actor=cast.actor(cast.admir, "staff"), name="Opet", email="novi@example.rs", now=NOW)
    assert refusal.value.field == "email"
