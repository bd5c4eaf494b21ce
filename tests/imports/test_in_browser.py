"""A load by hand in a real browser: with and without script, at every width, in the dark."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from salter.imports import services
from salter.imports.models import Job
from salter.parties.models import Customer
from tests.browser.axe import assert_accessible
from tests.cast import SYSTEM, Cast, make_cast
from tests.imports.conftest import CUSTOMER_HEAD, JMBG, customer, text_of

pytestmark = [pytest.mark.journey, pytest.mark.peer("chromium", "axe")]

WINDOWS = [(1280, "light"), (1280, "dark"), (320, "light")]
ROWS = [
    customer(7, "Ana Anić", JMBG=JMBG[0], Mesto="Novi Sad", **{"Ulica i broj": "Žike Ljubina 27"}),
    customer(8, "Đorđe Žižić", PIB="123", Mesto="Sremska Kamenica"),
    customer("", "Ničija kuća"),
    customer(9, "Ćirilo Šašić", **{"E-pošta": "nema"}),
]


@pytest.fixture
def people(scratch_db: Any, settings: Any, tmp_path: Path) -> Cast:
    cache.clear()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }
    return make_cast()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kupci oktobar.csv"
    path.write_bytes(text_of([CUSTOMER_HEAD, *ROWS]).encode("cp1250"))
    return path


def prepared(cast: Cast) -> Job:
    content = ContentFile(text_of([CUSTOMER_HEAD, *ROWS]).encode("cp1250"), name="kupci oktobar.csv")
    return services.prepare(actor=SYSTEM, institution=cast.gas, register="customers", file=content, now=timezone.now())


def started(cast: Cast, *, dry_run: bool = False) -> Job:
    return services.start(
        actor=SYSTEM,
        job=prepared(cast),
        mapping={},
        options={},
        profile_name="Back office",
        dry_run=dry_run,
        now=timezone.now(),
    )


def finished(job: Job) -> Job:
    services.run(job_id=job.pk, now=timezone.now())
    return job


def signed_in(page: Any, cast: Cast) -> Any:
    client = Client()
    client.force_login(cast.sanja)
    page.context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "domain": "127.0.0.1", "path": "/"}]
    )
    return page


def look(page: Any, name: str) -> None:
    """Keep a picture where somebody asked for them."""
    if folder := os.environ.get("SALTER_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), WINDOWS)
def test_pages_are_accessible(new_page: Callable[..., Any], people: Cast, width: int, scheme: str) -> None:
    page = signed_in(new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, locale="en-GB"), people)
    running = started(people)
    Job.objects.filter(pk=running.pk).update(state="running", phase="writing", permille=640, rows_read=412_000)
    failed = started(people)
    services.give_up(job_id=failed.pk, fault=ZeroDivisionError(), now=timezone.now())
    addresses = {
        "new": "new",
        "columns": f"{prepared(people).pk}/columns",
        "tried": f"{finished(started(people, dry_run=True)).pk}/",
        "done": f"{finished(started(people)).pk}/",
        "running": f"{running.pk}/",
        "failed": f"{failed.pk}/",
        "list": "",
    }
    for name, address in addresses.items():
        page.goto(f"/gas/desk/imports/{address}")
        look(page, f"{name}-{scheme}")
        assert_accessible(page)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_load_by_hand(new_page: Callable[..., Any], people: Cast, file: Path, script: bool) -> None:
    page = signed_in(new_page(java_script_enabled=script, locale="en-GB"), people)
    page.goto("/gas/desk/imports/")
    page.get_by_role("link", name="Load a file").click()
    page.get_by_label("Customers").check()
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_text("Windows-1250").wait_for()
    assert page.get_by_label("Name", exact=True).input_value() == "1"
    # Two columns of the register can't be one of the file: said beside the field, and nothing is lost.
    page.get_by_label("City").select_option(label="Naziv kupca")
    page.get_by_label("Keep these choices as").fill("Back office")
    page.get_by_role("button", name="Load it").click()
    page.get_by_role("alert").get_by_text("is taken already").wait_for()
    assert page.get_by_label("Keep these choices as").input_value() == "Back office"
    page.get_by_label("City").select_option(label="Mesto")
    page.get_by_role("button", name="Load it").click()
    page.get_by_text("In the queue").wait_for()
    services.run(job_id=Job.objects.get().pk, now=timezone.now())
    # The page finds the end by itself.
    page.get_by_text("2 rows were refused").wait_for(timeout=15_000)
    page.get_by_role("cell", name="PIB", exact=True).wait_for()
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows as CSV").click()
    assert Path(download.value.path()).read_text("utf-8-sig").count("\n") == 3
    assert set(Customer.objects.filter(number__in=["7", "8", "9"]).values_list("number", flat=True)) == {"7", "9"}


def test_the_bar_moves(new_page: Callable[..., Any], people: Cast) -> None:
    job = started(people)
    page = signed_in(new_page(locale="en-GB"), people)
    page.goto(f"/gas/desk/imports/{job.pk}/")
    bar = page.get_by_role("progressbar")
    assert bar.get_attribute("value") == "0"
    Job.objects.filter(pk=job.pk).update(state="running", phase="reading", permille=350, rows_read=3)
    page.get_by_text("3 rows read").wait_for(timeout=10_000)
    assert bar.get_attribute("value") == "350"
