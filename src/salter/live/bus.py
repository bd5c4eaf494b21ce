"""One LISTEN connection, shared by every open page."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from psycopg import sql

log = logging.getLogger(__name__)

EVERYBODY = "*"
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
PROBE_S = 30.0


class Subscription:
    """What one page waits for. Topics that woke are remembered once each, so a slow page holds no queue."""

    def __init__(self, topics: Mapping[str, str]) -> None:
        """`topics` gives each channel of the page its topic; several channels may share one."""
        self.channels: dict[str, set[str]] = defaultdict(set)
        for channel, topic in topics.items():
            self.channels[topic].add(channel)
        self._woken: set[str] = set()
        self._event = asyncio.Event()

    def wake(self, topic: str) -> None:
        self._woken.update(*(self.channels.values() if topic == EVERYBODY else [self.channels[topic]]))
        self._event.set()

    async def next(self, patience_s: float) -> list[str]:
        """The channels that woke, or an empty list after `patience_s`."""
        try:
            await asyncio.wait_for(self._event.wait(), patience_s)
        except TimeoutError:
            return []
        self._event.clear()
        woken, self._woken = sorted(self._woken), set()
        return woken


class Bus:
    """Passes the database's announcements on to subscriptions; lives through restarts of the database."""

    def __init__(self, parameters: Mapping[str, Any], channel: str, understand: Callable[[str], str | None]) -> None:
        self._parameters, self._channel, self._understand = parameters, channel, understand
        self._subscriptions: dict[str, set[Subscription]] = defaultdict(set)
        self.is_listening = False

    def subscribe(self, subscription: Subscription) -> None:
        for topic in subscription.channels:
            self._subscriptions[topic].add(subscription)

    def unsubscribe(self, subscription: Subscription) -> None:
        for topic in subscription.channels:
            self._subscriptions[topic].discard(subscription)
            if not self._subscriptions[topic]:
                del self._subscriptions[topic]

    def announce(self, topic: str) -> None:
        if topic == EVERYBODY:
            for subscription in set().union(*self._subscriptions.values()):
                subscription.wake(EVERYBODY)
            return
        for subscription in self._subscriptions.get(topic, ()):
            subscription.wake(topic)

    async def run(self) -> None:
        """Listen until cancelled. What was announced while we were deaf is made good by waking everybody."""
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**self._parameters, autocommit=True) as connection:
                    await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(self._channel)))
                    self.is_listening, pause_s = True, FIRST_PAUSE_S
                    self.announce(EVERYBODY)
                    while True:
                        async for notice in connection.notifies(timeout=PROBE_S):
                            if topic := self._understand(notice.payload):
                                self.announce(topic)
                        # A connection that a firewall forgot looks merely silent.
                        await connection.execute("SELECT 1")
            except psycopg.Error as error:
                self.is_listening = False
                log.warning("The live process lost the database (%s); trying again in %g s", error, pause_s)
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
