"""Several clerks at one case in the same moment: each is answered, none of them breaks."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from salter.cases import presets, services
from salter.cases.models import Case, HistoryEntry
from salter.cases.types import CaseRefused
from salter.staff.models import Membership
from tests.cast import NOW, SYSTEM, make_cast

ROUNDS = 12


def test_two_clerks_take_one_case_at_once(scratch_db: Any) -> None:
    """Taking changes the clerk and the status, the very rows that the second one was about to read."""
    cast = make_cast()
    kinds = {k.code: k for k in presets.install_presets(actor=SYSTEM, institution=cast.gas, now=NOW)}
    takers = list(Membership.objects.filter(user__in=[cast.dragan, cast.sanja]).select_related("user", "unit"))
    opened = [
        services.open_case(
            actor=cast.actor(cast.ana), institution=cast.gas, kind=kinds["question"], party=cast.ana_party,
            text=f"Question {n}", now=NOW,
        )
        for n in range(ROUNDS)
    ]  # fmt: skip
    start = threading.Barrier(len(takers), timeout=20)

    def take_all(taker: Membership) -> None:
        try:
            for case in opened:
                mine = Case.objects.get(pk=case.pk)
                start.wait()
                # Who comes second may be told that a colleague was quicker.
                with contextlib.suppress(CaseRefused):
                    services.assign_case(
                        actor=cast.actor(taker.user, "staff"), case=mine, assignee=taker, unit=taker.unit, now=NOW
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(len(takers)) as pool:
        list(pool.map(take_all, takers))

    assert not Case.objects.filter(assignee=None).exists()
    assert HistoryEntry.objects.filter(what="assigned").count() >= ROUNDS
