"""Starts real worker processes quickly: loads the product once and forks a worker for each line on its standard input.

Run by the kill test as `python -m tests.notifications.nursery`; prints the number of each process it starts.
"""

from __future__ import annotations

import os
import signal
import sys
import threading


def main() -> None:
    import django

    django.setup()
    # Loaded before the fork, so that a worker is at work at once.
    import salter.notifications.worker  # noqa: F401

    # Nobody waits for the dead.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for _line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            work()
            os._exit(0)
        print(pid, flush=True)


def work() -> None:
    from salter.notifications import worker

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_args: stop.set())
    worker.run_forever(stop)


if __name__ == "__main__":
    main()
