"""Every address of the product against everybody and against nonsense.

The addresses come from the URL resolver: one that none of the tables here knows fails, so a new page can't be
forgotten. Nobody but those whom a page is for is let in, nobody sees another one's data, a GET changes nothing, and
whatever is sent, no page breaks: it answers with its form and the reason, or with an error page in plain words.
"""

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from salter.billing.models import Invoice, Payment
from salter.cases import presets
from salter.cases import services as cases
from salter.documents import services as documents
from salter.imports import services as imports
from salter.institutions import selectors as institutions
from salter.institutions import services as institution_services
from salter.notifications import links
from salter.notifications.models import Message
from salter.parties.models import Customer, Representation
from salter.staff.models import Membership
from tests.cast import PASSWORD, SYSTEM, Cast

# Stands in everything that belongs to Ana, so that it is seen wherever it leaks.
MARK = "Leptirica77"
PEOPLE = ["anonymous", "ana", "boris", "ceca", "nobody", "heda", "dragan", "sanja", "admir"]
CUSTOMERS, STAFF = {"ana", "boris"}, {"dragan", "sanja", "admir"}
CLERKS, LOADERS = {"dragan", "sanja"}, {"sanja", "admir"}

# Who is let in, by the name of the page. A page with something of Ana's is for her and, at the desk, for the staff.
OPEN = (
    "counters:list healthz readyz metrics pages:language portal:home portal:contact portal:help portal:privacy "
    "portal:accessibility notifications:unsubscribe accounts:sign_in accounts:second_factor accounts:sign_out "
    "accounts:sign_up accounts:sign_up_code accounts:forgotten accounts:forgotten_code accounts:new_password "
    "account_login mfa_authenticate account_logout"
)
SIGNED_IN = (
    "live:state accounts:start accounts:security accounts:sign_ins accounts:end_sessions accounts:not_me "
    "accounts:prove accounts:password accounts:email accounts:email_code accounts:mobile accounts:mobile_code "
    "accounts:landline accounts:language accounts:second_factor_on accounts:second_factor_off accounts:recovery_codes "
    "accounts:recovery_codes_file account_reauthenticate portal:link portal:act_for notifications:list "
    "notifications:read_all notifications:preferences"
)
ANA_ALONE = "notifications:message notifications:try_again"
CUSTOMER_PAGES = (
    "portal:details cases:list cases:choose cases:new billing:bills billing:invoices billing:payments billing:statement"
)
ANAS_PAGES = (
    "cases:case cases:reply cases:withdraw cases:receipt cases:attachment billing:invoice billing:bill_paper "
    "billing:code_png billing:code_svg"
)
DESK = {
    "desk:work_list desk:case desk:receipt desk:attachment": STAFF,
    "desk:take_next desk:choose_kind desk:new_case desk:answer desk:note desk:step desk:assign desk:take": CLERKS,
    "desk:customers desk:customer desk:activation_code desk:link_person desk:unlink_person": CLERKS,
    "desk:extend desk:trail": {"sanja"},
    "desk:imports desk:import_new desk:import_job desk:import_columns desk:import_again desk:refused_rows": LOADERS,
    "desk:institution desk:look desk:contacts desk:modules desk:hours desk:week desk:remove_week desk:add_closure "
    "desk:remove_closure desk:staff desk:employ desk:membership desk:end_membership desk:units desk:unit": {"admir"},
}
DEMO_ALONE = ("pages:look", "mail:", "sms:", "demo:")

POST_ONLY = {
    "pages:language",
    "accounts:end_sessions",
    "accounts:language",
    "portal:act_for",
    "notifications:read_all",
    "notifications:try_again",
    "cases:reply",
    "desk:take_next",
    "desk:answer",
    "desk:note",
    "desk:step",
    "desk:take",
    "desk:activation_code",
    "desk:remove_week",
    "desk:add_closure",
    "desk:remove_closure",
    "desk:end_membership",
    "desk:import_again",
}
# Reading is noted here: what was read, who looked at whose data. All else that a GET writes is a fault.
NOTED = {"django_session", "audit_entry", "audit_payload"}
MADE_SAFE = {"accounts_keptpost", "accounts_throttle"}
READ_MARKS = {"notifications:message"}


def walk(patterns: Any = None, space: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Every name that the product serves, with its path."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLPattern):
            yield (f"{space}:{one.name}" if space else str(one.name)), path + str(one.pattern)
        else:
            yield from walk(one.url_patterns, one.namespace or space, path + str(one.pattern))


ADDRESSES = sorted({(name, path) for name, path in walk() if not name.startswith(DEMO_ALONE)})
NAMES = sorted({name for name, _path in ADDRESSES})


def guests_of(name: str) -> set[str]:
    """Who is let in."""
    if name in OPEN.split():
        return set(PEOPLE)
    if name in SIGNED_IN.split():
        return set(PEOPLE) - {"anonymous"}
    if name in CUSTOMER_PAGES.split():
        return CUSTOMERS
    if name in ANAS_PAGES.split() or name in ANA_ALONE.split():
        return {"ana"}
    return next(people for names, people in DESK.items() if name in names.split())


def test_no_address_is_forgotten() -> None:
    known = {*OPEN.split(), *SIGNED_IN.split(), *CUSTOMER_PAGES.split(), *ANAS_PAGES.split(), *ANA_ALONE.split()}
    known |= {name for names in DESK for name in names.split()}
    assert set(NAMES) == known
    assert set(NAMES) - {name for name, _fields in POSTS} == READ_ONLY


class World:
    """The cast with something of every kind that an address can name, at both institutions."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.now = timezone.now()
        for institution in (cast.gas, cast.heat):
            institution.settings = {"billing.payee_account": "840-955845-10", "billing.payee_name": "Payee"}
            institution.save()
            institutions.forget_institution(institution.slug)
        self.gas = self._fill(cast.gas, cast.ana_party, cast.ana, cast.dragan)
        self.heat = self._fill(cast.heat, cast.ceca_party, cast.ceca, cast.heda)
        self.ids = {
            "institution": str(cast.gas.pk),
            "party": str(cast.boris_party.pk),
            "user": str(cast.boris.pk),
            **{f"other {key}": str(value) for key, value in self.heat.items()},
        }

    def _fill(self, institution: Any, party: Any, user: Any, clerk: Any) -> dict[str, Any]:
        actor = self.cast.actor(user)
        kinds = {k.code: k for k in presets.install_presets(actor=SYSTEM, institution=institution, now=self.now)}
        file = documents.store_file(
            actor=actor, institution=institution, name=f"{MARK}.txt", content=_upload("note.txt"), now=self.now
        )
        case = cases.open_case(
            actor=actor, institution=institution, kind=kinds["question"], party=party, files=[file],
            text=f"Where is {MARK}?", now=self.now,
        )  # fmt: skip
        customer = Customer.objects.get(party=party)
        today = institutions.today(institution, self.now)
        invoice = Invoice.objects.create(
            institution=institution, customer=customer, number=f"{MARK}-1", issued_on=today - timedelta(days=20),
            due_on=today - timedelta(days=2), period_from=today - timedelta(days=50),
            period_to=today - timedelta(days=21), net_minor=8000, vat_minor=2000, total_minor=10000,
        )  # fmt: skip
        Payment.objects.create(
            institution=institution, customer=customer, amount_minor=500, external_ref=f"{MARK}-p", method="bank",
            paid_on=today - timedelta(days=3),
        )  # fmt: skip
        job = imports.prepare(
            actor=self.cast.actor(clerk), institution=institution, register="customers", now=self.now,
            file=SimpleUploadedFile(f"{MARK}.csv", f"Broj;Naziv\n1;{MARK}\n".encode()),
        )  # fmt: skip
        closure = institution_services.add_closure(
            actor=SYSTEM, institution=institution, starts_on=today + timedelta(days=9),
            ends_on=today + timedelta(days=9), reason={"en": "Inventory"},
        )  # fmt: skip
        message = Message.objects.filter(recipient=user, institution=institution, is_head=True).first()
        assert message is not None
        unit = institution.unit_set.first() if hasattr(institution, "unit_set") else None
        return {
            "institution_slug": institution.slug,
            "number": case.number,
            "attachment": case.messages.get().attachments.get().pk,
            "kind": "question",
            "invoice_id": invoice.pk,
            "message_id": message.pk,
            "token": links.unsubscribe_url(institution, address=user.email, user_id=user.pk).rpartition("/")[2],
            "party": party.pk,
            "customer": customer.pk,
            "representation": Representation.objects.get(party=party, user=user).pk,
            "membership": Membership.objects.get(user=clerk, institution=institution).pk,
            "unit": unit.pk if unit else self.cast.office.pk,
            "job": job.pk,
            "closure": closure.pk,
        }

    def address(self, name: str, path: str, **other: Any) -> str:
        """The address with Ana's ids, or with `other` ones."""
        keys = re.findall(r"<(?:\w+:)?(\w+)>", path)
        return reverse(name, kwargs={key: other.get(key, self.gas[key]) for key in keys})

    def client(self, who: str) -> Client:
        """The browser of a person who has proved himself a moment ago; a clerk has Ana's file open."""
        client = Client(headers={"accept-language": "en"})
        if who != "anonymous":
            client.force_login(getattr(self.cast, who))
            session = client.session
            session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
            until = (timezone.now() + timedelta(minutes=20)).isoformat()
            session[f"acting:{self.cast.gas.pk}"] = str(self.cast.boris_party.pk if who == "boris" else "")
            session["desk:purposes"] = {
                f"{self.cast.gas.pk}:{self.cast.ana_party.pk}": {"purpose": "Work", "until": until}
            }
            session.save()
        return client


def _upload(name: str, content: bytes = b"Some words.") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def world(cast: Cast, settings: Any, tmp_path: Any) -> Iterator[World]:
    settings.MEDIA_ROOT = str(tmp_path)
    yield World(cast)
    for slug in ("gas", "heat"):
        institutions.forget_institution(slug)


def lead(response: Any) -> str:
    """Where an answer leads to, without what stands behind the question mark."""
    return str(response.headers.get("Location", "")).partition("?")[0]


def is_kept_out(who: str, name: str, response: Any) -> bool:
    """Whether somebody whom a page isn't for got the right answer: sign in, link a number, 403 or 404."""
    if name in POST_ONLY and response.status_code == 405:
        return True
    if who == "anonymous":
        return response.status_code == 401 or lead(response) == reverse("accounts:sign_in")
    if name.startswith("desk:"):
        return response.status_code == (403 if who in STAFF else 404)
    if name in ANA_ALONE.split():
        return response.status_code == 404
    if who in CUSTOMERS:
        return response.status_code == 404
    return lead(response) == "/gas/link/"


def close(response: Any) -> None:
    """Close its files; `response.close()` would end the test's transaction with the request."""
    for closer in response._resource_closers:
        closer()


def content_of(response: Any) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    close(response)
    return body.decode("utf-8", "replace")


@pytest.mark.parametrize("who", PEOPLE)
def test_each_is_let_in_where_he_belongs_and_nowhere_else(world: World, who: str) -> None:
    client, faults = world.client(who), []
    for name, path in ADDRESSES:
        for method in ("get", "head", "options", "put", "delete", "post"):
            if method == "post" and who in guests_of(name):
                continue
            with transaction.atomic():
                response = getattr(client, method)(world.address(name, path))
                text = content_of(response) if who != "ana" and who not in STAFF & guests_of(name) else ""
                close(response)
                transaction.set_rollback(True)
            said = f"{method} {name} as {who}: {response.status_code} {lead(response)}"
            if method in ("put", "delete", "options") or response.status_code == 405:
                if response.status_code >= 500 or (method in ("put", "delete") and response.status_code < 400
                                                   and lead(response) == ""):  # fmt: skip
                    faults.append(said)
                if method == "get" and name not in POST_ONLY:
                    faults.append(said)
            elif who not in guests_of(name):
                if not is_kept_out(who, name, response):
                    faults.append(said)
            elif response.status_code not in (200, 302) and (name, response.status_code) != ("readyz", 503):
                faults.append(said)
            if MARK in text:
                faults.append(f"{said}, with {MARK}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", ["ana", "sanja", "admir"])
def test_ids_of_others_lead_nowhere(world: World, who: str) -> None:
    """The right person on his own pages, with ids of the other institution, of nobody, and with none at all."""
    client, faults = world.client(who), []
    strange = [world.heat, dict.fromkeys(world.heat, uuid.UUID(int=0)), dict.fromkeys(world.heat, uuid.uuid4())]
    for name, path in ADDRESSES:
        keys = [key for key in re.findall(r"<(?:\w+:)?(\w+)>", path) if key not in ("institution_slug", "kind")]
        if who not in guests_of(name):
            continue
        for key in keys:
            for values in strange:
                if str(values[key]) == str(world.gas[key]):
                    continue
                address = world.address(name, path, **{key: str(values[key])})
                for method in ("get", "post"):
                    with transaction.atomic():
                        response = getattr(client, method)(address)
                        close(response)
                        transaction.set_rollback(True)
                    if response.status_code not in (404, 405):
                        faults.append(f"{method} {address}: {response.status_code} {lead(response)}")
        for broken in ("x", "%00", "a%00b", "%ff%fe", "..%2f..%2fetc", "'", "0" * 5000, "%E2%80%AE", "~" * 30):
            for key in keys:
                address = world.address(name, path).replace(str(world.gas[key]).replace("/", "~"), broken)
                with transaction.atomic():
                    status = client.get(address).status_code
                    transaction.set_rollback(True)
                if status not in (400, 404, 405):
                    faults.append(f"{name} with {broken[:20]}: {status}")
    assert not faults, "\n".join(faults)


def _state() -> dict[str, Any]:
    """A digest of every table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for table in tables:
            cursor.execute("SELECT has_table_privilege(current_user, %s::regclass, 'SELECT')", [f'public."{table}"'])
            if cursor.fetchone() == (True,):
                cursor.execute(f'SELECT count(*), sum(hashtext(t::text)::bigint) FROM "{table}" t')
                found[table] = cursor.fetchone()
    return found


def changed_tables(before: dict[str, Any]) -> set[str]:
    after = _state()
    return {table for table in after if after[table] != before.get(table)}


@pytest.mark.parametrize("who", ["anonymous", "ana", "sanja", "admir"])
def test_a_get_changes_nothing(world: World, who: str) -> None:
    """Programs that look for bad mail, browsers that fetch ahead and impatient readers open every link."""
    client, faults = world.client(who), []
    client.get("/gas/")
    for name, path in ADDRESSES:
        if name in POST_ONLY or name in READ_MARKS or who not in guests_of(name):
            continue
        before = _state()
        close(client.get(world.address(name, path)))
        if changed := changed_tables(before) - NOTED:
            faults.append(f"{name}: {sorted(changed)}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("who", ["anonymous", "boris", "ceca", "nobody", "heda"])
def test_who_is_kept_out_changes_nothing(world: World, who: str) -> None:
    client, faults = world.client(who), []
    for (name, fields), path in ((one, path) for one in POSTS for name, path in ADDRESSES if name == one[0]):
        if who in guests_of(name):
            continue
        before = _state()
        client.post(world.address(name, path), filled(fields, world))
        if changed := changed_tables(before) - NOTED - MADE_SAFE:
            faults.append(f"{name}: {sorted(changed)}")
    assert not faults, "\n".join(faults)


# ------------------------------------------------------------------ what is sent

# A good form of each page that takes one. `{key}` stands for an id of the world, a day is the one so many days ahead.
POSTS: list[tuple[str, dict[str, Any]]] = [
    ("pages:language", {"language": "pl", "next": "/gas/"}),
    ("accounts:sign_in", {"login": "ana@example.rs", "password": PASSWORD, "next": "/gas/"}),
    ("account_login", {"login": "ana@example.rs", "password": PASSWORD, "next": "/gas/"}),
    ("accounts:second_factor", {"code": "123456", "next": "/gas/"}),
    ("mfa_authenticate", {"code": "123456"}),
    ("accounts:sign_out", {}),
    ("account_logout", {}),
    (
        "accounts:sign_up",
        {"name": "Eva Ević", "email": "eva@example.rs", "phone": "064 1234567", "password": PASSWORD, "next": "/gas/"},
    ),
    ("accounts:sign_up_code", {"code": "123456"}),
    ("accounts:forgotten", {"login": "ana@example.rs", "next": "/gas/"}),
    ("accounts:forgotten_code", {"code": "123456"}),
    ("accounts:new_password", {"password": "a-new-long-sentence-here"}),
    ("accounts:end_sessions", {"session": "1"}),
    ("accounts:not_me", {}),
    ("accounts:prove", {"password": PASSWORD, "next": "/gas/"}),
    ("account_reauthenticate", {"password": PASSWORD, "next": "/gas/"}),
    ("accounts:password", {"present": PASSWORD, "password": "a-new-long-sentence-here", "end_others": "on"}),
    ("accounts:email", {"email": "other@example.rs"}),
    ("accounts:email_code", {"code": "123456"}),
    ("accounts:mobile", {"phone": "064 1234567"}),
    ("accounts:mobile_code", {"code": "123456"}),
    ("accounts:landline", {"phone": "021 123456"}),
    ("accounts:language", {"language": "pl"}),
    ("accounts:second_factor_on", {"code": "123456", "next": "/gas/"}),
    ("accounts:second_factor_off", {}),
    ("accounts:recovery_codes", {"next": "/gas/"}),
    ("portal:link", {"way": "code", "number": "100002", "code": "ABCD-EFGH-JKLM"}),
    ("portal:link", {"way": "bill", "number": "100002", "bill": "2026-01-1", "amount": "1.234,56"}),
    ("portal:act_for", {"party": "{party}", "next": "/gas/cases/"}),
    ("notifications:read_all", {}),
    ("notifications:try_again", {}),
    ("notifications:preferences", {"email": "on", "sms": "on", "sms_letters": "on"}),
    ("notifications:unsubscribe", {"List-Unsubscribe": "One-Click"}),
    ("cases:new", {"subject": "Bill", "text": "Why?", "customer": "{customer}", "about": "", "kept": "files:{job}"}),
    ("cases:reply", {"text": "Please.", "kept": "files:{job}"}),
    ("cases:withdraw", {}),
    ("desk:take_next", {}),
    (
        "desk:new_case",
        {
            "channel": "phone", "subject": "Bill", "text": "Why?", "customer": "{customer}", "about": "",
            "priority": "normal", "applicant_name": "Eva", "applicant_email": "eva@example.rs",
            "applicant_phone": "064 1234567", "applicant_language": "en",
        },
    ),
    ("desk:answer", {"version": "1", "text": "Because.", "to_status": ""}),
    ("desk:note", {"version": "1", "text": "Look."}),
    ("desk:step", {"version": "1", "to_status": "in_progress"}),
    ("desk:assign", {"version": "1", "assignee": "{membership}", "unit": "{unit}", "priority": "high", "note": "Go"}),
    ("desk:take", {}),
    ("desk:extend", {"version": "1", "due_on": 60, "reason": "More is to be asked."}),
    ("desk:customer", {"reason": "other", "words": "He calls."}),
    ("desk:activation_code", {}),
    (
        "desk:link_person",
        {"email": "nikola@example.rs", "scope": "act", "ends_on": 60, "document": "identity card", "checked": "on"},
    ),
    ("desk:unlink_person", {}),
    ("desk:import_new", {"register": "customers"}),
    (
        "desk:import_columns",
        {"column_number": "0", "column_name": "1", "wrong_check_digit": "warn", "profile_name": "Ours", "act": "try"},
    ),
    ("desk:import_again", {"act": "load"}),
    (
        "desk:institution",
        {
            "counter_name_en": "My gas", "name_en": "Gas", "languages": "en", "default_language": "en",
            "country": "RS", "currency": "RSD", "time_zone": "Europe/Belgrade",
        },
    ),
    ("desk:look", {"theme": "grad", "icon": "heat"}),
    (
        "desk:contacts",
        {
            "address": "Kralja Petra 18", "phone": "021 555", "email": "office@example.rs", "emergency_phone": "192",
            "emergency_text_en": "Leave.", "emergency_note_en": "Always", "hours_en": "7 to 15",
        },
    ),
    ("desk:modules", {"modules": "billing", "billing.invoice_months": "12", "billing.payee_account": "840-955845-10"}),
    ("desk:week", {"valid_from": 30, **{f"day{weekday}": "7:00-15:00" for weekday in range(5)}}),
    ("desk:remove_week", {"valid_from": "2020-01-01"}),
    ("desk:add_closure", {"starts_on": 40, "ends_on": 41, "reason": "Stocktaking"}),
    ("desk:remove_closure", {}),
    ("desk:employ", {"email": "nikola@example.rs", "role": "clerk", "unit": "{unit}"}),
    ("desk:membership", {"role": "supervisor", "unit": "{unit}"}),
    ("desk:end_membership", {"ends_on": 30}),
    ("desk:units", {"code": "field", "name_en": "Field office"}),
    ("desk:unit", {"name_en": "Front office"}),
]  # fmt: skip
READ_ONLY = {
    "healthz",
    "readyz",
    "metrics",
    "live:state",
    "counters:list",
    "accounts:start",
    "accounts:security",
    "accounts:sign_ins",
    "accounts:recovery_codes_file",
    "portal:home",
    "portal:details",
    "portal:contact",
    "portal:help",
    "portal:privacy",
    "portal:accessibility",
    "notifications:list",
    "notifications:message",
    "cases:list",
    "cases:choose",
    "cases:case",
    "cases:receipt",
    "cases:attachment",
    "billing:bills",
    "billing:invoices",
    "billing:payments",
    "billing:statement",
    "billing:invoice",
    "billing:bill_paper",
    "billing:code_png",
    "billing:code_svg",
    "desk:work_list",
    "desk:choose_kind",
    "desk:case",
    "desk:receipt",
    "desk:attachment",
    "desk:customers",
    "desk:trail",
    "desk:imports",
    "desk:import_job",
    "desk:refused_rows",
    "desk:hours",
    "desk:staff",
}
# Of all pairs of a field and a bad value, one in so many is sent; 1 sends them all, in ten minutes.
SAMPLE = int(os.environ.get("BAD_INPUT_SAMPLE", "6"))
# Values that no form means. Each goes into every field in turn, the others being good.
BAD_VALUES: dict[str, Any] = {
    "nothing": "",
    "blanks": " \t\r\n",
    "NUL": "a\x00b",
    "long": "ž" * 100_000,
    "no uuid": "12345678-1234-1234-1234-12345678901",
    "minus": "-1",
    "huge": "9" * 40,
    "beyond the column": str(2**63),
    "no number": "NaN",
    "infinity": "1e999999",
    "year nought": "0000-00-00",
    "last day": "31.12.9999.",
    "list": ["a", "b"],
    "markup": "<script>alert(1)</script>{{ 7*7 }}%s{x}",
    "header": "a\r\nSet-Cookie: x=1",
    "lone surrogate": "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace") + "\u202e\u200b",
    "path": "../../etc/passwd",
    "elsewhere": "//evil.example/",
    "array digits": "١٢٣",
}


def filled(fields: dict[str, Any], world: World) -> dict[str, Any]:
    """The form with ids and days put in."""
    today = timezone.localdate()
    made: dict[str, Any] = {}
    for name, value in fields.items():
        if isinstance(value, int):
            value = f"{today + timedelta(days=value):%d.%m.%Y}"
        made[name] = value.format(**world.gas) if isinstance(value, str) and value.startswith("{") else value
    return made


def whom(name: str) -> str:
    """Who sends the form of a page."""
    people = guests_of(name)
    if "anonymous" in people and name.startswith(("account", "mfa")) and not name.endswith(("sign_out", "logout")):
        return "anonymous"
    return next(who for who in ("ana", "sanja", "admir") if who in people)


def waiting_codes(world: World, client: Client, name: str) -> None:
    """Let a page that asks for a code wait for one."""
    if name in ("accounts:forgotten_code", "accounts:new_password"):
        client.post(reverse("accounts:forgotten"), {"login": "ana@example.rs"})
    elif name == "accounts:sign_up_code":
        client.post(reverse("accounts:sign_up"), {"name": "E", "email": "e@example.rs", "password": PASSWORD})
    elif name == "accounts:email_code":
        client.post(reverse("accounts:email"), {"email": "new@example.rs"})
    elif name == "accounts:mobile_code":
        client.post(reverse("accounts:mobile"), {"phone": "064 1234567"})
    elif name in ("accounts:second_factor", "mfa_authenticate"):
        client.post(reverse("accounts:sign_in"), {"login": "sanja@example.rs", "password": PASSWORD})


def faults_of(response: Any, said: str) -> list[str]:
    """What an answer to nonsense must not be."""
    found = []
    text = content_of(response)
    if response.status_code >= 500:
        found.append(f"{said}: {response.status_code}")
    if "Traceback" in text or "<script>alert" in text:
        found.append(f"{said}: a trace or a script in the answer")
    if "evil.example" in response.headers.get("Location", "").partition("?")[0]:
        found.append(f"{said}: leads to {response.headers['Location']}")
    if "x" in response.cookies or any("\n" in value or "\r" in value for value in response.headers.values()):
        found.append(f"{said}: wrote a header")
    return found


def tried(faults: list[str], said: str, send: Callable[[], Any]) -> Any:
    """Send, undo, and note what was wrong."""
    try:
        with transaction.atomic():
            response = send()
            faults += faults_of(response, said)
            transaction.set_rollback(True)
            return response
    except Exception as error:  # noqa: BLE001  whatever it is, the other values are tried as well
        faults.append(f"{said}: {type(error).__name__}: {str(error)[:200]}")
    finally:
        institutions.forget_institution("gas")
    return None


WITH_FILES = {"cases:new", "cases:reply", "desk:new_case", "desk:answer", "desk:import_new"}


def uploads() -> list[tuple[str, Any]]:
    """Files that are too little, not what they say, or named to do harm."""
    return [
        ("a program", _upload("a.exe", b"MZ\x90\x00")),
        ("nothing", _upload("empty.pdf", b"")),
        ("a broken paper", _upload("fake.pdf", b"%PDF-1.4 broken")),
        ("a broken picture", _upload("bomb.png", b"\x89PNG\r\n\x1a\n" + b"\xff" * 400)),
        ("a broken sheet", _upload("fake.xlsx", b"PK\x03\x04" + b"\x00" * 60)),
        ("binary as CSV", _upload("a.csv", bytes(range(256)) * 8)),
        ("a long name", _upload("x" * 300 + ".txt")),
        ("a path", _upload("../../a.txt")),
        ("a NUL in its name", _upload("a\x00.txt")),
        ("a header in its name", _upload("a\r\nX: y.txt")),
        ("a name turned round", _upload("\u202egnp.txt")),
    ]


FORMS = [(f"{name} {path}", name, path, fields) for name, fields in POSTS for known, path in ADDRESSES if known == name]


@pytest.mark.parametrize(
    ("label", "name", "path", "fields"), FORMS, ids=[f"{i}-{one[1]}" for i, one in enumerate(FORMS)]
)
def test_no_form_breaks(world: World, label: str, name: str, path: str, fields: dict[str, Any]) -> None:
    client, faults = world.client(whom(name)), []
    waiting_codes(world, client, name)
    address, good = world.address(name, path), filled(fields, world)

    def post(said: str, data: Any, **more: Any) -> Any:
        return tried(faults, f"{label}: {said}", lambda: client.post(address, data, **more))

    post("good", good)
    post("empty", {})
    post("fields of nobody", {"zzz": "1", "id": str(world.cast.boris_party.pk), "institution": str(world.cast.heat.pk)})
    for said, value in BAD_VALUES.items():
        post(f"everything {said}", dict.fromkeys(good, value))
    for place, field in enumerate(good):
        for turn, (said, value) in enumerate(BAD_VALUES.items()):
            # One field after the other is bad, so that the good rest reaches what stands behind the form.
            if (place + turn) % SAMPLE == 0:
                post(f"{field} {said}", {**good, field: value})
        for said, value in world.ids.items():
            if good[field] in map(str, world.gas.values()) or said == "party":
                post(f"{field} is {said}", {**good, field: value})
        post(f"{field} as a file", {**good, field: _upload("a.txt")})
        post(f"{field} absent", {key: value for key, value in good.items() if key != field})
    form = "application/x-www-form-urlencoded"
    post("not UTF-8", urlencode(dict.fromkeys(good or ["a"], "Q")).replace("Q", "%FF%FE%C3"), content_type=form)
    post("raw bytes", b"text=\xff\xfe&version=\xc3", content_type=form)
    post("no multipart", b"xxx", content_type="multipart/form-data; boundary=b")
    post("multipart without boundary", b"xxx", content_type="multipart/form-data")
    post(
        "cut multipart",
        b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nab',
        content_type="multipart/form-data; boundary=b",
    )
    post("JSON", '{"text": 1}', content_type="application/json")
    post("too many fields", "&".join(f"a{i}=1" for i in range(600)), content_type=form)
    post("too much", "text=" + "a" * 6_000_000, content_type=form)
    post("once long", {**good, "once": "k" * 100_000})
    post("once NUL", {**good, "once": "\x00"})
    post("htmx", {}, headers={"HX-Request": "true", "HX-Target": "x\x00", "HX-Current-URL": "http://[bad"})
    post("another host", good, headers={"Host": "evil.example"})
    post(
        "broken cookies",
        good,
        headers={"Referer": "http://[x", "User-Agent": "\xe9" * 9000, "Accept-Language": "x" * 9000},
    )
    for said, upload in uploads() if name in WITH_FILES else []:
        for field in ("files", "file", "own_photo"):
            post(f"{said} as {field}", {**good, field: upload})
    assert not faults, "\n".join(faults)


QUERIES = [
    "page=0",
    "page=-1",
    "page=99999999999999999999",
    "page=x",
    "page=%00",
    "per=0",
    "per=1000000",
    "sort=password",
    "sort=-",
    "sort=--number",
    "sort=party__user__password",
    "sort=%00",
    "q=%00",
    "q=%25",
    "q=_",
    "q=%5C",
    "q=%27%22%3B--",
    "q=" + "a" * 20_000,
    "q=" + "%CE%B1+" * 3000,
    "q=%FF%FE",
    "q=31.12.9999",
    "q=31.12.0000",
    "q=29.2.2023",
    "q=99.9999",
    "q=12.9999",
    "q=9999-12",
    "q=9999-12-31",
    "q=9999",
    "q=2099",
    "q=0001-01-01",
    "q=1.1.0001",
    "q=" + "9" * 90,
    "q=-0",
    "q=1e99",
    "q=%E2%88%921,5",
    "q=1.5.5.5",
    "q=..",
    "q=-",
    "q=%D9%A1%D9%A2",
    "q=%C2%B2",
    "q=%C2%B2026",
    "q=%E2%80%AE",
    "q=%F0%9F%98%80",
    "q=%ED%A0%80",
    "q=a&q=b",
    "export=csv",
    "export=xlsx",
    "export=exe",
    "export=",
    "list=x",
    "list=%00",
    "kind=%00",
    "kind=question&about=%00",
    "about=invoice:%00",
    "about=::",
    "about=x:y",
    "customer=x",
    "profile=x",
    "theme=%00",
    "year=0",
    "year=99999999999999999999",
    "year=x",
    "write=x",
    "then=%00",
    "new",
    "way=%00",
    "next=//evil.example/",
    "next=%00",
    "next=javascript:alert(1)",
    "next=http://[",
    "valid_from=x",
    "valid_from=9999-12-31",
    "from=9999-12-31",
    "from=0000-00-00",
    "from=%00",
    "channel=%00",
    "channel=import:gas:x",
    "channel=inbox:%00",
    "channel=inbox:gas",
    "no-danger",
    "<script>alert(1)</script>",
    "%00=%00",
    "a" * 3000,
]


@pytest.mark.parametrize("who", ["anonymous", "ana", "sanja", "admir"])
def test_no_question_mark_breaks_a_page(world: World, who: str) -> None:
    client, faults = world.client(who), []
    for turn, (name, path) in enumerate(ADDRESSES):
        if name in POST_ONLY or who not in guests_of(name) or name.endswith((":receipt", "_paper", ":statement")):
            continue
        if name == "readyz":
            # It says 503 here, where no worker runs.
            continue
        for query in QUERIES[turn % SAMPLE :: SAMPLE]:
            said = f"{name}?{query[:40]}"
            response = tried(faults, said, lambda n=name, p=path, q=query: client.get(f"{world.address(n, p)}?{q}"))
            if response is not None and response.status_code not in (200, 302, 400, 401, 404, 422, 503):
                faults.append(f"{said}: {response.status_code}")
    assert not faults, "\n".join(faults)
