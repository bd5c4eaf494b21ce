"""For whom a form goes: two windows share a session, and a page of one party must not be sent for another."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from salter.cases import presets
from salter.cases.models import Case
from salter.institutions import selectors as institutions
from salter.parties.models import Representation
from tests.cast import SYSTEM, Cast

FORM = "/gas/cases/new/question"


@pytest.fixture
def ana(cast: Cast, client: Client) -> Client:
    """Ana, who acts for herself now and may also act for the company."""
    institutions.forget_institution("gas")
    presets.install_presets(actor=SYSTEM, institution=cast.gas, now=timezone.now())
    client.force_login(cast.ana)
    switch(client, cast.ana_party)
    return client


def switch(client: Client, party: Any) -> None:
    assert client.post("/gas/acting/", {"party": str(party.pk)}).status_code == 302


def form_of(client: Client, address: str) -> dict[str, str]:
    """The hidden fields of a page's form, with a text."""
    found = re.findall(r'<input type="hidden" name="(once|acting_for)" value="([^"]*)">', client.get(address).text)
    return {**dict(found), "subject": "My bill", "text": "Why is my bill so high?"}


def test_a_form_goes_for_whom_it_was_opened(cast: Cast, ana: Client) -> None:
    """She opens the form for herself, acts for the company in a second window, then sends the first."""
    sent = form_of(ana, FORM)
    switch(ana, cast.ljiljan)
    answer = ana.post(FORM, sent)
    assert Case.objects.get().party_id == cast.ana_party.pk
    # What she is shown next is hers as well, and says so.
    page = ana.get(answer["Location"]).text
    assert re.search(r'aria-current="true"><span class="face"[^>]*>AA</span><span>Ana Anić', page)


def test_a_reply_goes_for_whom_the_case_is(cast: Cast, ana: Client) -> None:
    page = ana.post(FORM, form_of(ana, FORM))["Location"]
    sent = form_of(ana, page)
    switch(ana, cast.ljiljan)
    assert ana.post(f"{page}/reply", sent)["Location"] == page
    assert Case.objects.get().messages.count() == 2


def test_a_form_for_somebody_else_s_party_is_refused(cast: Cast, ana: Client) -> None:
    for strange in (cast.boris_party.pk, cast.ceca_party.pk, "", "x", "\x00"):
        assert ana.post(FORM, {"subject": "Bill", "text": "Why?", "acting_for": str(strange)}).status_code == 403
    assert not Case.objects.exists()


def test_a_form_for_a_party_that_one_may_only_see_is_refused(cast: Cast, client: Client) -> None:
    client.force_login(cast.boris)
    answer = client.post(
        "/gas/cases/new/question", {"subject": "Bill", "text": "Why?", "acting_for": str(cast.ljiljan.pk)}
    )
    assert answer.status_code == 403


def test_a_form_is_not_sent_for_another_when_a_right_has_ended(cast: Cast, ana: Client) -> None:
    switch(ana, cast.ljiljan)
    sent = form_of(ana, FORM)
    yesterday = timezone.now().date() - timedelta(days=2)
    Representation.objects.filter(party=cast.ljiljan, user=cast.ana).update(ends_on=yesterday)
    assert ana.post(FORM, sent).status_code == 403
    assert not Case.objects.exists()


def test_a_link_from_a_message_opens_what_is_another_party_s_of_the_reader(cast: Cast, ana: Client) -> None:
    page = ana.post(FORM, form_of(ana, FORM))["Location"]
    switch(ana, cast.ljiljan)
    assert ana.get(page).status_code == 200
    # From then on she acts for the one whose page it is.
    assert ana.get(FORM).text.count('aria-current="true"><span class="face" aria-hidden="true">AA</span>') == 1


def test_a_link_to_what_is_nobody_s_of_the_reader_changes_nothing(cast: Cast, ana: Client, client: Client) -> None:
    page = ana.post(FORM, form_of(ana, FORM))["Location"]
    boris = Client()
    boris.force_login(cast.boris)
    switch(boris, cast.boris_party)
    assert boris.get(page).status_code == 404
    assert dict(boris.session)[f"acting:{cast.gas.pk}"] == str(cast.boris_party.pk)


def test_a_kept_form_comes_back_for_the_same_party(cast: Cast, ana: Client) -> None:
    switch(ana, cast.ljiljan)
    sent = form_of(ana, FORM)
    ana.logout()
    led_to = ana.post(FORM, sent)["Location"]
    assert f"acting_for%3D{cast.ljiljan.pk}" in led_to
    ana.force_login(cast.ana)
    page = ana.get(f"{FORM}?acting_for={cast.ljiljan.pk}").text
    assert "Why is my bill so high?" in page
    assert f'name="acting_for" value="{cast.ljiljan.pk}"' in page
