"""Every page that the product serves, in a real browser, read by axe and measured for sideways scroll.

The pages come from the URL resolver: an address that is neither in PAGES nor among the reasoned exceptions fails, so a
new page can't be forgotten. Each is looked at by the person it is for, once on a wide light screen in English and once
on a dark phone of 320 px in Serbian, in Cyrillic letters.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from salter.accounts.models import User
from salter.billing.models import Invoice
from salter.cases.models import Case
from salter.demo.gas_export import COMPANY_NUMBER, PERSON_NUMBER
from salter.documents.models import File
from salter.imports.models import Job
from salter.institutions.models import Institution
from salter.notifications import worker
from salter.notifications.models import Message
from salter.parties.models import Customer
from salter.staff.models import Membership, Unit
from tests.browser.axe import violations

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium")]

# Who looks at which pages.
PAGES = {
    "-": (
        "counters:list accounts:sign_in accounts:sign_up accounts:forgotten portal:home portal:contact portal:help "
        "portal:privacy portal:accessibility"
    ),
    "milica": (
        "portal:home portal:link portal:details cases:list cases:choose cases:new cases:case cases:withdraw "
        "billing:bills billing:invoices billing:payments billing:invoice notifications:list notifications:message "
        "notifications:preferences accounts:security accounts:sign_ins accounts:prove accounts:password accounts:email "
        "accounts:mobile accounts:landline accounts:second_factor_on counters:list"
    ),
    "sanja": (
        "desk:work_list desk:case desk:choose_kind desk:new_case desk:customers desk:customer desk:link_person "
        "desk:trail desk:imports desk:import_new desk:import_job accounts:recovery_codes accounts:second_factor_off"
    ),
    "nikola": (
        "desk:institution desk:look desk:contacts desk:modules desk:hours desk:week desk:staff desk:employ "
        "desk:membership desk:units desk:unit"
    ),
}
WITHOUT_PAGE = {
    "they answer machines": "healthz readyz metrics live:state",
    "they take a post and lead on": (
        "accounts:sign_out account_logout accounts:end_sessions accounts:not_me accounts:language pages:language "
        "notifications:read_all notifications:try_again cases:reply desk:take_next desk:answer desk:note desk:step "
        "desk:assign desk:take desk:extend desk:activation_code desk:unlink_person desk:remove_week desk:add_closure "
        "desk:remove_closure desk:end_membership desk:import_again portal:act_for"
    ),
    "they hand out a file": (
        "accounts:recovery_codes_file cases:receipt cases:attachment billing:statement billing:bill_paper "
        "billing:code_png billing:code_svg desk:receipt desk:attachment desk:refused_rows"
    ),
    "they lead on to a page that is looked at": (
        "accounts:start account_login mfa_authenticate account_reauthenticate desk:import_columns"
    ),
    "they stand in the middle of a flow whose own tests walk it": (
        "accounts:second_factor accounts:sign_up_code accounts:forgotten_code accounts:new_password "
        "accounts:email_code accounts:mobile_code notifications:unsubscribe"
    ),
    "they exist in the demonstration alone": (
        "pages:look pages:look_in mail:mailbox mail:mail mail:letter sms:phone sms:number demo:people"
    ),
}


def _walk(patterns: Any = None, space: str = "", path: str = "") -> Iterator[tuple[str, str]]:
    """Every name that the product serves, with its path."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(one, URLPattern):
            yield (f"{space}:{one.name}" if space else str(one.name)), path + str(one.pattern)
        else:
            yield from _walk(one.url_patterns, one.namespace or space, path + str(one.pattern))


def _served() -> set[str]:
    return {name for name, _path in _walk()}


def test_no_page_is_forgotten() -> None:
    looked_at = {name for names in PAGES.values() for name in names.split()}
    excepted = {name for names in WITHOUT_PAGE.values() for name in names.split()}
    assert _served() - looked_at - excepted == set()
    assert (looked_at | excepted) - _served() <= {
        name for name in excepted if name.split(":")[0] in ("pages", "mail", "sms", "demo")
    }


class Addresses:
    """Real addresses of the demonstration, with ids that this person may see."""

    def __init__(self, gas: Institution, who: str) -> None:
        mine = Customer.objects.get(institution=gas, number=PERSON_NUMBER)
        self._values: dict[str, Any] = {
            "number": Case.objects.filter(party=mine.party, kind__code="complaint_bill").get().number,
            "invoice_id": Invoice.objects.filter(customer=mine, paid_minor=0).first().pk,  # type: ignore[union-attr]
            "party": Customer.objects.get(institution=gas, number=COMPANY_NUMBER).party_id,
            "kind": "question",
            "membership": Membership.objects.get(user__email="marko@gas.example").pk,
            "unit": Unit.objects.filter(institution=gas).first().pk,  # type: ignore[union-attr]
            "job": Job.objects.filter(institution=gas).order_by("created_at").first().pk,  # type: ignore[union-attr]
        }
        told = Message.objects.filter(recipient__email=f"{who}@primer.example", channel="portal").first()
        if told is not None:
            self._values["message_id"] = told.pk

    def of(self, name: str) -> str:
        """Return the address of a page; where it has several, the one that takes most ids."""
        path = max((path for known, path in _walk() if known == name), key=len)
        keys = re.findall(r"<(?:\w+:)?(\w+)>", path)
        return reverse(name, kwargs={key: "gas" if key == "institution_slug" else self._values[key] for key in keys})


VIEWS: list[dict[str, Any]] = [
    {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light", "locale": "en-GB"},
    {"viewport": {"width": 320, "height": 640}, "color_scheme": "dark", "locale": "sr-Cyrl-RS"},
]


@pytest.mark.parametrize("who", PAGES)
def test_every_page_can_be_used_by_everybody(
    demo: Institution, new_page: Callable[..., Any], sign_in: Callable[..., None], who: str
) -> None:
    worker.deliver_due(now=timezone.now(), limit=500)
    addresses = Addresses(demo, who)
    assert not File.objects.filter(claimed_at=None).exists()
    faults = []
    for view in VIEWS:
        User.objects.update(language="en" if view["locale"] == "en-GB" else "sr")
        page = new_page(**view)
        if who != "-":
            sign_in(page, who, "/gas/contact/")
        for name in PAGES[who].split():
            address = addresses.of(name)
            answer = page.goto(address)
            at = f"{name} at {view['viewport']['width']} px"
            if answer.status != 200:
                faults.append(f"{at}: answered {answer.status}")
                continue
            faults += [f"{at}: {one}" for one in violations(page)]
            sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if sideways > 0:
                faults.append(f"{at}: {sideways} px wider than the window")
    assert not faults, "\n".join(faults)
