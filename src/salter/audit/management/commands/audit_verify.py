"""`salter audit verify`: check the trail's chains and report the unsealed tail."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand

from salter.audit import services


class Command(BaseCommand):
    help = "Checks the audit trail's hash chains against their published heads; exit code 1 at the first fault."

    def handle(self, *args: Any, **options: Any) -> None:
        verdict = services.verify()
        self.stdout.write(
            json.dumps(
                {
                    "sealed": verdict.sealed,
                    "unsealed": verdict.unsealed,
                    "faults": [
                        {
                            "institution": str(f.institution_id),
                            "position": f.position,
                            "entry": str(f.entry_id) if f.entry_id else None,
                            "what": f.reason,
                        }
                        for f in verdict.findings
                    ],
                },
                indent=2,
            )
        )
        if not verdict.holds:
            sys.exit(1)
