"""Loads the demonstration into an empty database; what is there already stays."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from salter.demo.load import load


class Command(BaseCommand):
    help = "Loads the demo institutions, people and data."

    def handle(self, *args: Any, **options: Any) -> None:
        load(now=timezone.now(), say=self.stdout.write)
