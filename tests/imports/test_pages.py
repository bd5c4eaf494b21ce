"""Bulk loads in the browser: who may, what is shown, what is refused, and the whole way by hand."""

from __future__ import annotations

import csv
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from salter.audit.models import Entry
from salter.imports import services
from salter.imports.models import Job, Profile
from salter.parties.models import Customer
from tests.cast import NOW, SYSTEM, Cast
from tests.imports.conftest import CUSTOMER_HEAD, JMBG, customer, text_of

LIST, NEW = "/gas/desk/imports/", "/gas/desk/imports/new"
PAGES = ["", "columns", "again", "refused.csv"]


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    cache.clear()
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


Browser = Callable[..., Client]


@pytest.fixture
def browser() -> Browser:
    """`browser(user)`: signed in as that person, with his second factor; without one, signed out."""

    def sign_in(user: Any = None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if user is not None:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def desk(cast: Cast, browser: Browser) -> Client:
    return browser(cast.sanja)


ROWS = [customer(7, "Ana Anić", JMBG=JMBG[0]), customer(8, "Đorđe Žižić", PIB="123"), customer("", "Ničija")]


def upload(rows: list[list[str]] | None = None, head: list[str] = CUSTOMER_HEAD, name: str = "kupci.csv") -> Any:
    text = text_of([head, *(ROWS if rows is None else rows)])
    return {"register": "customers", "file": SimpleUploadedFile(name, text.encode("cp1250"))}


def prepared(cast: Cast, rows: list[list[str]] | None = None, head: list[str] = CUSTOMER_HEAD) -> Job:
    file = upload(rows, head)["file"]
    return services.prepare(actor=SYSTEM, institution=cast.gas, register="customers", file=file, now=NOW)


def done(cast: Cast, *, dry_run: bool = False, rows: list[list[str]] | None = None) -> Job:
    job = prepared(cast, rows)
    services.start(actor=SYSTEM, job=job, mapping={}, options={}, profile_name="", dry_run=dry_run, now=NOW)
    services.run(job_id=job.pk, now=NOW)
    job.refresh_from_db()
    return job


def choices(page: str) -> dict[str, str]:
    """What is chosen on the page of columns, as the browser would send it."""
    one = r'<select name="(\w+)"(?:(?!</select>).)*?<option value="([^"]*)" selected'
    return dict(re.findall(one, page, flags=re.DOTALL)) | {"wrong_check_digit": "refuse", "profile_name": ""}


def text(response: Any) -> str:
    return response.content.decode()


# ------------------------------------------------------------------------------------------------------------ the way


def test_from_the_file_to_the_refused_rows(desk: Client, cast: Cast) -> None:
    answer = desk.post(NEW, upload())
    job = Job.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/gas/desk/imports/{job.pk}/columns")
    page = text(desk.get(answer.headers["Location"]))
    assert "Windows-1250" in page
    assert "Đorđe Žižić" in page
    # Personal numbers are masked in every list (RL-84).
    assert JMBG[0] not in page
    assert JMBG[0][-4:] in page
    sent = choices(page)
    assert sent["column_number"] == "0"
    assert sent["column_name"] == "1"
    tried = desk.post(answer.headers["Location"], sent | {"act": "try", "profile_name": "Back office"})
    assert tried.headers["Location"] == f"/gas/desk/imports/{job.pk}/"
    waiting = text(desk.get(tried.headers["Location"]))
    assert "In the queue" in waiting
    assert '<progress max="1000" value="0"' in waiting
    services.run(job_id=job.pk, now=NOW)
    shown = text(desk.get(tried.headers["Location"]))
    assert "only a try" in shown
    assert "check digit" in shown
    assert not Customer.objects.filter(number="7").exists()
    again = desk.post(f"/gas/desk/imports/{job.pk}/again", {"act": "load"})
    real = Job.objects.exclude(pk=job.pk).get()
    assert again.headers["Location"] == f"/gas/desk/imports/{real.pk}/"
    services.run(job_id=real.pk, now=NOW)
    assert Customer.objects.get(number="7").party.name == "Ana Anić"
    report = desk.get(f"/gas/desk/imports/{real.pk}/refused.csv")
    rows = list(csv.reader(report.getvalue().decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[:2] for row in rows[1:]] == [["3", "PIB"], ["4", "Šifra kupca"]]
    assert rows[1][4:] == ROWS[1]
    assert "attachment" in report.headers["Content-Disposition"]
    assert Profile.objects.get().name == "Back office"
    assert {"imports.prepare", "imports.start", "imports.try_load", "imports.load", "desk.refused_rows_export"} <= set(
        Entry.objects.values_list("action", flat=True)
    )
    assert text(desk.get(LIST)).count("kupci.csv") >= 2


def test_the_bar_is_a_part_that_asks_again_until_the_end(desk: Client, cast: Cast) -> None:
    job = prepared(cast)
    services.start(actor=SYSTEM, job=job, mapping={}, options={}, profile_name="", dry_run=False, now=NOW)
    Job.objects.update(state="running", phase="writing", permille=640, rows_read=2)
    asked = {"HX-Request": "true", "HX-Target": "progress"}
    part = desk.get(f"/gas/desk/imports/{job.pk}/", headers=asked)
    assert text(part).lstrip().startswith('<div id="progress"')
    assert 'value="640"' in text(part)
    assert 'hx-trigger="every 2s, live"' in text(part)
    assert "2 rows read" in text(part)
    whole = text(desk.get(f"/gas/desk/imports/{job.pk}/"))
    assert '<noscript><meta http-equiv="refresh"' in whole
    services.run(job_id=job.pk, now=NOW)
    assert desk.get(f"/gas/desk/imports/{job.pk}/", headers=asked).headers["HX-Refresh"] == "true"
    assert "http-equiv" not in text(desk.get(f"/gas/desk/imports/{job.pk}/"))


def test_a_double_click_loads_once(desk: Client) -> None:
    for _press in range(2):
        desk.post(NEW, upload() | {"once": "a-key"})
    assert Job.objects.count() == 1


def test_reading_refused_rows_is_recorded(desk: Client, cast: Cast) -> None:
    job = done(cast)
    desk.get(f"/gas/desk/imports/{job.pk}/")
    entry = Entry.objects.get(action="desk.refused_rows_read")
    assert (entry.subject_id, entry.actor_id, entry.actor_role) == (job.pk, cast.sanja.pk, "staff")


def test_the_rows_are_found_and_sorted_in_the_one_table(desk: Client, cast: Cast) -> None:
    job = done(cast)
    part = {"HX-Request": "true", "HX-Target": "refused-part"}
    found = text(desk.get(f"/gas/desk/imports/{job.pk}/?q=Ničija", headers=part))
    assert "Ničija" in found
    assert "Žižić" not in found
    found = text(desk.get(f"/gas/desk/imports/{job.pk}/?q=check digit", headers=part))
    assert "Žižić" in found
    assert "Ničija" not in found


def test_personal_numbers_of_refused_rows_are_masked_but_not_in_their_file(desk: Client, cast: Cast) -> None:
    job = done(cast, rows=[customer("", "Ana Anić", JMBG=JMBG[0])])
    shown = text(desk.get(f"/gas/desk/imports/{job.pk}/"))
    assert JMBG[0] not in shown
    assert JMBG[0][-4:] in shown
    assert JMBG[0] in desk.get(f"/gas/desk/imports/{job.pk}/refused.csv").getvalue().decode()


# ----------------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file"),
        ({"register": "customers"}, "Choose a file"),
        ({"register": "taxes", "file": SimpleUploadedFile("a.csv", b"a;b\n1;2\n")}, "taxes"),
        ({"register": "customers", "file": SimpleUploadedFile("a.csv", b"")}, "empty"),
        (
            {"register": "customers", "file": SimpleUploadedFile("a.bin", bytes(range(16)) * 99)},
            "table that we can read",
        ),
        (
            {"register": "customers", "file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04nothing")},
            "table that we can read",
        ),
        ({"register": "customers", "file": "a text"}, "Choose a file"),
    ],
)
def test_a_bad_file_is_refused_beside_its_field(sent: dict[str, Any], words: str, desk: Client) -> None:
    answer = desk.post(NEW, sent)
    assert answer.status_code == 422
    assert words in text(answer)
    assert not Job.objects.exists()


STRANGE = ["ID", "Ko", "Gde"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"column_name": ""}, "Say which column of the file this is"),
        ({"column_name": "99"}, "99"),
        ({"column_name": "x'; DROP TABLE"}, "not one of the available choices"),
        ({"column_name": "0"}, "is taken already"),
        ({"wrong_check_digit": "ignore"}, "ignore"),
        ({"profile_name": "x" * 81}, "80"),
    ],
)
def test_bad_columns_are_refused_and_nothing_typed_is_lost(
    changes: dict[str, str], words: str, desk: Client, cast: Cast
) -> None:
    job = prepared(cast, [["1", "Ana", "Pirot"]], STRANGE)
    good = {"column_number": "0", "column_name": "1", "column_city": "2", "wrong_check_digit": "warn", "act": "load"}
    answer = desk.post(f"/gas/desk/imports/{job.pk}/columns", good | {"profile_name": "Moj profil"} | changes)
    assert answer.status_code == 422
    assert words in text(answer)
    assert choices(text(answer))["column_city"] == "2"
    job.refresh_from_db()
    assert job.state == "preparing"


def test_columns_without_known_names_are_mapped_by_hand(desk: Client, cast: Cast) -> None:
    job = prepared(cast, [["1", "Ana", "Pirot"]], STRANGE)
    good = {"column_number": "0", "column_name": "1", "column_city": "2", "wrong_check_digit": "refuse", "act": "load"}
    assert desk.post(f"/gas/desk/imports/{job.pk}/columns", good).status_code == 302
    services.run(job_id=job.pk, now=NOW)
    assert Customer.objects.get(number="1").party.city == "Pirot"


def test_what_was_started_is_not_mapped_again(desk: Client, cast: Cast) -> None:
    job = done(cast)
    assert desk.get(f"/gas/desk/imports/{job.pk}/columns").headers["Location"] == f"/gas/desk/imports/{job.pk}/"


def test_a_file_that_is_gone_says_so(desk: Client, cast: Cast) -> None:
    job = prepared(cast)
    job.file.storage.delete(job.file.name)
    answer = desk.get(f"/gas/desk/imports/{job.pk}/columns")
    assert answer.status_code == 422
    assert "no longer kept" in text(answer)
    assert desk.post(f"/gas/desk/imports/{job.pk}/columns", {"act": "load"}).status_code == 422


def test_a_failed_load_says_why(desk: Client, cast: Cast) -> None:
    job = prepared(cast, [])
    services.start(actor=SYSTEM, job=job, mapping={}, options={}, profile_name="", dry_run=False, now=NOW)
    services.run(job_id=job.pk, now=NOW)
    assert "no rows below the column names" in text(desk.get(f"/gas/desk/imports/{job.pk}/"))
    Job.objects.update(error={"code": "ZeroDivisionError"})
    page = text(desk.get(f"/gas/desk/imports/{job.pk}/"))
    assert "a fault of ours" in page
    assert "ZeroDivision" not in page


# ------------------------------------------------------------------------------------------------------------- who may


@pytest.mark.parametrize(
    ("person", "status"),
    [("sanja", 200), ("admir", 200), ("dragan", 403), ("heda", 404), ("ana", 404), ("nobody", 404), ("", 302)],
)
def test_who_may(person: str, status: int, cast: Cast, browser: Browser) -> None:
    job = done(cast)
    client = browser(getattr(cast, person) if person else None)
    for address in (LIST, NEW, f"/gas/desk/imports/{job.pk}/", f"/gas/desk/imports/{job.pk}/refused.csv"):
        assert client.get(address).status_code == status, address
    assert client.post(f"/gas/desk/imports/{job.pk}/again").status_code == (302 if status == 200 else status)


@pytest.mark.parametrize("page", PAGES)
def test_a_load_of_another_institution_or_of_nobody_is_not_found(page: str, cast: Cast, browser: Browser) -> None:
    job = done(cast)
    from tests.cast import employ, make_user

    theirs = make_user("Ivo Ivić", "ivo@example.rs")
    employ(cast.heat, theirs, "administrator")
    ask = browser(theirs).post if page == "again" else browser(theirs).get
    assert ask(f"/heat/desk/imports/{job.pk}/{page}").status_code == 404
    assert ask(f"/heat/desk/imports/{uuid.uuid4()}/{page}").status_code == 404


@pytest.mark.parametrize(
    ("address", "method"),
    [
        (LIST, "post"),
        (NEW, "put"),
        ("JOB/", "post"),
        ("JOB/columns", "delete"),
        ("JOB/again", "get"),
        ("JOB/refused.csv", "post"),
    ],
)
def test_wrong_methods(address: str, method: str, desk: Client, cast: Cast) -> None:
    address = address.replace("JOB", f"/gas/desk/imports/{done(cast).pk}")
    assert getattr(desk, method)(address).status_code == 405


def test_the_menu_shows_loads_to_those_who_may(cast: Cast, browser: Browser) -> None:
    assert LIST in text(browser(cast.sanja).get(LIST))
    assert LIST not in text(browser(cast.dragan).get("/gas/desk/"))


def test_the_pages_ask_little_of_the_database(desk: Client, cast: Cast) -> None:
    def queries(address: str) -> int:
        desk.get(address)
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert desk.get(address).status_code == 200
        return len(caught)

    one = done(cast)
    few = queries(LIST), queries(f"/gas/desk/imports/{one.pk}/")
    for _more in range(4):
        done(cast)
    many = done(cast, rows=[customer("", f"Ničija {n}") for n in range(30)])
    assert queries(LIST) <= few[0]
    # A second page of rows has to be counted.
    assert queries(f"/gas/desk/imports/{many.pk}/") <= few[1] + 1
