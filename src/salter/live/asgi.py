"""`salter live`: server-sent events for signed-in people.

    GET /live/events?channel=inbox:gas&channel=import:gas:ID
    event: change
    data: {"channels": ["inbox:gas"]}

The person is known by the session cookie, which browsers send to every port of a host. A stream ends with the session.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salter.config.settings")
django.setup()

from asgiref.sync import sync_to_async  # noqa: E402 Django must be set up before anything of ours is read
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user  # noqa: E402
from django.db import close_old_connections  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.utils.module_loading import import_string  # noqa: E402

from salter.live import channels, origins  # noqa: E402
from salter.live.bus import Bus, Subscription  # noqa: E402

__all__ = ["application"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SIGN_OF_LIFE_S = 20.0  # proxies close what stays silent for a minute
SESSION_CHECK_S = 60.0
MOST_STREAMS_OF_A_PERSON = 12

_bus = Bus(settings.SALTER_LISTEN_PARAMETERS, channels.NOTIFY_CHANNEL, channels.announced)
_streams: Counter[Any] = Counter()


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI door."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http":
        await _answer(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    listening: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            listening = asyncio.create_task(_bus.run())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if listening:
                listening.cancel()
                with suppress(asyncio.CancelledError):
                    await listening
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if scope["path"] == "/healthz":
        await _plain(send, 200 if _bus.is_listening else 503, "listening" if _bus.is_listening else "deaf")
        return
    if scope["path"] != "/live/events":
        await _plain(send, 404, "not found")
        return
    if scope["method"] != "GET":
        await _plain(send, 405, "GET only")
        return
    origin = headers.get("origin", "")
    if origin and not origins.is_ours(origin):
        await _plain(send, 403, "foreign page")
        return
    cors = _cors(origin)
    wanted = parse_qs(scope["query_string"].decode("latin-1")).get("channel", [])[: channels.MOST_CHANNELS]
    user, topics = await sync_to_async(_find, thread_sensitive=False)(headers.get("cookie", ""), wanted)
    if user is None:
        await _plain(send, 401, "sign in", cors)
    elif not topics:
        await _plain(send, 404, "no such channel", cors)
    elif _streams[user.pk] >= MOST_STREAMS_OF_A_PERSON:
        await _plain(send, 429, "too many streams", cors)
    elif not _bus.is_listening:
        await _plain(send, 503, "ask /live/state", cors)
    else:
        _streams[user.pk] += 1
        try:
            await _stream(receive, send, Subscription(topics), headers.get("cookie", ""), cors)
        finally:
            _streams[user.pk] -= 1
            if not _streams[user.pk]:
                del _streams[user.pk]


async def _stream(
    receive: Receive, send: Send, subscription: Subscription, cookie: str, cors: list[tuple[bytes, bytes]]
) -> None:
    _bus.subscribe(subscription)
    gone = asyncio.create_task(_until_gone(receive))
    loop = asyncio.get_running_loop()
    try:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream; charset=utf-8"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),  # a proxy must not gather events
                    *cors,
                ],
            }
        )
        await send({"type": "http.response.body", "body": b"retry: 3000\n\n", "more_body": True})
        checked_at = loop.time()
        while not gone.done():
            waiting = asyncio.ensure_future(subscription.next(SIGN_OF_LIFE_S))
            await asyncio.wait({waiting, gone}, return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                waiting.cancel()
                break
            woken = waiting.result()
            if loop.time() - checked_at > SESSION_CHECK_S:
                checked_at = loop.time()
                user, _topics = await sync_to_async(_find, thread_sensitive=False)(cookie, [])
                if user is None:
                    break
            body = f"event: change\ndata: {json.dumps({'channels': woken})}\n\n" if woken else ": still here\n\n"
            await send({"type": "http.response.body", "body": body.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()
        _bus.unsubscribe(subscription)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _find(cookie: str, wanted: list[str]) -> tuple[Any | None, dict[str, str]]:
    """The person of the session cookie, and each channel that he may follow with its topic."""
    try:
        morsel = SimpleCookie(cookie).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return None, {}
    if morsel is None:
        return None, {}
    close_old_connections()
    try:
        request = HttpRequest()
        request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(morsel.value)
        user = get_user(request)
        if not user.is_authenticated:
            return None, {}
        found = {channel: channels.topic(user, channel) for channel in wanted}  # type: ignore[arg-type]
        return user, {channel: topic for channel, topic in found.items() if topic}
    finally:
        # A thread of this process lives long; its connection goes back to the pool after each question.
        from django.db import connections

        connections.close_all()


def _cors(origin: str) -> list[tuple[bytes, bytes]]:
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    ]


async def _plain(send: Send, status: int, text: str, headers: list[tuple[bytes, bytes]] | None = None) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"text/plain; charset=utf-8"),
                (b"cache-control", b"no-store"),
                *(headers or []),
            ],
        }
    )
    await send({"type": "http.response.body", "body": text.encode()})
