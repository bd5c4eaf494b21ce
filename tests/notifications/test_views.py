"""The person's messages in the browser: his own and nobody else's, at this counter and no other."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone

from salter.notifications import links, selectors, services
from salter.notifications.delivery import fallback_note
from salter.notifications.models import BlockedAddress, Message, Preference
from salter.notifications.worker import deliver_due
from tests.cast import SYSTEM, Cast

# The same in every process that collects the tests.
NO_SUCH = "01900000-0000-7000-8000-000000000000"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("templates")]


def tell(cast: Cast, **changes: Any) -> Message:
    arguments = {
        "institution": cast.gas,
        "template": "test.answered",
        "user": cast.ana,
        "party": cast.ljiljan,
        "context": {"number": "P-77", "amount": "5"},
        "about": ("case", "P-77"),
        "path": "/gas/cases/P-77",
        "now": timezone.now(),
    }
    return services.notify(**arguments | changes)[0]


@pytest.fixture
def ana(client: Client, cast: Cast) -> Client:
    client.force_login(cast.ana)
    return client


# The list


def test_list_shows_what_was_sent(ana: Client, cast: Cast) -> None:
    tell(cast)
    deliver_due()
    text = ana.get("/gas/messages/").content.decode()
    assert "P-77: we have answered" in text
    assert "Apoteka Ljiljan d.o.o." in text
    assert "Inbox here, E-mail" in text
    assert "arrived" in text


def test_list_when_empty(ana: Client) -> None:
    assert "No messages yet" in ana.get("/gas/messages/").content.decode()


@pytest.mark.parametrize(
    "query", ["q=answered", "q=Ljiljan", "q=zzz", "sort=outcome", "sort=-subject", "page=99", "sort=x"]
)
def test_list_searches_and_sorts(ana: Client, cast: Cast, query: str) -> None:
    tell(cast)
    response = ana.get(f"/gas/messages/?{query}")
    assert response.status_code == 200
    assert ("P-77: we have" in response.content.decode()) == (query != "q=zzz")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_list_is_exported(ana: Client, cast: Cast, kind: str) -> None:
    tell(cast)
    response = ana.get(f"/gas/messages/?export={kind}")
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    response.close()


def test_failure_is_seen_in_the_list(ana: Client, cast: Cast) -> None:
    cast.ana.email = "bounce@example.rs"
    tell(cast)
    deliver_due()
    assert "not all arrived" in ana.get("/gas/messages/").content.decode()


def test_others_see_nothing(client: Client, cast: Cast) -> None:
    message = tell(cast)
    client.force_login(cast.boris)
    assert "P-77" not in client.get("/gas/messages/").content.decode()
    assert client.get(f"/gas/messages/{message.pk}").status_code == 404


def test_other_counter_shows_nothing(ana: Client, cast: Cast) -> None:
    message = tell(cast)
    assert "P-77" not in ana.get("/heat/messages/").content.decode()
    assert ana.get(f"/heat/messages/{message.pk}").status_code == 404


def test_messages_of_the_platform_stand_at_each_counter(ana: Client, cast: Cast) -> None:
    tell(cast, institution=None, party=None, template="test.plain", context={})
    for slug in ("gas", "heat"):
        assert "News" in ana.get(f"/{slug}/messages/").content.decode()


def test_staff_do_not_see_them_here(client: Client, cast: Cast) -> None:
    message = tell(cast)
    client.force_login(cast.dragan)
    assert client.get(f"/gas/messages/{message.pk}").status_code == 404


def test_list_costs_few_queries(ana: Client, cast: Cast, django_assert_max_num_queries: Any) -> None:
    for _number in range(3):
        tell(cast)
    ana.get("/gas/messages/")
    with django_assert_max_num_queries(7):
        ana.get("/gas/messages/")
    for _number in range(15):
        tell(cast)
    with django_assert_max_num_queries(7):
        ana.get("/gas/messages/")


@pytest.mark.parametrize("path", ["", "read", "preferences", NO_SUCH, f"{NO_SUCH}/try-again"])
def test_signed_out_is_sent_to_sign_in(client: Client, cast: Cast, path: str) -> None:
    method = client.post if path.endswith(("read", "try-again")) else client.get
    response = method(f"/gas/messages/{path}")
    assert response.status_code == 302
    assert "sign-in" in response["Location"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "", 405),
        ("get", "read", 405),
        ("delete", "preferences", 405),
        ("post", NO_SUCH, 405),
        ("get", f"{NO_SUCH}/try-again", 405),
        ("get", "not-a-key", 404),
        ("get", NO_SUCH, 404),
        ("post", f"{NO_SUCH}/try-again", 404),
    ],
)
def test_wrong_methods_and_keys(ana: Client, method: str, path: str, status: int) -> None:
    assert getattr(ana, method)(f"/gas/messages/{path}").status_code == status


# One message


def test_message_is_shown_and_read(ana: Client, cast: Cast) -> None:
    message = tell(cast)
    assert selectors.count_unread(cast.ana, cast.gas) == 1
    text = ana.get(f"/gas/messages/{message.pk}").content.decode()
    assert "We have answered your question P-77." in text
    assert "/gas/cases/P-77" in text
    assert "For: Apoteka Ljiljan d.o.o." in text
    assert "ana@example.rs" in text
    assert selectors.count_unread(cast.ana, cast.gas) == 0


def test_counter_at_the_bell(ana: Client, cast: Cast) -> None:
    tell(cast)
    assert 'href="/gas/messages/"' in ana.get("/gas/messages/").content.decode()
    assert ana.post("/gas/messages/read").status_code == 302
    assert selectors.count_unread(cast.ana, cast.gas) == 0


def test_reading_all_leaves_other_counters_alone(ana: Client, cast: Cast) -> None:
    tell(cast, institution=cast.heat, party=None)
    ana.post("/gas/messages/read")
    assert selectors.count_unread(cast.ana, cast.heat) == 1


def test_failed_sms_shows_reason_and_cure(ana: Client, cast: Cast) -> None:
    cast.ana.phone, cast.ana.phone_verified = "+38164123000", True
    message = tell(cast)
    deliver_due()
    text = ana.get(f"/gas/messages/{message.pk}").content.decode()
    assert "SMS: not delivered. Wrong number." in text
    assert "Correct the number" in text
    assert "/account/mobile" in text


def test_muted_way_leads_to_the_preferences(ana: Client, cast: Cast) -> None:
    services.set_preference(actor=SYSTEM, user=cast.ana, email=False, sms=True, sms_letters=False, now=timezone.now())
    message = tell(cast)
    text = ana.get(f"/gas/messages/{message.pk}").content.decode()
    assert "E-mail: not sent. This way is switched off." in text
    assert "/gas/messages/preferences" in text


def test_code_is_not_shown_again(ana: Client, cast: Cast) -> None:
    message = tell(cast, template="test.code", context={}, secret="4711", party=None)
    deliver_due()
    text = ana.get(f"/gas/messages/{message.pk}").content.decode()
    assert "4711" not in text
    assert "We don't keep codes" in unescape(text)


def test_text_is_escaped(ana: Client, cast: Cast) -> None:
    message = tell(cast, context={"number": "<script>x</script>", "amount": "5"})
    assert "<script>x" not in ana.get(f"/gas/messages/{message.pk}").content.decode()
    assert "<script>x" not in ana.get("/gas/messages/").content.decode()


def test_fallback_is_told_in_the_readers_language(ana: Client, cast: Cast) -> None:
    message = tell(cast)
    Message.objects.filter(pk=message.pk).update(wanted_language="pl")
    assert fallback_note("pl") in unescape(ana.get(f"/gas/messages/{message.pk}").content.decode())


def test_blocked_address_is_tried_again(ana: Client, cast: Cast) -> None:
    cast.ana.email = "bounce@example.rs"
    message = tell(cast)
    deliver_due()
    row = Message.objects.get(notice_id=message.notice_id, channel="email")
    assert f"/gas/messages/{row.pk}/try-again" in ana.get(f"/gas/messages/{message.pk}").content.decode()
    response = ana.post(f"/gas/messages/{row.pk}/try-again")
    assert response["Location"] == f"/gas/messages/{message.pk}"
    assert not BlockedAddress.objects.exists()
    assert "try-again" not in ana.get(f"/gas/messages/{message.pk}").content.decode()


def test_nobody_lifts_the_block_of_another(client: Client, cast: Cast) -> None:
    cast.ana.email = "bounce@example.rs"
    message = tell(cast)
    deliver_due()
    row = Message.objects.get(notice_id=message.notice_id, channel="email")
    client.force_login(cast.boris)
    assert client.post(f"/gas/messages/{row.pk}/try-again").status_code == 404
    client.force_login(cast.ana)
    assert client.post(f"/heat/messages/{row.pk}/try-again").status_code == 404
    assert BlockedAddress.objects.exists()


# Preferences


def test_preferences_are_shown_and_saved(ana: Client, cast: Cast) -> None:
    text = ana.get("/gas/messages/preferences").content.decode()
    assert text.count("checked") == 2
    response = ana.post("/gas/messages/preferences", {"sms": "on", "sms_letters": "on"})
    assert response.status_code == 302
    kept = Preference.objects.get()
    assert (kept.user, kept.email, kept.sms, kept.sms_letters) == (cast.ana, False, True, True)
    assert ana.get("/gas/messages/preferences").content.decode().count("checked") == 2


def test_all_off_is_possible_but_security_still_comes(ana: Client, cast: Cast) -> None:
    assert ana.post("/gas/messages/preferences", {}).status_code == 302
    rows = services.notify(
        institution=cast.gas, template="test.code", user=cast.ana, context={}, secret="1", now=timezone.now()
    )
    assert {row.channel: row.state for row in rows} == {"portal": "delivered", "email": "queued"}


def test_preferences_are_on_the_trail(ana: Client, cast: Cast) -> None:
    from salter.audit.models import Entry

    ana.post("/gas/messages/preferences", {"email": "on"})
    entry = Entry.objects.get(action="notifications.set_preference")
    assert entry.actor_id == cast.ana.pk


# The link that stops mails


def path_of(cast: Cast, **changes: Any) -> str:
    url = links.unsubscribe_url(cast.gas, **{"address": "ana@example.rs", "user_id": cast.ana.pk} | changes)
    return "/" + url.split("/", 3)[3]


def test_opening_the_link_changes_nothing(client: Client, cast: Cast) -> None:
    for _scanner in range(3):
        response = client.get(path_of(cast))
        assert response.status_code == 200
    assert "ana@example.rs" in response.content.decode()
    assert not Preference.objects.exists()
    assert client.head(path_of(cast)).status_code in (200, 405)
    assert not Preference.objects.exists()


def test_the_button_stops_mails(client: Client, cast: Cast) -> None:
    services.set_preference(actor=SYSTEM, user=cast.ana, email=True, sms=False, sms_letters=True, now=timezone.now())
    assert "no longer send" in client.post(path_of(cast)).content.decode()
    kept = Preference.objects.get()
    assert (kept.email, kept.sms, kept.sms_letters) == (False, False, True)
    # Pressed again, or replayed: the same.
    assert client.post(path_of(cast)).status_code == 200
    assert Preference.objects.count() == 1


def test_mail_programs_do_it_by_themselves(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(path_of(cast), {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert not Preference.objects.get().email


def test_address_without_account(client: Client, cast: Cast) -> None:
    client.post(path_of(cast, address="x@example.rs", user_id=None))
    assert BlockedAddress.objects.get().address == "x@example.rs"
    client.post(path_of(cast, address="y@example.rs", user_id=uuid4()))
    assert BlockedAddress.objects.filter(address="y@example.rs").exists()


def test_false_links(client: Client, cast: Cast) -> None:
    good = path_of(cast)
    foreign = good.replace("/gas/", "/heat/")
    expired = "/gas/messages/unsubscribe/" + _old_token(cast)
    for path in (good[:-2] + "xx", foreign, expired, "/gas/messages/unsubscribe/x", "/gas/messages/unsubscribe/a:b:c"):
        for method in (client.get, client.post):
            response = method(path)
            assert response.status_code == 404
            assert "no longer valid" in response.content.decode()
    assert not Preference.objects.exists()


def _old_token(cast: Cast) -> str:
    import time_machine

    with time_machine.travel(timezone.now() - links.UNSUBSCRIBE_LIFETIME - timedelta(days=1), tick=False):
        return signing.dumps(
            {"a": "ana@example.rs", "u": str(cast.ana.pk), "i": str(cast.gas.pk)}, salt=links._SALT, compress=True
        )


# For the staff


def test_deliveries_about_a_case(cast: Cast) -> None:
    tell(cast)
    tell(cast, about=("case", "P-78"))
    tell(cast, institution=cast.heat, party=None)
    deliver_due()
    assert selectors.list_messages_to_party(cast.gas, cast.ljiljan.pk).count() == 2
    (line,) = selectors.delivery_lines_about(cast.gas, "case", "P-77")
    assert (line.words, line.failed, line.address) == ("E-mail: delivered", False, "ana@example.rs")
    assert selectors.list_messages_about(cast.gas, "case", "P-77").count() == 2


@pytest.mark.parametrize(
    ("state", "code", "words"),
    [
        ("queued", "", "E-mail: on its way"),
        (
            "queued",
            "postponed",
            "E-mail: not yet delivered, we keep trying. The recipient's server asked us to try later.",
        ),
        ("sending", "", "E-mail: on its way"),
        ("delivered", "", "E-mail: delivered"),
        ("failed", "no_such_address", "E-mail: not delivered. There is no such address."),
        ("suppressed", "muted", "E-mail: not sent. This way is switched off."),
        ("failed", "unknown to us", "E-mail: not delivered. "),
    ],
)
def test_delivery_in_words(state: str, code: str, words: str) -> None:
    line = selectors.delivery_line(Message(channel="email", state=state, failure_code=code))
    assert line.words == words
    assert line.failed == (state == "failed")
