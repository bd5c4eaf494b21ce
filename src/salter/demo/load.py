"""Fills an empty database with the demonstration, through the doors of the apps."""

import tempfile
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from salter.accounts import services as accounts
from salter.audit.types import Actor
from salter.billing.selectors import list_open_invoices
from salter.cases import services as cases
from salter.cases.models import Kind
from salter.cases.presets import install_presets
from salter.cases.selectors import find_kind
from salter.cases.types import About
from salter.demo.gas_export import COMPANY_NUMBER, FATHER_NUMBER, PERSON_NUMBER, SPARE_NUMBER, write_export
from salter.demo.sign_ins import PASSWORD, PEOPLE, SLUG
from salter.imports.services import load_file
from salter.institutions import registry
from salter.institutions import services as institutions
from salter.institutions.models import Institution
from salter.institutions.selectors import find_institution, today
from salter.institutions.services import Interval
from salter.lib.texts import in_all_languages
from salter.parties import services as parties
from salter.parties.models import Customer
from salter.parties.selectors import find_customer
from salter.parties.types import Ground, Scope
from salter.staff import services as staff
from salter.staff.types import Role

__all__ = ["ACTOR", "load"]

ACTOR = Actor.system("demo")
Say = Callable[[str], None]


def load(*, now: datetime, say: Say) -> bool:
    """Load the demonstration if it isn't there; return whether something was done.

    Each part is committed on its own and looks first whether it was done, so an interrupted load goes on.
    """
    if find_institution(SLUG) is None:
        with transaction.atomic():
            gas = _open_gas(now)
            install_presets(actor=ACTOR, institution=gas, now=now)
    gas = Institution.objects.get(slug=SLUG)
    _load_registers(gas, now, say)
    with transaction.atomic():
        people = _people(gas, now)
        if people is None:
            return False
        _cases(gas, people, now)
    say("People and cases are in.")
    return True


def _open_gas(now: datetime) -> Institution:
    gas = institutions.open_institution(
        actor=ACTOR,
        slug=SLUG,
        name=in_all_languages(_("Gas Ravnica, natural-gas distribution")),
        counter_name=in_all_languages(_("My gas")),
        country="RS",
        currency="RSD",
        time_zone="Europe/Belgrade",
        languages=["sr-latn", "sr", "en", "ro", "pl", "mk"],
        default_language="sr-latn",
        alphabet="sr-Latn",
        theme="gas",
        icon="flame",
        modules=sorted(registry.modules),
        contacts={
            "address": "Kralja Petra 18, 21999 Ravnica",
            "phone": "021 555 018",
            "email": "salter@gas.example",
            "emergency_phone": "0800 555 192",
            "emergency_text": in_all_languages(
                _("Do you smell gas? Don't switch on the light, go outside and call at once.")
            ),
            "emergency_note": in_all_languages(_("day and night, free of charge")),
        },
        settings={
            "billing.payee_account": "160000000000555555"[:16] + _control("160000000000555555"[:16]),
            "billing.payee_name": "Gas Ravnica d.o.o., Ravnica",
        },
    )
    institutions.set_working_week(
        actor=ACTOR,
        institution=gas,
        valid_from=today(gas, now).replace(month=1, day=1) - timedelta(days=730),
        intervals=[Interval(weekday, time(7), time(15)) for weekday in range(5)],
    )
    for code, name in (
        ("office", _("Customer service office")),
        ("dispatch", _("Dispatch and faults")),
        ("billing", _("Billing")),
    ):
        staff.create_unit(actor=ACTOR, institution=gas, code=code, name=in_all_languages(name))
    return gas


def _control(first_16: str) -> str:
    """The two control digits of a Serbian account number (ISO 7064 MOD 97-10)."""
    return f"{98 - int(first_16) * 100 % 97:02d}"


def _load_registers(gas: Institution, now: datetime, say: Say) -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = write_export(Path(folder), today=today(gas, now))
        for register in ("customers", "invoices", "payments"):
            job = load_file(actor=ACTOR, institution=gas, register=register, path=files[register], now=now)
            say(f"{register}: {job.result['rows_read']} rows, {job.result['refused']} refused")


def _people(gas: Institution, now: datetime) -> dict[str, Any] | None:
    from salter.accounts.models import User

    if User.objects.filter(email=PEOPLE[0].email).exists():
        return None
    people: dict[str, Any] = {}
    for person in PEOPLE:
        user = accounts.create_user(
            actor=ACTOR,
            name=person.name,
            email=person.email,
            phone=None,
            language="sr-latn",
            password=PASSWORD,
            now=now,
        )
        if person.secret:
            accounts.switch_on_second_factor(
                actor=ACTOR, user=user, secret=person.secret, typed=None, session_key=None, now=now
            )
            user.refresh_from_db()
        people[person.email.split("@")[0]] = user
    for number, name, scope in (
        (PERSON_NUMBER, "milica", Scope.MANAGE),
        (FATHER_NUMBER, "milica", Scope.ACT),
        (COMPANY_NUMBER, "petar", Scope.MANAGE),
        (COMPANY_NUMBER, "jelena", Scope.ACT),
    ):
        customer = _customer(gas, number)
        parties.grant_representation(
            actor=ACTOR, party=customer.party, user=people[name], scope=scope, ground=Ground.STAFF, now=now
        )
    units = {unit.code: unit for unit in gas_units(gas)}
    for name, role, unit in (
        ("marko", Role.CLERK, "office"),
        ("sanja", Role.SUPERVISOR, "office"),
        ("nikola", Role.ADMINISTRATOR, None),
    ):
        people[f"{name}_member"] = staff.join(
            actor=ACTOR,
            institution=gas,
            user=people[name],
            role=role,
            unit=units[unit] if unit else None,
            starts_on=today(gas, now) - timedelta(days=365),
        )
    spare = _customer(gas, SPARE_NUMBER)
    people["spare_code"] = parties.issue_activation_code(actor=ACTOR, customer=spare, now=now)
    return people


def _customer(gas: Institution, number: str) -> Customer:
    found = find_customer(institution=gas, number=number)
    if found is None:
        raise LookupError(f"customer {number} isn't in the register")
    return found


def _kind(gas: Institution, code: str) -> Kind:
    found = find_kind(gas, code)
    if found is None:
        raise LookupError(f"kind {code} isn't among the presets")
    return found


def gas_units(gas: Institution) -> Any:
    """Return the units of the demo's institution."""
    from salter.staff.selectors import list_units

    return list_units(gas)


def _by(user: Any, role: str) -> Actor:
    return Actor(user_id=user.pk, name=user.name, role=role, channel="web")  # type: ignore[arg-type]


def _cases(gas: Institution, people: dict[str, Any], now: datetime) -> None:
    """A complaint that waits for the customer, a fault in progress, an answered question, and fresh work."""
    milica, petar, marko = people["milica"], people["petar"], people["marko"]
    home = _customer(gas, PERSON_NUMBER)
    shop = _customer(gas, COMPANY_NUMBER)
    newest = list_open_invoices(institution=gas, customers=[home]).last()

    def at(days: int, hour: int = 9) -> datetime:
        return now - timedelta(days=days, hours=hour % 5)

    complaint = cases.open_case(
        actor=_by(milica, "customer"),
        institution=gas,
        kind=_kind(gas, "complaint_bill"),
        party=home.party,
        customer=home,
        subject="Previsoko stanje na računu",
        text="Na računu stoji stanje koje je veće od onog na gasomeru. Molim da proverite i ispravite račun.",
        about=About("invoice", newest.number) if newest else None,
        channel="web",
        now=at(9),
    )
    cases.assign_case(actor=_by(marko, "staff"), case=complaint, assignee=people["marko_member"], now=at(8))
    cases.answer(
        actor=_by(marko, "staff"),
        case=complaint,
        text="Poštovana gospođo Jovanović, stanje je procenjeno jer čitač nije mogao da uđe. "
        "Pošaljite nam, molim Vas, fotografiju gasomera.",
        to_status="waiting",
        now=at(1, 3),
    )
    fault = cases.open_case(
        actor=_by(milica, "customer"),
        institution=gas,
        kind=_kind(gas, "fault"),
        party=home.party,
        customer=home,
        text="Plamen na šporetu je od juče slab, na svim ringlama.",
        fields={"what": "weak", "place": "Lipova 14, prvi sprat"},
        channel="web",
        now=at(0, 4),
    )
    cases.assign_case(actor=_by(marko, "staff"), case=fault, assignee=people["marko_member"], now=at(0, 3))
    question = cases.open_case(
        actor=_by(milica, "customer"),
        institution=gas,
        kind=_kind(gas, "question"),
        party=home.party,
        customer=home,
        subject="Trajni nalog",
        text="Da li račun mogu da plaćam trajnim nalogom?",
        channel="web",
        now=at(24),
    )
    cases.assign_case(actor=_by(marko, "staff"), case=question, assignee=people["marko_member"], now=at(23))
    cases.answer(
        actor=_by(marko, "staff"),
        case=question,
        text="Možete, u svojoj banci. Kao poziv na broj navedite šifru kupca.",
        to_status="answered",
        now=at(22),
    )
    cases.open_case(
        actor=_by(petar, "customer"),
        institution=gas,
        kind=_kind(gas, "service"),
        party=shop.party,
        customer=shop,
        text="Molimo za kontrolu merila, potrošnja je neobično velika.",
        fields={"what": "meter_check"},
        channel="web",
        now=at(3),
    )
    cases.open_case(
        actor=_by(petar, "customer"),
        institution=gas,
        kind=_kind(gas, "complaint"),
        party=shop.party,
        customer=shop,
        subject="Kvar prijavljen dva puta",
        text="Kvar smo prijavili dva puta i niko se nije javio.",
        fields={},
        channel="web",
        now=at(20),
    )
