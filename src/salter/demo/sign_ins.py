"""The demo's people, as plain data: the start prints them before any Django is there."""

from dataclasses import dataclass

__all__ = ["PASSWORD", "PEOPLE", "SLUG", "Person", "lines"]

SLUG = "gas"
PASSWORD = "dobar-dan-gas"  # noqa: S105 the demo prints it


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to sign in as. `secret` is the key of his authenticator app; only staff have one."""

    name: str
    email: str
    what: str
    secret: str = ""


PEOPLE = (
    Person("Milica Jovanović", "milica@primer.example", "customer, also acts for her father"),
    Person("Petar Ljubić", "petar@primer.example", "manages the company Apoteka Ljiljan"),
    Person("Jelena Šarić", "jelena@primer.example", "acts for the company Apoteka Ljiljan"),
    Person("Marko Ilić", "marko@gas.example", "clerk", "KRSXG5CTMVRXEZLUMRSW2327"),
    Person("Sanja Kos", "sanja@gas.example", "supervisor", "MFRGGZDFMZTWQ2LKNNWG23TP"),
    Person("Nikola Tot", "nikola@gas.example", "administrator", "ONSWG4TFOQQGM33SORUGK3LB"),
)


def lines() -> list[str]:
    """Return what the start prints: who may sign in, and where."""
    width = max(len(person.email) for person in PEOPLE)
    return [
        f"Password of everybody: {PASSWORD}",
        *(f"{person.email:<{width}}  {person.name}, {person.what}" for person in PEOPLE),
        "Staff also need a code: see /_people/. Mails: /_mailbox/. Text messages: /_phone/.",
    ]
