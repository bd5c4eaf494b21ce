"""Keeps the processes of one installation alive, and stops them in the right order.

The supervisor itself is small: it never loads Django, so it starts at once and has nothing in it that could fail.
Each process gets a session of its own, because Ctrl-C reaches every process of the terminal's group: the supervisor
alone hears it, and PostgreSQL outlives the last of them.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
SETTLED_S = 30.0  # alive for so long: the next death is a new one and not the same trouble
PATIENCE_S = 12.0  # a job or a page may finish; then it is killed
TICK_S = 0.2


@dataclass
class Process:
    """One program that should be running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    forever: bool = True  # False: runs once, and its end is no death
    after: Callable[[int], None] | None = None  # told the exit code of a program that runs once
    running: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float | None = 0.0
    pause_s: float = FIRST_PAUSE_S

    def start(self) -> None:
        self.running = subprocess.Popen(
            self.command,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 one thread
        )
        self.started_at = time.monotonic()
        self.start_again_at = None

    def signal(self, number: int) -> None:
        """Send a signal to the process, and SIGKILL to all that it started as well."""
        if self.running is None or self.running.poll() is not None:
            return
        try:
            if number == signal.SIGKILL:
                os.killpg(self.running.pid, number)
            else:
                self.running.send_signal(number)
        except ProcessLookupError:
            return


def _die_with_parent() -> None:
    """Let the kernel end the child when the supervisor is killed and can't do it any more."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


class Supervisor:
    """Starts processes, restarts those that die with growing pauses, until told to stop."""

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        say: Callable[[str], None],
        each_tick: Callable[[], None] = lambda: None,
    ) -> None:
        self.processes = list(processes)
        self._say = say
        self._each_tick = each_tick
        self._stopping = False
        self._impatient = False
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_write, False)

    def run(self) -> None:
        """Return when a signal asked to stop and every process has ended."""
        before = {n: signal.signal(n, self._on_signal) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            while not self._stopping:
                self._start_due()
                self._each_tick()
                select.select([self._wake_read], [], [], TICK_S)
            self._stop_all()
        finally:
            for process in self.processes:
                process.signal(signal.SIGKILL)
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask to stop, as a signal would."""
        self._stopping = True
        os.write(self._wake_write, b".")

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._impatient = self._stopping  # a second Ctrl-C
        self.stop()

    def _start_due(self) -> None:
        now = time.monotonic()
        for process in list(self.processes):
            if process.running is not None and (code := process.running.poll()) is not None:
                process.running = None
                if not process.forever:
                    self.processes.remove(process)
                    if process.after:
                        process.after(code)
                    continue
                self._plan_restart(process, code, now)
            if process.start_again_at is not None and now >= process.start_again_at and process.running is None:
                process.start()

    def _plan_restart(self, process: Process, code: int, now: float) -> None:
        if now - process.started_at > SETTLED_S:
            process.pause_s = FIRST_PAUSE_S
        process.start_again_at = now + process.pause_s
        self._say(f"{process.name} ended with code {code}; starting it again in {process.pause_s:g} s")
        process.pause_s = min(process.pause_s * 2, LONGEST_PAUSE_S)

    def _stop_all(self) -> None:
        for process in self.processes:
            process.signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_S
        while any(p.running is not None and p.running.poll() is None for p in self.processes):
            if self._impatient or time.monotonic() > deadline:
                for process in self.processes:
                    process.signal(signal.SIGKILL)
            time.sleep(0.05)
