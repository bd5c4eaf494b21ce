"""A form sent after the session ended comes back filled once its writer is in again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from salter.accounts import services
from salter.accounts.access import signed_in
from salter.accounts.models import KeptPost
from salter.config.urls import urlpatterns as product
from tests.accounts.conftest import sign_in
from tests.cast import Cast

SEEN: list[str] = []
BODY = (
    '<form method="post">{}<input name="subject"><textarea name="text"></textarea>'
    '<input type="password" name="pin_password"><button>Send</button></form>'
)


def csrf(request: HttpRequest) -> str:
    return f'<input type="hidden" name="csrfmiddlewaretoken" value="{get_token(request)}">'


@signed_in
def write(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        SEEN.append(request.POST["text"])
        return HttpResponse(status=204)
    from django.contrib.messages import get_messages

    return HttpResponse(BODY.format(csrf(request)) + " ".join(str(m) for m in get_messages(request)))


@signed_in
def thread(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BODY.format(csrf(request)).replace("post", 'post" action="/kept/reply', 1))


@signed_in
def reply(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204 if request.method == "POST" else 405)


urlpatterns = [
    path("kept/", include([path("write", write), path("thread", thread), path("reply", reply)])),
    *product,
]
TEXT = 'Dear office,\r\n<b>the meter</b> & "I" are tired. Ђ'


@pytest.fixture(autouse=True)
def _addresses(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__
    SEEN.clear()


def lose_session_and_send(client: Client, target: str = "/kept/write", **extra: Any) -> Any:
    client.session.flush()
    return client.post(target, {"subject": "Bill", "text": TEXT, "pin_password": "1234"}, **extra)


def test_the_form_comes_back_filled_and_is_not_sent(inside: Client, cast: Cast) -> None:
    response = lose_session_and_send(inside)
    assert response["Location"] == "/account/sign-in?next=%2Fkept%2Fwrite"
    assert sign_in(inside, "ana@example.rs", next_url="/kept/write")["Location"] == "/kept/write"
    page = inside.get("/kept/write").content.decode()
    assert '<input name="subject" value="Bill">' in page
    assert "&lt;b&gt;the meter&lt;/b&gt; &amp; &quot;I&quot; are tired. Ђ</textarea>" in page
    assert "We kept what you wrote." in page
    assert "1234" not in page
    assert SEEN == []
    inside.post("/kept/write", {"text": TEXT})
    assert SEEN == [TEXT]
    assert not KeptPost.objects.exists()
    assert "the meter" not in inside.get("/kept/write").content.decode()


def test_a_form_that_goes_elsewhere_comes_back_on_its_page(inside: Client, cast: Cast) -> None:
    response = lose_session_and_send(inside, "/kept/reply", headers={"referer": "http://testserver/kept/thread?page=2"})
    assert response["Location"] == "/account/sign-in?next=%2Fkept%2Fthread%3Fpage%3D2"
    sign_in(inside, "ana@example.rs", next_url="/kept/thread?page=2")
    assert 'value="Bill"' in inside.get("/kept/thread?page=2").content.decode()


def test_htmx_is_sent_as_a_whole_page(inside: Client, cast: Cast) -> None:
    response = lose_session_and_send(
        inside, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/kept/thread"}
    )
    assert response.status_code == 200
    assert response["HX-Redirect"] == "/account/sign-in?next=%2Fkept%2Fthread"


def test_a_foreign_referer_is_not_followed(inside: Client, cast: Cast) -> None:
    response = lose_session_and_send(inside, headers={"referer": "https://evil.example/kept/thread"})
    assert response["Location"] == "/account/sign-in?next=%2Fkept%2Fwrite"


def test_it_lies_encrypted_and_its_key_is_not_here(inside: Client, cast: Cast) -> None:
    response = lose_session_and_send(inside)
    row = KeptPost.objects.get()
    assert b"meter" not in bytes(row.body)
    cookie = response.cookies["salter_kept"]
    assert cookie["httponly"]
    assert cookie["max-age"] == 1800
    key = cookie.value.partition(".")[2]
    assert key not in repr(KeptPost.objects.values().get())


def test_somebody_else_never_sees_it(inside: Client, cast: Cast) -> None:
    lose_session_and_send(inside)
    sign_in(inside, "boris@example.rs", next_url="/kept/write")
    assert "meter" not in inside.get("/kept/write").content.decode()


def test_another_browser_never_sees_it(inside: Client, cast: Cast) -> None:
    lose_session_and_send(inside)
    other = Client()
    sign_in(other, "ana@example.rs")
    assert "meter" not in other.get("/kept/write").content.decode()


@pytest.mark.parametrize("cookie", ["", "x", "x.y", "00000000-0000-0000-0000-000000000000.y", "{id}.wrong", "{id}"])
def test_a_made_up_cookie_opens_nothing(inside: Client, cast: Cast, cookie: str) -> None:
    lose_session_and_send(inside)
    sign_in(inside, "ana@example.rs", next_url="/kept/write")
    inside.cookies["salter_kept"] = cookie.format(id=KeptPost.objects.get().pk)
    response = inside.get("/kept/write")
    assert response.status_code == 200
    assert "meter" not in response.content.decode()
    assert inside.post("/kept/write", {"text": "x"}).status_code == 204


def test_after_half_an_hour_it_is_gone(inside: Client, cast: Cast) -> None:
    lose_session_and_send(inside)
    later = timezone.now() + timedelta(minutes=31)
    with time_machine.travel(later, tick=False):
        sign_in(inside, "ana@example.rs", next_url="/kept/write")
        assert "meter" not in inside.get("/kept/write").content.decode()
    assert services.forget_stale(now=later) >= 1
    assert not KeptPost.objects.exists()


def test_too_much_is_not_kept(inside: Client, cast: Cast) -> None:
    inside.session.flush()
    response = inside.post("/kept/write", {"text": "x" * 300_000})
    assert response["Location"].startswith("/account/sign-in")
    assert not KeptPost.objects.exists()


def test_pages_of_accounts_are_not_kept(inside: Client, cast: Cast) -> None:
    inside.session.flush()
    inside.post("/account/password", {"present": "a", "password": "b"})
    assert not KeptPost.objects.exists()


def test_a_guest_who_signs_in_for_the_first_time_gets_his_form(client: Client, cast: Cast) -> None:
    client.post("/kept/write", {"subject": "Bill", "text": TEXT})
    sign_in(client, "ana@example.rs", next_url="/kept/write")
    assert 'value="Bill"' in client.get("/kept/write").content.decode()


def test_signing_out_forgets_it(inside: Client, cast: Cast) -> None:
    lose_session_and_send(inside)
    sign_in(inside, "ana@example.rs")
    response = inside.post("/account/sign-out")
    assert response.cookies["salter_kept"].value == ""
