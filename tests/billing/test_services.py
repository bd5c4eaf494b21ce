"""Linking by the facts of a bill, and telling people of new bills."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from salter.billing import services
from salter.billing.models import Invoice
from salter.imports.events import loaded
from salter.notifications.models import Message
from salter.parties.models import LinkAttempt, Representation
from salter.parties.types import AlreadyLinked, Ground, LinkRefused, TooManyAttempts
from tests.billing.conftest import make_invoice
from tests.cast import NOW, Cast, make_party

FACTS = {"customer_number": "100002", "invoice_number": "2026-01-100002", "amount_minor": 864217}


def link(cast: Cast, now: datetime.datetime = NOW, **facts: Any) -> Representation:
    return services.link_customer_by_invoice(
        actor=cast.actor(cast.nobody), user=cast.nobody, institution=cast.gas, now=now, **(FACTS | facts)
    )


@pytest.fixture
def bill(cast: Cast) -> Invoice:
    return make_invoice(cast.boris_party, 864217, number="2026-01-100002")


def test_the_facts_of_a_bill_link_a_customer(cast: Cast, bill: Invoice) -> None:
    made = link(cast, customer_number=" 100-002 ", invoice_number=" 2026-01-100002 ")
    assert (made.party, made.user, made.ground) == (cast.boris_party, cast.nobody, Ground.INVOICE_FACTS)
    assert LinkAttempt.objects.get().succeeded
    with pytest.raises(AlreadyLinked):
        link(cast)


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": 864216},
        {"amount_minor": -864217},
        {"invoice_number": "2026-01-100003"},
        {"invoice_number": ""},
        {"invoice_number": "%"},
        {"customer_number": "100001"},  # Ana's
        {"customer_number": "999999"},
        {"customer_number": ""},
    ],
)
def test_one_wrong_fact_refuses_without_saying_which(cast: Cast, bill: Invoice, wrong: dict[str, Any]) -> None:
    with pytest.raises(LinkRefused) as refusal:
        link(cast, **wrong)
    assert str(refusal.value) == str(LinkRefused())
    assert not LinkAttempt.objects.get().succeeded
    assert not Representation.objects.filter(user=cast.nobody).exists()


def test_the_bill_of_another_institution_proves_nothing(cast: Cast) -> None:
    make_invoice(cast.ceca_party, 864217, number="2026-01-100002")
    with pytest.raises(LinkRefused):
        link(cast, customer_number="100001")


def test_an_old_bill_proves_nothing(cast: Cast) -> None:
    """Old paper lies about; who lives there now has a recent bill."""
    make_invoice(cast.boris_party, 864217, number="2026-01-100002", issued_on=datetime.date(2025, 3, 4))
    with pytest.raises(LinkRefused):
        link(cast)


def test_guessing_ends_soon(cast: Cast, bill: Invoice) -> None:
    for amount in range(5):
        with pytest.raises(LinkRefused):
            link(cast, amount_minor=amount)
    with pytest.raises(TooManyAttempts):
        link(cast)
    assert link(cast, now=NOW + datetime.timedelta(hours=2)).party == cast.boris_party


# --------------------------------------------------------------------------- announcing


def announce(cast: Cast, now: datetime.datetime = NOW, **more: Any) -> int:
    return services.announce_invoices(institution=cast.gas, now=now, **more)


def told(cast: Cast) -> list[tuple[Any, str]]:
    rows = Message.objects.filter(is_head=True, template__code="billing.new_invoice").order_by("recipient__name", "id")
    return [(row.recipient, row.about_ref) for row in rows]


def test_everybody_who_acts_for_the_customer_is_told_once(cast: Cast) -> None:
    bill = make_invoice(cast.ljiljan, 100000)
    assert announce(cast) == 1
    assert told(cast) == [(cast.ana, bill.number), (cast.boris, bill.number)]
    message = Message.objects.filter(recipient=cast.ana, is_head=True).get()
    assert message.path == f"/gas/bills/{bill.pk}"
    assert "1,000.00" in message.body
    assert "2 Mar 2026" in message.body
    assert message.for_whom == cast.ljiljan.name
    assert announce(cast) == 0
    assert len(told(cast)) == 2


@pytest.mark.parametrize(
    ("issued", "count"),
    [
        (datetime.date(2026, 3, 5), 1),
        (datetime.date(2026, 2, 2), 1),  # 31 days ago
        (datetime.date(2026, 2, 1), 0),
        (datetime.date(2024, 10, 5), 0),
    ],
)
def test_only_bills_of_the_last_month_are_announced(cast: Cast, issued: datetime.date, count: int) -> None:
    make_invoice(cast.ana_party, issued_on=issued)
    assert announce(cast) == count


def test_since_narrows_but_never_widens(cast: Cast) -> None:
    make_invoice(cast.ana_party, issued_on=datetime.date(2026, 2, 12))
    make_invoice(cast.ana_party, issued_on=datetime.date(2025, 2, 12))
    assert announce(cast, since=datetime.date(2026, 3, 1)) == 0
    assert announce(cast, since=datetime.date(2020, 1, 1)) == 1


def test_nobody_to_tell_is_remembered(cast: Cast) -> None:
    """Who links his number next week isn't told of last week's bill as new."""
    party = make_party(cast.gas, "Vera Verić", "100077")
    make_invoice(party, number="V")
    assert announce(cast) == 0
    Representation.objects.create(
        institution=cast.gas, party=party, user=cast.nobody, scope="see", ground="staff", starts_on=NOW.date()
    )
    assert announce(cast) == 0
    assert told(cast) == []


def test_who_may_no_longer_act_is_not_told(cast: Cast) -> None:
    Representation.objects.filter(user=cast.ana).update(ends_on=datetime.date(2026, 3, 4))
    make_invoice(cast.ana_party)
    assert announce(cast) == 0
    assert told(cast) == []


def test_other_institutions_bills_wait_for_their_own_load(cast: Cast) -> None:
    make_invoice(cast.ceca_party)
    assert announce(cast) == 0
    assert services.announce_invoices(institution=cast.heat, now=NOW) == 1


def test_thousands_of_unread_bills_cost_a_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    party = make_party(cast.gas, "Vera Verić", "100077")
    for number in range(60):
        make_invoice(party, number=f"V{number}")
    with django_assert_max_num_queries(8):
        announce(cast)


@pytest.mark.parametrize(
    ("register", "count", "stamped"), [("invoices", 1, True), ("payments", 0, True), ("customers", 0, False)]
)
def test_a_load_is_followed_by_its_announcement(cast: Cast, register: str, count: int, stamped: bool) -> None:
    from salter.billing.selectors import as_of

    class Job:
        finished_at = NOW

    make_invoice(cast.ana_party)
    loaded.send(sender=None, institution=cast.gas, register=register, job=Job(), counts=None)
    assert len(told(cast)) == count
    assert as_of(cast.gas) == (NOW if stamped else None)
