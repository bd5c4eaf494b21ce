"""`salter run` as a person starts it: real processes, a database of its own, Ctrl-C."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120  # a busy build server; nothing here is measured

pytestmark = pytest.mark.xdist_group("start")


def _free_ports() -> int:
    """A port whose successor is free as well, for the live process."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return int(port)


def _until(holds: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError(f"not within {PATIENCE_S} s: {what}")


class Product:
    """One `salter run` in a group of its own, as a terminal would start it."""

    def __init__(self, var: Path, *options: str, scheme: str = "http") -> None:
        self.port = _free_ports()
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.var = var
        self.log = var.with_name(f"output-{self.port}")
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "SALTER_", "DJANGO_"))}
        environment |= {"SALTER_VAR": str(var), "PYTHONPATH": str(ROOT / "src")}
        with self.log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "salter.config.cli", "run", "--port", str(self.port), *options],
                env=environment,
                cwd=var,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def status(self, path: str) -> int:
        context = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(self.url + path, timeout=10, context=context) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def wait_until_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.said()
            return "is open" in self.said() and self.status("/readyz") == 200

        _until(ready, f"ready\n{self.said()}")

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def member(self, word: str) -> psutil.Process:
        """The child whose command line ends with `word`."""
        found = [p for p in psutil.Process(self.process.pid).children() if " ".join(p.cmdline()).endswith(word)]
        return found[0]

    def has_other(self, word: str, pid: int) -> bool:
        children = psutil.Process(self.process.pid).children()
        return any(p.pid != pid and " ".join(p.cmdline()).endswith(word) for p in children)

    def postmaster(self) -> psutil.Process:
        (notes,) = self.var.glob("postgres/postmaster.pid")
        return psutil.Process(int(notes.read_text().split()[0]))

    def press_ctrl_c(self) -> int:
        """The terminal signals the whole foreground group at once."""
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(PATIENCE_S)


@pytest.fixture
def var() -> Iterator[Path]:
    """A data folder below one that the database's system user may enter, as pytest's own are not."""
    place = Path(tempfile.mkdtemp(prefix="salter-start-", dir="/tmp"))
    place.chmod(0o755)
    (place / "var").mkdir(mode=0o755)
    yield place / "var"
    for notes in place.glob("var/postgres/postmaster.pid"):
        os.kill(int(notes.read_text().split()[0]), signal.SIGQUIT)
        time.sleep(1)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def start(var: Path) -> Iterator[Callable[..., Product]]:
    products: list[Product] = []

    def begin(*options: str, **more: str) -> Product:
        products.append(Product(var, *options, **more))
        return products[-1]

    yield begin
    for product in products:
        if product.process.poll() is None:
            os.killpg(product.process.pid, signal.SIGTERM)
            product.process.wait(30)


def test_a_life_of_the_product(start: Callable[..., Product], var: Path, capsys):
    """First start, deaths of its parts, Ctrl-C, a kill, the second start, Ctrl-C."""
    product = start()
    product.wait_until_ready()
    assert product.status("/healthz") == 200

    # A worker that dies is started again.
    worker = product.member("worker")
    worker.kill()
    _until(lambda: not worker.is_running(), "the worker is dead")
    _until(lambda: re.search(r"worker ended with code -9; starting it again", product.said()), "the death is told")
    _until(lambda: product.has_other("worker", worker.pid), "another worker")

    # The database goes down and comes back: pages work at the first request after it, the worker soon.
    product.postmaster().send_signal(signal.SIGINT)
    _until(lambda: "PostgreSQL ended; starting it again" in product.said(), "the fall is noticed")
    _until(lambda: product.status("/readyz") == 200, f"ready again\n{product.said()}")
    assert [product.status("/readyz") for _ in range(20)] == [200] * 20
    assert product.status("/healthz") == 200

    # Ctrl-C ends everything and leaves nothing behind; the database is the last.
    family, postmaster = product.family(), product.postmaster()
    assert len(family) >= 3
    code = product.press_ctrl_c()
    assert code == 0, product.said()
    _gone, alive = psutil.wait_procs([*family, postmaster], timeout=10)
    assert alive == []
    assert product.said().rstrip().endswith("Stopped; PostgreSQL follows.")
    log = (var / "postgres" / "server.log").read_text()
    assert log.rstrip().endswith("database system is shut down")
    # Nobody was cut off: all had closed their connections before the server was told to stop.
    assert "terminating connection due to administrator command" not in log.rsplit("fast shutdown request", 1)[1]
    assert "Traceback" not in product.said(), product.said()

    # A start that nothing had changed for.
    again = start()
    again.wait_until_ready()
    assert "Bringing the database up to date" not in again.said()
    assert "Preparing the static files" not in again.said()
    with capsys.disabled():
        print(f"\nsecond start: {re.search(r'after ([0-9.]+) s', again.said())[1]} s to the first page")

    # The supervisor is killed: its processes end, the database stays and is adopted by the next start.
    family, postmaster = again.family(), again.postmaster()
    again.process.kill()
    again.process.wait()
    _gone, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert postmaster.is_running()
    third = start()
    third.wait_until_ready()
    assert third.postmaster().pid == postmaster.pid
    assert third.press_ctrl_c() == 0
    assert psutil.wait_procs([postmaster], timeout=10)[1] == []


def test_tls_from_1_2_on_and_nothing_older(start: Callable[..., Product], var: Path):
    certificate, key = _certificate(var.parent)
    product = start("--certificate", str(certificate), "--key", str(key), scheme="https")
    product.wait_until_ready()

    def offer(version: ssl.TLSVersion) -> str | None:
        context = ssl._create_unverified_context()
        context.minimum_version = context.maximum_version = version
        plain = socket.create_connection(("127.0.0.1", product.port), timeout=10)
        with context.wrap_socket(plain) as secured:
            return secured.version()

    assert offer(ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert offer(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.warns(DeprecationWarning, match="TLSv1_1"), pytest.raises(ssl.SSLError):
        offer(ssl.TLSVersion.TLSv1_1)
    with urllib.request.urlopen(
        product.url + "/healthz", timeout=10, context=ssl._create_unverified_context()
    ) as answer:
        assert "max-age" in answer.headers["Strict-Transport-Security"]
    assert product.press_ctrl_c() == 0


def _certificate(folder: Path) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "counter.example")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "certificate.pem", folder / "key.pem"
