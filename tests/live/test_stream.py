"""The live process: real announcements of a real database, to signed-in people only."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, connections

from salter.accounts.models import User
from salter.live import asgi, channels
from salter.live.bus import Bus, Subscription
from salter.notifications import registry, services
from tests.cast import NOW, make_cast


class Page:
    """A browser's page that follows the stream."""

    def __init__(
        self, *names: str, cookie: str = "", path: str = "/live/events", method: str = "GET", origin: str = ""
    ):
        self.status = 0
        self.headers: dict[str, str] = {}
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self._left = asyncio.Event()
        headers = [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={cookie}".encode())] if cookie else []
        headers += [(b"origin", origin.encode())] if origin else []
        query = urlencode([("channel", name) for name in names]).encode()
        self._scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": headers}
        self.task: asyncio.Task[None] | None = None

    async def open(self) -> Page:
        self.task = asyncio.create_task(asgi.application(self._scope, self._receive, self._send))
        for _ in range(200):
            if self.status or self.task.done():
                break
            await asyncio.sleep(0.05)
        return self

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            await self.heard.put(message.get("body", b""))

    async def change(self) -> list[str]:
        """The channels of the next event."""
        while True:
            body = (await asyncio.wait_for(self.heard.get(), 20)).decode()
            if body.startswith("event: change"):
                return list(json.loads(body.split("data: ", 1)[1])["channels"])

    async def leave(self) -> None:
        self._left.set()
        if self.task:
            await asyncio.wait_for(self.task, 20)


def _sign_in(user: Any) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


@pytest.fixture
def live(scratch_db, monkeypatch) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Runs a scene beside a live process that listens to the scratch database."""
    bus = Bus(scratch_db.application.libpq(), channels.NOTIFY_CHANNEL, channels.announced)
    monkeypatch.setattr(asgi, "_bus", bus)

    def play(scene: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            listening = asyncio.create_task(bus.run())
            for _ in range(200):
                if bus.is_listening:
                    break
                await asyncio.sleep(0.05)
            try:
                await asyncio.wait_for(scene(), 60)
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)

        asyncio.run(run())

    return play


def _notify(scratch_db: Any, kind: str, key: object) -> None:
    with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as writer:
        writer.execute("SELECT pg_notify('salter_live', %s)", [json.dumps({"kind": kind, "id": str(key)})])


def test_a_change_wakes_its_own_page_and_no_other(live, scratch_db):
    cast = make_cast()
    ana, boris = _sign_in(cast.ana), _sign_in(cast.boris)

    async def scene() -> None:
        his = await Page("inbox:gas", "inbox:heat", cookie=ana).open()
        other = await Page("inbox:gas", cookie=boris).open()
        assert (his.status, other.status) == (200, 200)
        assert his.headers["content-type"].startswith("text/event-stream")
        assert his.headers["cache-control"] == "no-store"
        await asyncio.to_thread(_notify, scratch_db, "inbox", cast.ana.pk)
        assert await his.change() == ["inbox:gas", "inbox:heat"]
        # Boris hears of his own change and of nothing before it.
        await asyncio.to_thread(_notify, scratch_db, "inbox", cast.boris.pk)
        assert await other.change() == ["inbox:gas"]
        assert other.heard.empty()
        await his.leave()
        await other.leave()

    live(scene)
    assert not asgi._bus._subscriptions
    assert not asgi._streams


@pytest.fixture
def hello(monkeypatch) -> str:
    """A template of the test's own."""
    monkeypatch.setattr(registry, "_templates", dict(registry._templates))
    registry.template("tests.hello", subject="Hello", body="Hello {person}")
    return "tests.hello"


def test_a_message_wakes_its_reader_and_so_does_its_reading(live, scratch_db, hello):
    """The trigger speaks, whoever writes; the page in the other window hears that the message was read."""
    cast = make_cast()
    ana, boris = _sign_in(cast.ana), _sign_in(cast.boris)

    def write() -> Any:
        try:
            return services.notify(institution=cast.gas, template=hello, user=cast.ana, context={}, now=NOW)[0]
        finally:
            connections.close_all()

    def read(message: Any) -> None:
        services.mark_read(user=cast.ana, message=message, now=NOW)
        connections.close_all()

    async def scene() -> None:
        page = await Page("inbox:gas", cookie=ana).open()
        other = await Page("inbox:gas", cookie=boris).open()
        message = await asyncio.to_thread(write)
        assert await page.change() == ["inbox:gas"]
        await asyncio.to_thread(read, message)
        assert await page.change() == ["inbox:gas"]
        await page.leave()
        await other.leave()
        assert not [body for body in _drain(other) if body.startswith(b"event")]

    live(scene)


def _drain(page: Page) -> list[bytes]:
    found = []
    while not page.heard.empty():
        found.append(page.heard.get_nowait())
    return found


def test_a_statement_that_reaches_many_wakes_everybody_once(scratch_db, hello):
    cast = make_cast()
    people = [cast.ana, *(User.objects.create(name=f"P{n}", email=f"p{n}@example.com") for n in range(60))]
    with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as listener:
        listener.execute("LISTEN salter_live")
        services.notify_all(institution=cast.gas, template=hello, users=people[:3], context={}, now=NOW)
        few = [notice.payload for notice in listener.notifies(timeout=2, stop_after=3)]
        services.notify_all(institution=cast.gas, template=hello, users=people, context={}, now=NOW)
        many = [notice.payload for notice in listener.notifies(timeout=2)]
    assert sorted(channels.announced(payload) for payload in few) == sorted(f"inbox:{p.pk}" for p in people[:3])
    assert many == ["*"]


def test_what_nobody_waits_for_is_not_announced(scratch_db, hello):
    """The worker's own changes of a message's state are no news to its reader."""
    cast = make_cast()
    (message, *_rest) = services.notify(institution=cast.gas, template=hello, user=cast.ana, context={}, now=NOW)
    with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as listener:
        listener.execute("LISTEN salter_live")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE notifications_message SET attempts = attempts + 1")
        assert [notice.payload for notice in listener.notifies(timeout=1)] == []
    assert message.is_head


@pytest.mark.parametrize(
    ("page", "status"),
    [
        (lambda _key: Page("inbox:gas"), 401),
        (lambda _key: Page("inbox:gas", cookie="made-up"), 401),
        (lambda _key: Page("inbox:gas", cookie="a=b; ;;=; \x01"), 401),
        (lambda key: Page("inbox:nowhere", cookie=key), 404),
        (lambda key: Page(cookie=key), 404),
        (lambda key: Page("inbox:gas", cookie=key, path="/gas/"), 404),
        (lambda key: Page("inbox:gas", cookie=key, method="POST"), 405),
        (lambda key: Page("inbox:gas", cookie=key, origin="http://evil.example"), 403),
        (lambda _key: Page(path="/healthz"), 200),
    ],
)
def test_who_is_refused(live, scratch_db, page: Callable[[str], Page], status: int):
    cast = make_cast()
    visit = page(_sign_in(cast.ana))

    async def scene() -> None:
        await visit.open()
        assert visit.status == status
        assert "access-control-allow-origin" not in visit.headers
        await visit.leave()

    live(scene)


def test_a_page_of_ours_may_read_across_the_port(live, scratch_db, settings):
    settings.SALTER_BASE_URL = "http://127.0.0.1:8000"
    cast = make_cast()
    page = Page("inbox:gas", cookie=_sign_in(cast.ana), origin="http://127.0.0.1:8000")

    async def scene() -> None:
        await page.open()
        assert page.status == 200
        assert page.headers["access-control-allow-origin"] == "http://127.0.0.1:8000"
        assert page.headers["access-control-allow-credentials"] == "true"
        await page.leave()

    live(scene)


def test_a_stream_ends_with_its_session(live, scratch_db, monkeypatch):
    monkeypatch.setattr(asgi, "SIGN_OF_LIFE_S", 0.2)
    monkeypatch.setattr(asgi, "SESSION_CHECK_S", 0.3)
    cast = make_cast()
    key = _sign_in(cast.ana)

    def sign_out() -> None:
        SessionStore(session_key=key).delete()
        connections.close_all()

    async def scene() -> None:
        page = await Page("inbox:gas", cookie=key).open()
        await asyncio.sleep(0.7)
        assert page.task is not None
        assert not page.task.done()
        await asyncio.to_thread(sign_out)
        await asyncio.wait_for(page.task, 10)

    live(scene)


def test_one_person_holds_only_so_many_streams(live, scratch_db, monkeypatch):
    monkeypatch.setattr(asgi, "MOST_STREAMS_OF_A_PERSON", 2)
    cast = make_cast()
    key = _sign_in(cast.ana)

    async def scene() -> None:
        pages = [await Page("inbox:gas", cookie=key).open() for _ in range(3)]
        assert [page.status for page in pages] == [200, 200, 429]
        await pages[0].leave()
        again = await Page("inbox:gas", cookie=key).open()
        assert again.status == 200
        for page in (pages[1], again):
            await page.leave()

    live(scene)


def test_after_the_database_was_away_everybody_looks_again(live, scratch_db, monkeypatch):
    cast = make_cast()
    key = _sign_in(cast.ana)

    def cut_off() -> None:
        with psycopg.connect(**scratch_db.application.libpq(), autocommit=True) as same_role:
            same_role.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
            )

    async def scene() -> None:
        page = await Page("inbox:gas", cookie=key).open()
        await asyncio.to_thread(cut_off)
        assert await page.change() == ["inbox:gas"]
        await asyncio.to_thread(_notify, scratch_db, "inbox", cast.ana.pk)
        assert await page.change() == ["inbox:gas"]
        await page.leave()

    live(scene)


def test_a_slow_page_hears_of_each_channel_once():
    async def scene() -> None:
        subscription = Subscription({"a": "t1", "b": "t2"})
        for _ in range(1000):
            subscription.wake("t1")
        assert await subscription.next(1) == ["a"]
        assert await subscription.next(0.05) == []
        subscription.wake("*")
        assert await subscription.next(1) == ["a", "b"]

    asyncio.run(scene())
