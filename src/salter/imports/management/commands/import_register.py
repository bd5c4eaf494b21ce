"""`salter import REGISTER FILE`: load a file from this machine, now."""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from salter.audit.types import Actor
from salter.imports import registry, selectors, services
from salter.imports.models import Job
from salter.imports.types import ImportRefused, Phase
from salter.institutions.selectors import find_institution

__all__ = ["Command"]

# Findings told on stdout; all of them stand in the CSV.
TOLD = 1000


class Command(BaseCommand):
    help = "Load a register from a CSV, XLSX or Parquet file; JSON result on stdout."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("register", metavar="REGISTER", help=", ".join(r.code for r in registry.list_registers()))
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--institution", metavar="SLUG", required=True)
        parser.add_argument("--profile", metavar="P", default="", help="stored mapping of columns")
        parser.add_argument("--dry-run", action="store_true", help="check everything, keep nothing")
        parser.add_argument(
            "--language", metavar="L", default="", help="language of the reasons; default: the institution's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        institution = find_institution(options["institution"])
        if institution is None:
            raise CommandError(
                _("There is no institution “%(slug)s”.") % {"slug": options["institution"]}, returncode=2
            )
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(_("There is no file %(path)s.") % {"path": path}, returncode=2)
        bar = Bar() if sys.stderr.isatty() else None
        with translation.override(options["language"] or institution.default_language):
            try:
                job = services.load_file(
                    actor=Actor.system("salter import"),
                    institution=institution,
                    register=options["register"],
                    path=path,
                    now=timezone.now(),
                    profile=options["profile"],
                    dry_run=options["dry_run"],
                    show=bar or _silent,
                )
            except ImportRefused as refusal:
                raise CommandError(str(refusal), returncode=2) from None
            finally:
                if bar:
                    bar.close()
            result = self._result(job, path)
        self.stdout.write(json.dumps(result, ensure_ascii=False, indent=2))
        if result["refused"]:
            sys.exit(1)

    def _result(self, job: Job, path: Path) -> dict[str, Any]:
        known = ("rows_read", "created", "updated", "unchanged", "refused", "warnings")
        result: dict[str, Any] = {
            "register": job.register,
            "file": str(path),
            "dry_run": job.dry_run,
            **{name: job.result[name] for name in known},
            **{name: job.result[name] for name in ("format", "encoding", "separator", "decimal_mark")},
            "columns": job.mapping,
            "job": str(job.pk),
            "refused_file": None,
            "findings": [
                {
                    "line": finding.line,
                    "column": finding.column,
                    "reason": str(selectors.reason(job, finding.code).text),
                    "code": finding.code,
                    "warning": finding.is_warning,
                }
                for finding in selectors.list_findings(job)[:TOLD]
            ],
        }
        beside = path.with_name(f"{path.stem}.refused.csv")
        if job.result["refused"]:
            result["refused_file"] = str(_write(job, beside))
        elif beside.exists():
            # A report of an earlier load would tell of rows that are in by now.
            beside.unlink()
        return result


def _write(job: Job, beside: Path) -> Path:
    """Write the refused rows beside the file, or where we stand when that folder is closed to us."""
    for target in (beside, Path.cwd() / beside.name):
        try:
            with target.open("w", encoding="utf-8", newline="") as file:
                file.writelines(selectors.refused_csv(job))
            return target
        except OSError:
            continue
    raise CommandError(_("The refused rows can't be written: %(path)s.") % {"path": beside}, returncode=2)


def _silent(phase: Phase, share: float, rows: int, refused: int) -> None:
    """Nobody watches."""


class Bar:
    """A line on the terminal that grows."""

    width = 30

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, phase: Phase, share: float, rows: int, refused: int) -> None:
        if time.monotonic() - self._last < 0.1 and share < 1:
            return
        self._last = time.monotonic()
        full = round(self.width * share)
        told = _("%(rows)s rows, %(refused)s refused") % {"rows": f"{rows:,}", "refused": f"{refused:,}"}
        bar = "█" * full + "░" * (self.width - full)
        sys.stderr.write(f"\r\x1b[K{bar} {share:4.0%}  {phase.label}  {told}")
        sys.stderr.flush()

    def close(self) -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
