"""Pages of a signed-in customer against a bare page of the same server.

    python bench/pages.py [--rounds 10] [--seconds 1.0] [--connections 4]

Budget: home, bill list, case list and one bill are each served at least half as often as a bare Jinja2 page with the
same server, middleware, session and one indexed query (the person by his key), and ask the database at most 6 times.
Both are pages of one running server, started as `salter run` starts it, so nothing else differs. Each round asks for
every page in turn; a ratio is the median of the rounds' own ratios, because a machine is never equally fast for long.

Needs DATABASE_URL and DATABASE_APP_URL of a server on which the owner may create a database; that database is dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

LEAST_RATIO = 0.5
MOST_QUERIES = 6
WARM_UP_S = 6.0
DATABASE = "salter_bench_pages"


@dataclass(frozen=True)
class Site:
    """Where the pages are and who reads them."""

    port: int
    cookie: str
    pages: dict[str, str]
    queries: dict[str, int]


class Reader:
    """One browser's connection, kept open. Written on a socket, so that the client isn't what is measured."""

    def __init__(self, site: Site) -> None:
        self._socket = socket.create_connection(("127.0.0.1", site.port), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""

    def read(self, request: bytes) -> None:
        """Ask once and take the whole answer. **Raises** RuntimeError when it isn't the page."""
        self._socket.sendall(request)
        data = self._rest
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.split(b"\r\n", 1)[0].decode())
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        while len(data) < end + 4 + length:
            data += self._more()
        self._rest = data[end + 4 + length :]

    def _more(self) -> bytes:
        part = self._socket.recv(1 << 16)
        if not part:
            raise RuntimeError("the server closed the connection")
        return part

    def close(self) -> None:
        self._socket.close()


def request_for(site: Site, page: str) -> bytes:
    lines = [f"GET {site.pages[page]} HTTP/1.1", f"Host: 127.0.0.1:{site.port}", f"Cookie: {site.cookie}"]
    return "\r\n".join([*lines, "Accept-Language: en", "", ""]).encode()


def pages_per_second(readers: list[Reader], request: bytes, seconds: float) -> float:
    """Ask over every connection at once for so long."""
    counts = [0] * len(readers)
    failures: list[BaseException] = []
    begun = time.perf_counter()
    until = begun + seconds

    def work(number: int) -> None:
        try:
            while time.perf_counter() < until:
                readers[number].read(request)
                counts[number] += 1
        except (OSError, RuntimeError) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(readers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / (time.perf_counter() - begun)


def measure(site: Site, *, rounds: int, seconds: float, connections: int) -> bool:
    """Print rate, ratio and queries of each page; return whether all kept their limits."""
    requests = {page: request_for(site, page) for page in site.pages}
    readers = [Reader(site) for _number in range(connections)]
    try:
        warm_until = time.perf_counter() + WARM_UP_S
        while time.perf_counter() < warm_until:
            for request in requests.values():
                pages_per_second(readers, request, 0.3)
        rates: dict[str, list[float]] = {page: [] for page in site.pages}
        for _round in range(rounds):
            for page, request in requests.items():
                rates[page].append(pages_per_second(readers, request, seconds))
    finally:
        for reader in readers:
            reader.close()
    print(f"at least {LEAST_RATIO} of the bare page, at most {MOST_QUERIES} queries")
    print(f"{'page':<10} {'a second':>9} {'ratio':>6} {'queries':>8}")
    kept = True
    for page, found in rates.items():
        ratio = statistics.median(own / bare for own, bare in zip(found, rates["bare"], strict=True))
        fits = ratio >= LEAST_RATIO and site.queries[page] <= MOST_QUERIES
        kept = kept and fits
        rate = statistics.median(found)
        print(f"{page:<10} {rate:9.0f} {ratio:6.2f} {site.queries[page]:8}{'' if fits else '   NOT within its limits'}")
    return kept


@contextmanager
def database() -> Iterator[None]:
    """Let the environment name a database of this bench's own."""
    from salter.config.database_url import DatabaseUrl

    server = DatabaseUrl.parse(os.environ["DATABASE_URL"])
    application = DatabaseUrl.parse(os.environ["DATABASE_APP_URL"])
    with psycopg.connect(str(server.database("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    os.environ["DATABASE_URL"] = str(server.database(DATABASE))
    os.environ["DATABASE_APP_URL"] = str(application.database(DATABASE))
    try:
        yield
    finally:
        with psycopg.connect(str(server.database("postgres")), autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def salter(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "salter.config.cli", *words], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def server(port: int) -> Iterator[None]:
    """Serve the pages as `salter run` does."""
    from salter.config import cli

    options = cli._parser().parse_args(["run", "--port", str(port)])  # noqa: SLF001
    process = subprocess.Popen(cli.web_command(options), cwd=ROOT)
    try:
        for _try in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if process.poll() is not None:
                raise SystemExit("the server ended")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait(20)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each page is asked for in a round")
    parser.add_argument("--connections", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database():
        os.environ["SALTER_VAR"] = folder
        os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{ROOT}"
        os.environ["DJANGO_SETTINGS_MODULE"] = "salter.config.settings"
        salter("migrate", "--verbosity", "0")
        salter("collect")
        salter("load_demo")
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench._pages.settings"
        probe = subprocess.run(
            [sys.executable, "-m", "bench._pages.probe"], check=True, cwd=ROOT, capture_output=True, text=True
        )
        site = Site(free_port(), **json.loads(probe.stdout))
        with server(site.port):
            kept = measure(site, rounds=options.rounds, seconds=options.seconds, connections=options.connections)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
