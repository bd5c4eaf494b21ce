"""Numbers stay unique and without gaps while many people open cases at once, and some of them fail."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection, transaction

from salter.cases import presets, services
from salter.cases.models import Case, CaseMessage, HistoryEntry, NumberSeries
from tests.cast import NOW, SYSTEM, make_cast

THREADS, CASES = 8, 25


class Change(Exception):
    """Somebody's mind."""


def test_eight_at_once_get_unbroken_numbers(scratch_db: Any) -> None:
    cast = make_cast()
    kinds = {k.code: k for k in presets.install_presets(actor=SYSTEM, institution=cast.gas, now=NOW)}
    start = threading.Barrier(THREADS)

    def open_many(worker: int) -> list[str]:
        numbers = []
        start.wait()
        try:
            for n in range(CASES):
                # Two kinds that share one series; one attempt of each thread is rolled back after its number was taken.
                if n == CASES // 2:
                    try:
                        with transaction.atomic():
                            open_one(worker, n)
                            raise Change
                    except Change:
                        pass
                numbers.append(open_one(worker, n))
        finally:
            connection.close()
        return numbers

    def open_one(worker: int, n: int) -> str:
        return services.open_case(
            actor=cast.actor(cast.ana), institution=cast.gas, kind=kinds["question" if n % 2 else "message"],
            party=cast.ana_party, text=f"{worker} asks {n}", now=NOW,
        ).number  # fmt: skip

    with ThreadPoolExecutor(THREADS) as pool:
        numbers = [number for some in pool.map(open_many, range(THREADS)) for number in some]

    assert sorted(numbers) == [f"P-2026-{n:05}" for n in range(1, THREADS * CASES + 1)]
    assert Case.objects.count() == CaseMessage.objects.count() == HistoryEntry.objects.count() == THREADS * CASES
    assert NumberSeries.objects.get().last == THREADS * CASES


def test_double_click_at_the_same_moment_opens_one_case(scratch_db: Any) -> None:
    cast = make_cast()
    kind = next(iter(presets.install_presets(actor=SYSTEM, institution=cast.gas, now=NOW)[1:]))
    start = threading.Barrier(THREADS)

    def click(_n: int) -> str:
        start.wait()
        try:
            return services.open_case(
                actor=cast.actor(cast.ana), institution=cast.gas, kind=kind, party=cast.ana_party, text="Once",
                request_key="one form", now=NOW,
            ).number  # fmt: skip
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(click, range(THREADS))) == {"P-2026-00001"}
    assert Case.objects.count() == 1
    assert NumberSeries.objects.get().last == 1


def test_two_clerks_at_the_same_moment_and_only_one_is_first(scratch_db: Any) -> None:
    from salter.cases.types import StaleCase

    cast = make_cast()
    kind = presets.install_presets(actor=SYSTEM, institution=cast.gas, now=NOW)[1]
    case = services.open_case(
        actor=cast.actor(cast.ana), institution=cast.gas, kind=kind, party=cast.ana_party, text="?", now=NOW
    )
    start = threading.Barrier(2)

    def answer(user: Any) -> str:
        start.wait()
        try:
            services.answer(
                actor=cast.actor(user, "staff"), case=case, text=f"By {user.name}", expected_version=1, now=NOW
            )
        except StaleCase as refusal:
            return refusal.changes[0].text
        finally:
            connection.close()
        return "first"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(answer, [cast.dragan, cast.sanja]))
    assert results[1] == "first"
    assert results[0] in ("By Dragan Dragić", "By Sanja Sanić")
    assert CaseMessage.objects.filter(author="staff").count() == 1
