"""`salter admin SLUG --email …`: an administrator of an institution, which is opened when none has this slug."""

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from salter.accounts import selectors as accounts_selectors
from salter.accounts import services as accounts
from salter.accounts.types import FieldProblem
from salter.audit.types import Actor
from salter.institutions import registry, selectors
from salter.institutions import services as institutions
from salter.institutions.types import WrongSetting
from salter.staff import services as staff


class Command(BaseCommand):
    help = "Makes an administrator of an institution, and the institution itself when it isn't there yet."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("institution", help="its part of the address: /SLUG/")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="the administrator's name")
        parser.add_argument("--counter", help="for a new institution: the name of its counter")
        parser.add_argument("--country", default="RS", help="for a new institution: two letters")
        parser.add_argument("--currency", default="RSD", help="for a new institution: three letters")
        parser.add_argument(
            "--language", default="sr-latn", help="the administrator's, and a new institution's first one"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        actor = Actor.system("salter admin")
        try:
            with transaction.atomic():
                institution = selectors.find_institution(options["institution"])
                if institution is None:
                    name = options["counter"] or options["institution"].title()
                    institution = institutions.open_institution(
                        actor=actor,
                        slug=options["institution"],
                        name={options["language"]: name},
                        counter_name={options["language"]: name},
                        country=options["country"],
                        currency=options["currency"],
                        languages=[options["language"]],
                        default_language=options["language"],
                        modules=sorted(registry.modules),
                    )
                user = accounts_selectors.find_user(email=options["email"])
                if user is None:
                    user = accounts.create_user(
                        actor=actor,
                        name=options["name"],
                        email=options["email"],
                        language=options["language"],
                        password=self._password(),
                        now=now,
                    )
                staff.join(
                    actor=actor,
                    institution=institution,
                    user=user,
                    role="administrator",
                    starts_on=selectors.today(institution, now),
                )
        except (WrongSetting, FieldProblem) as refusal:
            raise CommandError(f"{refusal.field}: {refusal}") from refusal
        self.stdout.write(
            f"{user.name} administers /{institution.slug}/ and is asked for a second factor at the first sign-in."
        )

    def _password(self) -> str:
        """From SALTER_ADMIN_PASSWORD, else asked for; never an argument, which everybody on the machine could read."""
        given = os.environ.get("SALTER_ADMIN_PASSWORD")
        if given is None:
            if not sys.stdin.isatty():
                raise CommandError("Give the password in SALTER_ADMIN_PASSWORD, or run this at a terminal.")
            given = getpass.getpass("Password: ")
            if given != getpass.getpass("Again: "):
                raise CommandError("The two passwords differ.")
        try:
            validate_password(given)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        return given
