"""`salter open_institution SLUG …`: a further institution that can work at once: kinds of cases, a working week."""

from argparse import ArgumentParser
from datetime import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from salter.audit.types import Actor
from salter.cases.presets import install_presets
from salter.institutions import registry, rules, selectors, services
from salter.institutions.services import Interval
from salter.institutions.types import WrongSetting

# The order of letters that goes with a first language.
ALPHABETS = {"sr-latn": "sr-Latn", "sr": "sr-Cyrl", "ro": "ro", "pl": "pl", "mk": "mk", "en": "en"}


class Command(BaseCommand):
    help = "Opens a further institution, with the usual kinds of cases and a working week from 8 to 16."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="its part of the address: /SLUG/")
        parser.add_argument("--name", required=True, help="the institution's name, in its first language")
        parser.add_argument("--counter", help="the counter's own name; the institution's unless given")
        parser.add_argument("--country", default="RS", choices=rules.COUNTRIES)
        parser.add_argument("--currency", choices=sorted(rules.CURRENCIES.values()), help="the country's unless given")
        parser.add_argument("--time-zone", default="Europe/Belgrade")
        parser.add_argument(
            "--languages", default="sr-latn", help="comma between them, the first one first: sr-latn,sr,en"
        )
        parser.add_argument("--theme", default="salter", choices=rules.THEMES)
        parser.add_argument("--icon", default="building", choices=rules.ICONS)
        parser.add_argument(
            "--utility", default="gas", choices=("gas", "heat", "electricity"), help="whose legal deadlines hold"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        now, actor = timezone.now(), Actor.system("salter open_institution")
        languages = [code.strip() for code in options["languages"].split(",") if code.strip()]
        first = languages[0] if languages else ""
        try:
            with transaction.atomic():
                institution = services.open_institution(
                    actor=actor,
                    slug=options["slug"],
                    name={first: options["name"]},
                    counter_name={first: options["counter"] or options["name"]},
                    country=options["country"],
                    currency=options["currency"] or rules.CURRENCIES[options["country"]],
                    time_zone=options["time_zone"],
                    languages=languages,
                    default_language=first,
                    alphabet=ALPHABETS.get(first, "en"),
                    theme=options["theme"],
                    icon=options["icon"],
                    modules=sorted(registry.modules),
                )
                services.set_working_week(
                    actor=actor,
                    institution=institution,
                    valid_from=selectors.today(institution, now).replace(month=1, day=1),
                    intervals=[Interval(weekday, time(8), time(16)) for weekday in range(5)],
                )
                kinds = install_presets(actor=actor, institution=institution, now=now, utility=options["utility"])
        except WrongSetting as refusal:
            raise CommandError(f"{refusal.field}: {refusal}") from refusal
        self.stdout.write(f"/{institution.slug}/ is open with {len(kinds)} kinds of cases.")
        self.stdout.write(f"Next, its administrator: salter admin {institution.slug} --email … --name …")
