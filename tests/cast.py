"""The fixed cast of the tests: two institutions, a few customers, the staff behind the window.

`gas` is the institution under test, `heat` the other one. Ana is a customer of gas, Boris a stranger to her there,
Ceca belongs to heat alone; the company Ljiljan is represented by Ana (manage) and Boris (see). Dragan is a clerk,
Sanja a supervisor, Admir an administrator of gas, Heda a clerk of heat. Every one of the staff has a second factor.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pytest

from salter.accounts.models import User
from salter.audit.types import Actor
from salter.institutions import registry
from salter.institutions.models import Institution, WorkingInterval
from salter.lib.searchkeys import search_key, sort_key
from salter.parties.models import Customer, Party, PartyIdentifier, Representation
from salter.staff.models import Membership, Unit

__all__ = ["NOW", "PASSWORD", "SYSTEM", "TODAY", "Cast", "make_cast", "make_institution", "make_party"]

# A Thursday, outside every holiday of the four countries.
NOW = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 5)
PASSWORD = "kisobran-i-lampa"
SYSTEM = Actor.system("tests")
_HASHED: list[str] = []


def actor_of(user: User, role: str = "customer") -> Actor:
    """Return the person as the trail names him."""
    return Actor(user_id=user.pk, name=user.name, role=role, ip="127.0.0.1")  # type: ignore[arg-type]


def make_institution(slug: str = "gas", **fields: object) -> Institution:
    """Return a working institution: weekdays 7 to 15, every module on."""
    institution = Institution.objects.create(
        slug=slug,
        **{
            "name": {"en": f"{slug.title()} Company", "sr-latn": f"{slug.title()} preduzeće"},
            "counter_name": {"en": f"My {slug}", "sr-latn": f"Moj {slug}"},
            "languages": ["en", "sr-latn", "sr", "ro", "pl", "mk"],
            "default_language": "en",
            "modules": sorted(registry.modules),
            "contacts": {
                "address": "Kralja Petra 18, 21999 Ravnica",
                "phone": "021 555 018",
                "email": "office@example.rs",
                "emergency_phone": "0800 555 192",
                "emergency_text": {"en": "Do you smell gas? Leave the building and call at once."},
            },
            "settings": {},
        }
        | fields,
    )
    WorkingInterval.objects.bulk_create(
        WorkingInterval(
            institution=institution,
            valid_from=date(2020, 1, 1),
            weekday=weekday,
            opens_at=time(7),
            closes_at=time(15),
        )
        for weekday in range(5)
    )
    return institution


def make_user(name: str, email: str, **fields: object) -> User:
    """Return a person who can sign in with PASSWORD; the hash is made once, Argon2 is slow on purpose."""
    user = User(name=name, email=email, language="en", **fields)
    if not _HASHED:
        user.set_password(PASSWORD)
        _HASHED.append(user.password)
    user.password = _HASHED[0]
    user.save()
    return user


def make_party(
    institution: Institution,
    name: str,
    number: str,
    *,
    kind: str = "person",
    identifier: tuple[str, str] | None = None,
    **fields: object,
) -> Party:
    """Return a party with one customer number."""
    party = Party.objects.create(
        institution=institution,
        kind=kind,
        name=name,
        sort_key=sort_key(name, institution.alphabet),
        search_key=search_key(name),
        **{"address": "Lipova 14", "postcode": "21000", "city": "Novi Sad"} | fields,
    )
    if identifier:
        PartyIdentifier.objects.create(institution=institution, party=party, kind=identifier[0], value=identifier[1])
    Customer.objects.create(
        institution=institution,
        party=party,
        number=number,
        supply_point=f"RS-NS-{number}",
        meter_serial=f"G{number}",
        tariff_group="Mala potrošnja",
    )
    return party


def represent(party: Party, user: User, scope: str = "manage") -> Representation:
    """Let a person act for a party since last year."""
    return Representation.objects.create(
        institution=party.institution,
        party=party,
        user=user,
        scope=scope,
        ground="activation_code",
        starts_on=date(2025, 1, 1),
    )


def employ(institution: Institution, user: User, role: str, unit: Unit | None = None) -> Membership:
    """Take a person on since last year, with a second factor."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.utils import encrypt

    user.second_factor_at = datetime(2025, 1, 1, tzinfo=UTC)
    user.save(update_fields=["second_factor_at"])
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": encrypt("JBSWY3DPEHPK3PXP")})
    return Membership.objects.create(
        institution=institution, user=user, role=role, unit=unit, starts_on=date(2025, 1, 1)
    )


@dataclass
class Cast:
    """Everybody, by name."""

    gas: Institution
    heat: Institution
    ana: User
    boris: User
    ceca: User
    dragan: User
    sanja: User
    admir: User
    heda: User
    nobody: User
    ana_party: Party
    boris_party: Party
    ceca_party: Party
    ljiljan: Party
    office: Unit

    def actor(self, user: User, role: str = "customer") -> Actor:
        return actor_of(user, role)


def make_cast() -> Cast:
    """Fill the database with the whole cast."""
    gas, heat = make_institution("gas"), make_institution("heat", theme="toplota")
    ana = make_user("Ana Anić", "ana@example.rs")
    boris = make_user("Boris Borić", "boris@example.rs")
    ceca = make_user("Ceca Cekić", "ceca@example.rs")
    dragan = make_user("Dragan Dragić", "dragan@example.rs")
    sanja = make_user("Sanja Sanić", "sanja@example.rs")
    admir = make_user("Admir Admić", "admir@example.rs")
    heda = make_user("Heda Hedić", "heda@example.rs")
    nobody = make_user("Nikola Niko", "nikola@example.rs")
    ana_party = make_party(gas, "Ana Anić", "100001", identifier=("jmbg", "0101895800059"), email="ana@example.rs")
    boris_party = make_party(gas, "Boris Borić", "100002", identifier=("jmbg", "0101895710009"))
    ljiljan = make_party(gas, "Apoteka Ljiljan d.o.o.", "100003", kind="company", identifier=("pib", "199999999"))
    ceca_party = make_party(heat, "Ceca Cekić", "100001")
    represent(ana_party, ana)
    represent(boris_party, boris)
    represent(ljiljan, ana)
    represent(ljiljan, boris, "see")
    represent(ceca_party, ceca)
    office = Unit.objects.create(institution=gas, code="office", name={"en": "Customer office"})
    employ(gas, dragan, "clerk", office)
    employ(gas, sanja, "supervisor", office)
    employ(gas, admir, "administrator")
    employ(heat, heda, "clerk")
    return Cast(
        gas=gas, heat=heat, ana=ana, boris=boris, ceca=ceca, dragan=dragan, sanja=sanja, admir=admir, heda=heda,
        nobody=nobody, ana_party=ana_party, boris_party=boris_party, ceca_party=ceca_party, ljiljan=ljiljan,
        office=office,
    )  # fmt: skip


@pytest.fixture
def cast(db: None) -> Cast:
    """Everybody, in a database that is rolled back."""
    return make_cast()
