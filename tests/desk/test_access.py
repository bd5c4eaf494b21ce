"""Who gets to each page of the desk. The pages come from the URL resolver: one without an entry here fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from salter.audit.models import Entry
from salter.documents import services as documents
from salter.institutions.models import Closure
from salter.parties.models import Customer, Representation
from salter.staff import rules
from salter.staff.models import Membership
from tests.cast import NOW, Cast, employ, make_user
from tests.desk.conftest import Browser, OpenCase

GET, POST, FORM = ("GET",), ("POST",), ("GET", "POST")


@dataclass(frozen=True)
class Page:
    """A page: how it may be asked for, what one must be allowed, which ids its address holds."""

    methods: tuple[str, ...]
    permission: str
    ids: tuple[str, ...] = ()


PAGES = {
    "work_list": Page(GET, "desk.see"),
    "take_next": Page(POST, "cases.handle"),
    "choose_kind": Page(GET, "cases.handle"),
    "new_case": Page(FORM, "cases.handle", ("kind",)),
    "case": Page(GET, "desk.see", ("number",)),
    "answer": Page(FORM, "cases.handle", ("number",)),
    "note": Page(FORM, "cases.handle", ("number",)),
    "step": Page(FORM, "cases.handle", ("number",)),
    "assign": Page(FORM, "cases.handle", ("number",)),
    "take": Page(POST, "cases.handle", ("number",)),
    "extend": Page(FORM, "cases.assign_others", ("number",)),
    "receipt": Page(GET, "desk.see", ("number",)),
    "attachment": Page(GET, "desk.see", ("number", "attachment")),
    "customers": Page(GET, "customers.open"),
    "customer": Page(FORM, "customers.open", ("party",)),
    "activation_code": Page(POST, "customers.link", ("party", "customer")),
    "link_person": Page(FORM, "customers.link", ("party",)),
    "unlink_person": Page(FORM, "customers.link", ("party", "representation")),
    "trail": Page(GET, "audit.see"),
    "institution": Page(FORM, "institution.edit"),
    "look": Page(FORM, "institution.edit"),
    "contacts": Page(FORM, "institution.edit"),
    "modules": Page(FORM, "institution.edit"),
    "hours": Page(GET, "institution.edit"),
    "week": Page(FORM, "institution.edit"),
    "remove_week": Page(POST, "institution.edit"),
    "add_closure": Page(FORM, "institution.edit"),
    "remove_closure": Page(POST, "institution.edit", ("closure",)),
    "staff": Page(GET, "staff.edit"),
    "employ": Page(FORM, "staff.edit"),
    "membership": Page(FORM, "staff.edit", ("membership",)),
    "end_membership": Page(FORM, "staff.edit", ("membership",)),
    "units": Page(FORM, "staff.edit"),
    "unit": Page(FORM, "staff.edit", ("unit",)),
}
ENROLMENT = reverse("accounts:second_factor_on")
WITH_IDS = sorted(name for name, page in PAGES.items() if page.ids)
Address = Callable[..., str]


def _names() -> set[str]:
    found = set()

    def walk(patterns: Any, spaces: tuple[str, ...]) -> None:
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                walk(pattern.url_patterns, (*spaces, pattern.namespace) if pattern.namespace else spaces)
            elif spaces[:1] == ("desk",):
                found.add(pattern.name)

    walk(get_resolver().url_patterns, ())
    return found


def test_every_page_of_the_desk_is_in_the_table() -> None:
    """Pages of imports have a table of their own."""
    assert {name for name in _names() if "import" not in name} - {"refused_rows"} == set(PAGES)


class Ids(dict[str, Any]):
    """Real ids of gas for every address, each made when an address first needs it."""

    def __init__(self, cast: Cast, open_case: Callable[[], OpenCase]) -> None:
        super().__init__(kind="question", party=cast.ana_party.pk, unit=cast.office.pk)
        self.cast, self.open_case = cast, open_case

    def __missing__(self, key: str) -> Any:
        cast = self.cast
        if key in ("number", "attachment"):
            file = documents.store_file(
                actor=cast.actor(cast.ana), institution=cast.gas, name="note.txt", content=b"Meter 4815", now=NOW
            )
            case = self.open_case()(files=[file])
            self |= {"number": case.number, "attachment": case.messages.get().attachments.get().pk}
        elif key == "customer":
            self[key] = Customer.objects.get(party=cast.ana_party).pk
        elif key == "representation":
            self[key] = Representation.objects.get(party=cast.ana_party).pk
        elif key == "membership":
            self[key] = Membership.objects.get(user=cast.dragan).pk
        elif key == "closure":
            self[key] = Closure.objects.create(
                institution=cast.gas, starts_on=NOW.date(), ends_on=NOW.date(), reason={"en": "Inventory"}
            ).pk
        return self[key]


@pytest.fixture
def ids(cast: Cast, request: pytest.FixtureRequest) -> Ids:
    return Ids(cast, lambda: request.getfixturevalue("open_case"))


@pytest.fixture
def address(ids: Ids, request: pytest.FixtureRequest) -> Address:
    def make(name: str, slug: str = "gas") -> str:
        if "kind" in PAGES[name].ids:
            request.getfixturevalue("kinds")
        return reverse(f"desk:{name}", kwargs={"institution_slug": slug, **{key: ids[key] for key in PAGES[name].ids}})

    return make


def ask(client: Client, method: str, path: str) -> Any:
    response: Any = client.generic(method, path)
    # A file that is handed out is read to its end, as a browser does.
    if response.streaming:
        b"".join(response.streaming_content)
    return response


def someone_allowed(cast: Cast, permission: str) -> Any:
    role = sorted(rules.PERMISSIONS[permission] - {"auditor"})[-1]
    return {"clerk": cast.dragan, "supervisor": cast.sanja, "administrator": cast.admir}[role]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_who_gets_in(cast: Cast, browser: Browser, address: Address, name: str) -> None:
    """Signed out, customers, strangers, other institutions, other methods, no second factor, each of the roles."""
    path, page = address(name), PAGES[name]
    for method in page.methods:
        signed_out = ask(browser(), method, path)
        assert signed_out.status_code == 302, method
        assert signed_out.headers["Location"].startswith("/account/sign-in?next="), method
        for who in (cast.ana, cast.nobody, cast.heda):
            assert ask(browser(who), method, path).status_code == 404, (method, who.name)
    for method in {"GET", "POST", "PUT", "DELETE"} - set(page.methods):
        assert ask(browser(someone_allowed(cast, page.permission)), method, path).status_code == 405, method
    user = someone_allowed(cast, page.permission)
    user.second_factor_at = None
    user.save()
    for method in page.methods:
        answer = ask(browser(user), method, path)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, ENROLMENT)
    user.second_factor_at = NOW
    user.save()
    auditor = make_user("Ava Avić", "ava@example.rs")
    employ(cast.gas, auditor, "auditor")
    people = {"clerk": cast.dragan, "supervisor": cast.sanja, "administrator": cast.admir, "auditor": auditor}
    for role, user in people.items():
        for method in page.methods:
            status = ask(browser(user), method, path).status_code
            if rules.may(role, page.permission):
                assert status not in (403, 404, 405, 500), (role, method)
            else:
                assert status == 403, (role, method)


@pytest.mark.parametrize("name", WITH_IDS)
def test_ids_of_another_institution_are_not_found(
    cast: Cast, browser: Browser, address: Address, ids: Ids, name: str
) -> None:
    """Somebody of heat with every role asks at his own counter for what belongs to gas."""
    page = PAGES[name]
    role = sorted(rules.PERMISSIONS[page.permission])[-1]
    Membership.objects.filter(user=cast.heda).update(role=role)
    for method in page.methods:
        assert ask(browser(cast.heda), method, address(name, slug="heat")).status_code == 404, method


@pytest.mark.parametrize("name", WITH_IDS)
def test_ids_that_nothing_bears_are_not_found(
    cast: Cast, browser: Browser, address: Address, ids: Ids, name: str, file_open: Callable[..., None]
) -> None:
    page = PAGES[name]
    last = page.ids[-1]
    head, _found, tail = address(name).rpartition(str(ids[last]).replace("/", "~"))
    client = browser(cast.sanja if "customers" in page.permission else someone_allowed(cast, page.permission))
    if "party" in page.ids:
        file_open(client, cast.ana_party)
    for wrong in (str(uuid4()), "unknown", "%00", "'", "%2e%2e", "9" * 200):
        for method in page.methods:
            assert ask(client, method, head + wrong + tail).status_code == 404, (method, wrong)


def test_an_ended_membership_opens_nothing(cast: Cast, browser: Browser, address: Address) -> None:
    Membership.objects.filter(user=cast.dragan).update(ends_on=NOW.date().replace(day=4))
    assert browser(cast.dragan).get(address("work_list")).status_code == 404


def test_a_refused_look_leaves_no_entry(cast: Cast, browser: Browser, address: Address) -> None:
    browser(cast.heda).get(address("case"))
    assert not Entry.objects.filter(action="desk.case_read").exists()


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("answer", "case"), ("note", "case"), ("step", "case"),
        ("add_closure", "hours"), ("end_membership", "membership"),
    ],
)  # fmt: skip
def test_where_a_refusal_was_shown_a_reader_can_come_back_to(
    cast: Cast, browser: Browser, address: Address, name: str, leads_to: str
) -> None:
    """The language switch on a refused form leads to its address by GET."""
    client = browser(someone_allowed(cast, PAGES[name].permission))
    assert client.get(address(name)).headers["Location"] == address(leads_to)
