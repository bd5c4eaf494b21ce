"""Refusals and failures: in the reader's language, without a trace, with nothing lost."""

import logging

import pytest
from django.test import Client

from salter.institutions.models import Institution
from tests.cast import make_institution

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _urls(settings, caplog):
    settings.ROOT_URLCONF = "tests.pages.urls"
    caplog.set_level(logging.CRITICAL)


@pytest.fixture
def gas() -> Institution:
    return make_institution()


@pytest.mark.parametrize("kind", ["400", "403", "422", "500", "503"])
@pytest.mark.parametrize("place", ["/_fail/", "/gas/_fail/"])
def test_a_failure_is_a_page_and_tells_nothing_of_the_inside(gas, kind: str, place: str):
    answer = Client(raise_request_exception=False).get(f"{place}{kind}/")
    page = answer.content.decode()
    assert answer.status_code == int(kind)
    assert "<h1>" in page
    assert '<link rel="stylesheet"' in page
    assert answer["Cache-Control"] == "no-store"
    for inside in ("the secret detail", "Traceback", "RuntimeError", "OperationalError", "site-packages", "salter/"):
        assert inside not in page


def test_what_is_not_there(gas):
    for path in ("/gas/nothing/here/", "/nowhere/", "/gas/_fail/", "/%00/", "/" + "x" * 3000 + "/"):
        answer = Client().get(path)
        assert answer.status_code == 404, path
        assert "<h1>" in answer.content.decode()


def test_the_page_of_a_crash_needs_no_database(gas, django_assert_num_queries):
    client = Client(raise_request_exception=False)
    client.get("/gas/_fail/500/")
    # The institution is remembered by now; whatever failed, the page itself asks for nothing.
    with django_assert_num_queries(0):
        answer = client.get("/gas/_fail/500/")
    assert "My gas" in answer.content.decode()


def test_a_crash_gives_a_reference_for_the_telephone(gas, caplog):
    caplog.set_level(logging.ERROR, logger="salter.pages.errors")
    page = Client(raise_request_exception=False).get("/gas/_fail/500/").content.decode()
    logged = next(record for record in caplog.records if record.name == "salter.pages.errors")
    reference = str(logged.args[0])  # type: ignore[index]
    assert len(reference) == 8
    assert reference in page


def test_a_closed_database_is_told_as_a_pause(gas):
    answer = Client(raise_request_exception=False).get("/_fail/503/")
    assert answer["Retry-After"] == "30"


def test_the_last_resort_is_a_fixed_page(gas, monkeypatch):
    def broken(*args: object, **kwargs: object) -> str:
        raise RuntimeError("templates are gone")

    monkeypatch.setattr("salter.pages.errors.render", broken)
    answer = Client(raise_request_exception=False).get("/gas/_fail/500/")
    assert answer.status_code == 500
    assert answer.content.startswith(b"<!doctype html>")
    assert b"gone" not in answer.content


class TestForgery:
    TEXT = "The meter said 4,680 and the bill says 4,702. " * 3

    def send(self, data: dict[str, str], **headers: str):
        return Client(enforce_csrf_checks=True).post("/gas/_take/", data, headers=headers)

    def test_what_was_typed_comes_back_to_be_sent_again(self, gas):
        answer = self.send({"text": self.TEXT, "kind": "question"}, origin="http://testserver")
        page = answer.content.decode()
        assert answer.status_code == 403
        assert self.TEXT.strip() in page
        assert 'name="kind" value="question"' in page
        assert 'action="/gas/_take/"' in page

    def test_sent_again_it_is_taken(self, gas):
        client = Client(enforce_csrf_checks=True)
        page = client.post("/gas/_take/", {"text": "a"}, headers={"origin": "http://testserver"}).content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        again = client.post(
            "/gas/_take/", {"text": "a", "csrfmiddlewaretoken": token}, headers={"origin": "http://testserver"}
        )
        assert (again.status_code, again.content) == (200, b"taken")

    def test_secrets_do_not_come_back(self, gas):
        page = self.send({"password": "kisobran", "recovery_code": "12345"}, origin="http://testserver").content
        assert b"kisobran" not in page
        assert b"12345" not in page

    @pytest.mark.parametrize("headers", [{}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
    def test_a_foreign_page_gets_nothing_to_confirm(self, gas, headers):
        answer = self.send({"text": self.TEXT}, **headers)
        assert answer.status_code == 403
        assert self.TEXT.strip() not in answer.content.decode()
        assert b"<form" not in answer.content


def test_an_address_that_only_takes_a_form_is_a_page_when_it_is_opened():
    """From the browser's history, or by the language switch after a refused form; Django's own answer is blank."""
    answer = Client().get("/language")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "<h1>" in answer.content.decode()
