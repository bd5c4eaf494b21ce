"""Processes are kept alive and ended, with small real programs."""

from __future__ import annotations

import os
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from salter.config import supervisor as module
from salter.config.supervisor import Process, Supervisor


def _program(text: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(text)]


def _note(path: Path) -> dict[str, str]:
    return {"NOTE": str(path)}


def _supervise(processes: list[Process], until: Callable[[], bool], patience_s: float = 15.0) -> list[str]:
    """Run until `until()` holds, then ask to stop, as Ctrl-C would; return what was said."""
    said: list[str] = []
    deadline = time.monotonic() + patience_s

    def tick() -> None:
        if until() or time.monotonic() > deadline:
            supervisor.stop()

    supervisor = Supervisor(processes, say=said.append, each_tick=tick)
    supervisor.run()
    assert time.monotonic() < deadline + patience_s
    return said


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_dies_is_started_again_with_growing_pauses(tmp_path: Path):
    note = tmp_path / "starts"
    dying = Process("worker", _program("import os; open(os.environ['NOTE'], 'a').write('x'); exit(3)"), _note(note))
    said = _supervise([dying], lambda: note.exists() and len(note.read_text()) >= 3)
    assert len(note.read_text()) >= 3
    assert said[:2] == [
        "worker ended with code 3; starting it again in 0.5 s",
        "worker ended with code 3; starting it again in 1 s",
    ]


def test_pauses_have_an_end_and_are_forgotten_after_a_quiet_time(monkeypatch):
    supervisor = Supervisor([], say=lambda _text: None)
    process = Process("p", ["true"], started_at=0.0)
    for _ in range(9):
        supervisor._plan_restart(process, 1, now=1.0)
    assert process.pause_s == module.LONGEST_PAUSE_S
    supervisor._plan_restart(process, 1, now=module.SETTLED_S + 1)
    assert process.start_again_at == module.SETTLED_S + 1 + module.FIRST_PAUSE_S


def test_a_process_that_runs_once_tells_its_end_and_is_not_started_again(tmp_path: Path):
    note, codes = tmp_path / "starts", []
    once = Process(
        "loader",
        _program("import os; open(os.environ['NOTE'], 'a').write('x'); exit(7)"),
        _note(note),
        forever=False,
        after=codes.append,
    )
    began = time.monotonic()
    said = _supervise([once], lambda: bool(codes) and time.monotonic() - began > 1.5)
    assert (codes, note.read_text(), said) == ([7], "x", [])


def test_all_are_asked_to_stop_and_may_finish(tmp_path: Path):
    note = tmp_path / "note"
    polite = """
        import os, signal, time
        def finish(*_):
            time.sleep(0.3)
            open(os.environ['NOTE'], 'a').write('finished ')
            raise SystemExit
        signal.signal(signal.SIGTERM, finish)
        open(os.environ['NOTE'], 'a').write('up ')
        while True: time.sleep(1)
    """
    processes = [Process(name, _program(polite), _note(note)) for name in ("a", "b")]
    _supervise(processes, lambda: note.exists() and note.read_text().count("up") == 2)
    assert note.read_text().count("finished") == 2


def test_the_stubborn_are_killed_with_all_that_they_started(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE_S", 0.5)
    note = tmp_path / "pids"
    stubborn = """
        import os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])
        open(os.environ['NOTE'], 'w').write(f'{os.getpid()} {child.pid}\\n')
        while True: time.sleep(1)
    """
    _supervise([Process("s", _program(stubborn), _note(note))], lambda: note.exists() and "\n" in note.read_text())
    deadline = time.monotonic() + 5
    pids = [int(pid) for pid in note.read_text().split()]
    # The grandchild is reaped by whoever adopts orphans; until then it is a zombie.
    while time.monotonic() < deadline and any(_is_alive(pid) and not _is_zombie(pid) for pid in pids):
        time.sleep(0.05)
    assert [pid for pid in pids if _is_alive(pid) and not _is_zombie(pid)] == []


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_stops_and_the_handlers_are_put_back(number: signal.Signals):
    before = signal.getsignal(number)
    process = Process("sleeper", _program("import time; time.sleep(600)"))
    threading.Timer(0.6, os.kill, [os.getpid(), number]).start()
    supervisor = Supervisor([process], say=lambda _text: None)
    supervisor.run()
    assert process.running is not None
    assert process.running.poll() == -signal.SIGTERM
    assert signal.getsignal(number) == before


def test_ctrl_c_of_the_terminal_reaches_only_the_supervisor(tmp_path: Path):
    """Each process has a session of its own, so the terminal's signal can't end it past the supervisor."""
    note = tmp_path / "session"
    program = _program("import os, time; open(os.environ['NOTE'], 'w').write(f'{os.getsid(0)}\\n'); time.sleep(600)")
    _supervise([Process("p", program, _note(note))], lambda: note.exists() and "\n" in note.read_text())
    assert int(note.read_text()) != os.getsid(0)
