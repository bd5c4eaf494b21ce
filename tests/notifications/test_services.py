"""Writing into the outbox: who is told, how, in which language, and what is never readable."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from salter.notifications import registry, services, texts
from salter.notifications.models import BlockedAddress, Message, TemplateVersion
from salter.notifications.types import Amount, TemplateError
from tests.cast import SYSTEM, Cast
from tests.notifications.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("templates")]

CONTEXT = {"number": "P-1", "amount": Amount(864217, "RSD")}


def tell(cast: Cast, template: str = "test.answered", **changes: object) -> list[Message]:
    arguments = {
        "institution": cast.gas,
        "template": template,
        "user": cast.ana,
        "party": cast.ana_party,
        "context": CONTEXT if template == "test.answered" else {},
        "about": ("case", "P-1"),
        "path": "/gas/cases/P-1",
        "now": NOW,
    }
    return services.notify(**arguments | changes)  # type: ignore[arg-type]


def with_mobile(cast: Cast, **fields: object) -> None:
    for name, value in ({"phone": "+381641234567", "phone_verified": True} | fields).items():
        setattr(cast.ana, name, value)
    cast.ana.save()


def by_channel(rows: list[Message]) -> dict[str, Message]:
    return {row.channel: row for row in rows}


def test_inbox_and_mail(cast: Cast) -> None:
    rows = by_channel(tell(cast))
    assert set(rows) == {"portal", "email"}
    assert rows["portal"].state == "delivered"
    assert rows["portal"].is_head
    assert rows["email"].state == "queued"
    assert rows["email"].address == "ana@example.rs"
    assert rows["email"].subject == "P-1: we have answered"
    assert "RSD" in rows["email"].body
    assert "8,642.17" in rows["email"].body
    assert {row.for_whom for row in rows.values()} == {"Ana Anić"}
    assert len({row.notice_id for row in rows.values()}) == 1


def test_sms_when_wanted_and_on(cast: Cast) -> None:
    with_mobile(cast)
    sms = by_channel(tell(cast))["sms"]
    assert sms.address == "+381641234567"
    assert sms.body == "P-1: answered, zuto."
    assert sms.state == "queued"


@pytest.mark.parametrize(
    ("reason", "change"),
    [
        ("not verified", lambda cast: with_mobile(cast, phone_verified=False)),
        ("module off", lambda cast: (with_mobile(cast), setattr(cast.gas, "modules", []))),
        ("no mobile", lambda _cast: None),
    ],
)
def test_no_sms(cast: Cast, reason: str, change: object) -> None:
    change(cast)  # type: ignore[operator]
    assert "sms" not in by_channel(tell(cast))


def test_no_sms_without_its_text(cast: Cast) -> None:
    with_mobile(cast)
    assert "sms" not in by_channel(tell(cast, "test.plain"))


def test_company_is_named_in_sms_but_no_person(cast: Cast) -> None:
    with_mobile(cast)
    assert by_channel(tell(cast, party=cast.ljiljan))["sms"].body.startswith("Apoteka Ljiljan d.o.o.: ")
    assert "Ana" not in by_channel(tell(cast))["sms"].body


def test_letters_kept_on_wish(cast: Cast) -> None:
    with_mobile(cast)
    services.set_preference(actor=SYSTEM, user=cast.ana, email=True, sms=True, sms_letters=True, now=NOW)
    assert by_channel(tell(cast))["sms"].body == "P-1: answered, žuto."


def test_muted_channels_are_suppressed_with_the_reason(cast: Cast) -> None:
    with_mobile(cast)
    services.set_preference(actor=SYSTEM, user=cast.ana, email=False, sms=False, sms_letters=False, now=NOW)
    rows = by_channel(tell(cast))
    assert (rows["email"].state, rows["email"].failure_code) == ("suppressed", "muted")
    assert (rows["sms"].state, rows["sms"].failure_code) == ("suppressed", "muted")
    assert rows["portal"].state == "delivered"


def test_security_cannot_be_muted(cast: Cast) -> None:
    services.set_preference(actor=SYSTEM, user=cast.ana, email=False, sms=False, sms_letters=False, now=NOW)
    assert by_channel(tell(cast, "test.code", secret="1"))["email"].state == "queued"


def test_security_goes_by_sms_to_who_has_no_mail(cast: Cast) -> None:
    with_mobile(cast, email=None)
    services.set_preference(actor=SYSTEM, user=cast.ana, email=False, sms=False, sms_letters=False, now=NOW)
    rows = by_channel(tell(cast, "test.code", secret="1"))
    assert rows["sms"].state == "queued"
    assert (rows["email"].state, rows["email"].failure_code) == ("suppressed", "no_address")


def test_blocked_address(cast: Cast) -> None:
    BlockedAddress.objects.create(channel="email", address="ana@example.rs", reason="blocked", blocked_at=NOW)
    cast.ana.email = "ANA@example.rs"
    row = by_channel(tell(cast))["email"]
    assert (row.state, row.failure_code) == ("suppressed", "blocked")
    assert services.try_address_again(actor=SYSTEM, channel="email", address="ana@EXAMPLE.rs", now=NOW)
    assert by_channel(tell(cast))["email"].state == "queued"


def test_unsubscribed_address_still_gets_codes(cast: Cast) -> None:
    services.unsubscribe(actor=SYSTEM, address="x@example.rs", user_id=None, institution=cast.gas, now=NOW)
    common = {
        "institution": cast.gas, "channel": "email", "address": "x@example.rs", "language": "en", "now": NOW,
    }  # fmt: skip
    assert services.send_to_address(**common, template="test.plain", context={}).state == "suppressed"
    assert services.send_to_address(**common, template="test.code", context={}, secret="9").state == "queued"


def test_several_people_each_once(cast: Cast) -> None:
    rows = services.notify_all(
        institution=cast.gas,
        template="test.plain",
        users=[cast.ana, cast.boris],
        party=cast.ljiljan,
        context={},
        now=NOW,
    )
    assert {(row.recipient_id, row.channel) for row in rows} == {
        (user.pk, channel) for user in (cast.ana, cast.boris) for channel in ("portal", "email")
    }
    assert services.notify_all(institution=cast.gas, template="test.plain", users=[], context={}, now=NOW) == []


def test_queries_do_not_grow_with_people(cast: Cast, django_assert_max_num_queries: object) -> None:
    tell(cast, "test.plain")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        services.notify_all(
            institution=cast.gas,
            template="test.plain",
            users=[cast.ana, cast.boris, cast.ceca, cast.nobody],
            context={},
            now=NOW,
        )


def test_nothing_is_written_when_the_cause_fails(cast: Cast) -> None:
    def cause() -> None:
        with transaction.atomic():
            tell(cast)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert not Message.objects.exists()


def test_worker_is_woken_once_after_commit(cast: Cast, django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks() as calls:  # type: ignore[operator]
        tell(cast)
        tell(cast)
    assert len(calls) == 1
    calls[0]()


# Languages


def test_recipients_language(cast: Cast) -> None:
    cast.ana.language = "pl"
    row = by_channel(tell(cast, "test.translated"))["email"]
    assert (row.language, row.wanted_language, row.subject, row.body) == ("pl", "", "Niedziela", "Poniedziałek")


def test_values_in_the_recipients_way(cast: Cast) -> None:
    cast.ana.language = "sr-latn"
    assert "8.642,17" in by_channel(tell(cast))["email"].body


def test_fallback_is_marked(cast: Cast) -> None:
    # No catalogue will ever hold this sentence.
    registry.template("test.half", subject=_("Zzyzx 4711 words"), body="x", action="y")
    cast.ana.language = "pl"
    row = by_channel(tell(cast, "test.half"))["email"]
    assert (row.language, row.wanted_language, row.subject) == ("en", "pl", "Zzyzx 4711 words")


def test_language_nobody_has_falls_back(cast: Cast) -> None:
    cast.ana.language = "hu"
    row = by_channel(tell(cast, "test.translated"))["email"]
    assert row.language in ("en", cast.gas.default_language)


def test_changed_text_makes_a_new_version(cast: Cast) -> None:
    first = texts.current_version(registry.get("test.plain"))
    assert texts.current_version(registry.get("test.plain")) == first
    del registry._templates["test.plain"]
    registry.template("test.plain", subject="News", body="There is more news.")
    second = texts.current_version(registry.get("test.plain"))
    assert (first.version, second.version) == (1, 2)
    assert first.texts["en"]["body"] == "There is news."


def test_every_declared_template_is_stored_once(db: None) -> None:
    count = texts.sync_templates()
    assert count == len(registry.all_templates())
    rows = TemplateVersion.objects.count()
    assert texts.sync_templates() == count
    assert TemplateVersion.objects.count() == rows


# Secrets


def test_secret_is_nowhere_readable(cast: Cast) -> None:
    with_mobile(cast)
    rows = tell(cast, "test.code", secret="K7-4411")
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(m)::text FROM notifications_message m")
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert len(rows) == 3
    assert "4411" not in stored
    assert by_channel(rows)["portal"].secret == ""
    assert by_channel(rows)["sms"].body == "Code ******"


def test_suppressed_message_keeps_no_secret(cast: Cast) -> None:
    cast.ana.email = None
    cast.ana.phone = "+381641234567"
    assert by_channel(tell(cast, "test.code", secret="4411"))["email"].secret == ""


def test_subject_may_not_hold_the_secret() -> None:
    with pytest.raises(ImproperlyConfigured):
        registry.template("test.bad", subject="Code {secret}", body="x")


# Mistakes of a caller


@pytest.mark.parametrize(
    "change",
    [
        {"context": {"number": "1"}},
        {"context": {**CONTEXT, "institution": "x"}},
        {"context": {**CONTEXT, "number": 1.5}},
        {"context": {**CONTEXT, "number": True}},
        {"path": "https://elsewhere.example/"},
        {"path": "//elsewhere.example/"},
    ],
)
def test_mistakes_are_refused(cast: Cast, change: dict[str, object]) -> None:
    with pytest.raises(TemplateError):
        tell(cast, **change)


def test_unknown_template(cast: Cast) -> None:
    with pytest.raises(KeyError):
        tell(cast, "test.unknown")


@pytest.mark.parametrize("text", ["{a.b}", "{0}", "{a!r}", "{a:>5}", "{a[0]}"])
def test_only_plain_names_in_braces(text: str) -> None:
    with pytest.raises(ImproperlyConfigured):
        registry.placeholders(text)


def test_template_declared_twice() -> None:
    with pytest.raises(ImproperlyConfigured):
        registry.template("test.plain", subject="Other", body="Other")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text {x}", "text {x}"),
        (7, "7"),
        (date(2026, 3, 5), "5. 3. 2026."),
        (NOW, "5. 3. 2026. u 10:30"),
        ({"en": "Fault", "sr-latn": "Kvar"}, "Kvar"),
        (Amount(-150, "RSD"), "−1,50\u00a0RSD"),
    ],
)
def test_localise(value: object, expected: str) -> None:
    assert texts.localise(value, "sr-latn", "Europe/Belgrade") == expected


# Promises of the database


def test_message_stays_within_its_institution(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        tell(cast, party=cast.ceca_party)


@pytest.mark.parametrize(
    "change",
    [
        {"state": "lost"},
        {"state": "failed", "failure_code": ""},
        {"state": "delivered", "ended_at": None},
        {"secret": "x", "state": "delivered", "ended_at": NOW},
        {"path": "https://x"},
        {"address": ""},
    ],
)
def test_database_refuses(cast: Cast, change: dict[str, object]) -> None:
    row = by_channel(tell(cast))["email"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=row.pk).update(**change)


def test_messages_expire(cast: Cast) -> None:
    assert by_channel(tell(cast))["email"].expires_at == NOW + timedelta(hours=24)
