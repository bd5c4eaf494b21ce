"""What every test stands on: a database migrated by the owner and used as the application role, and no network.

Databases. A template is migrated once and copied, so a test run starts in a second when no migration has changed.
- `db`: the usual transaction that is rolled back, as the application role.
- `scratch_db`: a committed database of the test's own, for several connections, threads or processes. Django's
  `transactional_db` empties tables by TRUNCATE, which append-only tables refuse, so it is refused here by name.
- `owner_connection`: a connection as the owner, to prove what the application role may not do.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from psycopg import sql

from salter.config import roles
from salter.config.database_url import DatabaseUrl
from tests import peers

pytest_plugins = ["tests.cast"]

ROOT = Path(__file__).resolve().parent.parent
DIGEST = "SALTER_TEST_DIGEST"


def pytest_configure(config: pytest.Config) -> None:
    # The controller settles this for its workers, so that an edit during the run doesn't give them different templates.
    os.environ.setdefault(DIGEST, _schema_digest())
    if settings.configured:
        _settle_settings(config)


def _settle_settings(config: pytest.Config) -> None:
    """What a test run keeps, it keeps in a folder of its own; nothing is collected and nothing leaves the machine."""
    folder = Path(tempfile.mkdtemp(prefix="salter-test-"))
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    settings.SALTER_FILES = str(folder / "files")
    settings.SALTER_AUDIT_HEADS = str(folder / "audit-heads.jsonl")
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": settings.SALTER_FILES},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # WhiteNoise warns about a folder that only `salter run` makes.
    settings.STATIC_ROOT = folder / "static"
    settings.STATIC_ROOT.mkdir()
    settings.SALTER_SMTP_URL = ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        mark = item.get_closest_marker("django_db")
        fixtures = getattr(item, "fixturenames", ())
        if "transactional_db" in fixtures or "live_server" in fixtures or (mark and mark.kwargs.get("transaction")):
            raise pytest.UsageError(f"{item.nodeid}: use scratch_db (or site) where committed data is needed.")


def pytest_runtest_setup(item: pytest.Item) -> None:
    peers.settle(item)


def _schema_digest() -> str:
    """Digest of all that shapes a freshly migrated database."""
    source = ROOT / "src" / "salter"
    shaping = re.compile(r"/migrations/|/models|/apps\.py$|/lib/sql\.py$|/config/(settings|roles|apps|checks)\.py$")
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*.py")):
        if shaping.search(path.as_posix()):
            digest.update(path.as_posix().encode() + b"\0" + path.read_bytes())
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


# Network


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves the machine."""
    patch = pytest.MonkeyPatch()

    def local(address: Any) -> bool:
        if not isinstance(address, tuple):  # a path in the file system
            return True
        host = address[0]
        if host in ("localhost", "", "testserver"):
            return True
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return False

    def guard(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if not local(address):
                raise AssertionError(f"A test tried to reach {address!r}; tests stay on this machine.")
            return original(self, address)

        return connect

    patch.setattr(socket.socket, "connect", guard(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", guard(socket.socket.connect_ex))
    yield
    patch.undo()


# Database


@pytest.fixture(autouse=True)
def _forget() -> None:
    """What a process remembers of rows must not outlive the rows, nor one test's language the test."""
    cache.clear()
    translation.activate("en")


@dataclass(frozen=True)
class Server:
    """The database server of this test run: who owns, who works."""

    owner: DatabaseUrl
    application: DatabaseUrl
    prefix: str

    @property
    def template(self) -> str:
        return f"{self.prefix}_t_{os.environ[DIGEST]}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(**self.owner.database(database).libpq(), autocommit=True)  # type: ignore[arg-type]

    def copy_template(self, name: str) -> None:
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(self.template))
            )
            # Privileges on the database itself are not copied.
            for statement in roles.database_statements(roles.Grants(name, self.owner.user, self.application.user)):
                connection.execute(statement)

    def drop(self, name: str) -> None:
        # An owner that is no superuser may end its own sessions alone, so the application ends those of its role.
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(**self.application.database(name).libpq(), autocommit=True) as left,  # type: ignore[arg-type]
        ):
            left.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
            )
        with self.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _point_django_at(url: DatabaseUrl) -> None:
    """Let every connection made from now on, in any thread, go to `url`."""
    from django.db import connection

    connection.close()
    if getattr(connection, "close_pool", None):
        connection.close_pool()
    entry = connection.settings_dict
    options = {k: v for k, v in entry["OPTIONS"].items() if k != "pool"}
    entry.update(url.django() | {"OPTIONS": options | dict(url.options), "CONN_MAX_AGE": 0})


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The server of DATABASE_URL and DATABASE_APP_URL, else a private one under var/test."""
    private = None
    owner, application = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_APP_URL")
    if not (owner and application):
        from salter.config import postgres

        private = postgres.ensure(ROOT / "var" / "test", durable=False)
        owner, application = str(private.owner), str(private.application)
    yield Server(
        DatabaseUrl.parse(owner), DatabaseUrl.parse(application), os.environ.get("SALTER_TEST_DATABASE", "test_salter")
    )
    if private:
        private.stop()  # the last worker that uses it stops it


def _make_template(server: Server) -> None:
    """Migrate the template as the owner, unless one of this schema is there; older ones are dropped."""
    from django.db import connection

    with server.connect() as admin:
        # Workers of one run wait for the first of them; a session lock ends with its connection.
        admin.execute("SELECT pg_advisory_lock(hashtext(%s))", [server.prefix])
        found = admin.execute(
            "SELECT datname, shobj_description(oid, 'pg_database') FROM pg_database WHERE starts_with(datname, %s)",
            [f"{server.prefix}_t_"],
        ).fetchall()
        if (server.template, "migrated") in found:
            return
        for name, _comment in found:
            server.drop(name)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(server.template)))
        _point_django_at(server.owner.database(server.template))
        roles.migrate(server.application.user, verbosity=0)
        connection.close()
        admin.execute(sql.SQL("COMMENT ON DATABASE {} IS 'migrated'").format(sql.Identifier(server.template)))


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: pytest.FixtureRequest, server: Server
) -> Iterator[None]:
    """Replaces pytest-django's: one copied database for each worker, opened as the application role."""
    name = f"{server.prefix}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        _make_template(server)
        server.copy_template(name)
        _point_django_at(server.application.database(name))
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        from django.db import connections

        connections.close_all()
        server.drop(name)


@dataclass(frozen=True)
class ScratchDatabase:
    """A committed database of one test."""

    name: str
    owner: DatabaseUrl
    application: DatabaseUrl


@pytest.fixture
def scratch_db(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any, server: Server
) -> Iterator[ScratchDatabase]:
    """A database of the test's own, where commits are real; close connections of your threads yourself."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        raise pytest.UsageError("A test takes either db or scratch_db: in db nothing is ever committed.")
    from django.db import connection, connections

    before = DatabaseUrl(
        *(str(connection.settings_dict[k]) for k in ("USER", "PASSWORD", "HOST")),
        int(connection.settings_dict["PORT"]),
        str(connection.settings_dict["NAME"]),
    )
    name = f"{server.prefix}_s_{uuid.uuid4().hex[:10]}"
    server.copy_template(name)
    scratch = ScratchDatabase(name, server.owner.database(name), server.application.database(name))
    with django_db_blocker.unblock():
        _point_django_at(scratch.application)
        try:
            yield scratch
        finally:
            connections.close_all()
            _point_django_at(before)
            server.drop(name)


@pytest.fixture
def owner_connection(
    request: pytest.FixtureRequest, django_db_setup: None, server: Server
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection as the owner to the database that Django uses now; it commits each statement."""
    if "scratch_db" in request.fixturenames:
        request.getfixturevalue("scratch_db")
    from django.db import connection

    with server.connect(str(connection.settings_dict["NAME"])) as owner:
        yield owner


class Site:
    """The product served from this process, on the scratch database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __str__(self) -> str:
        return self.url


@pytest.fixture
def site(scratch_db: ScratchDatabase) -> Iterator[Site]:
    """A running web server for a real browser, on committed data."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler
    from django.db import connections
    from django.test.testcases import LiveServerThread

    thread = LiveServerThread("127.0.0.1", StaticFilesHandler)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield Site(f"http://127.0.0.1:{thread.port}")
    thread.terminate()
    connections.close_all()


# The browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """One headless Chromium for all journeys, whose tests carry the marks `journey` and `peer("chromium")`."""
    from playwright.sync_api import sync_playwright

    # Playwright's synchronous interface runs an event loop in this thread, so Django suspects an asynchronous caller.
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=peers.chromium(), args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        yield chromium
        chromium.close()
    patch.undo()


class Troubles(list[str]):
    """What went wrong in the browser unseen: errors of scripts, breaches of the content policy, requests abroad."""


@pytest.fixture
def new_page(browser: Any, site: Site) -> Iterator[Callable[..., Any]]:
    """Makes a page in a context of its own (another person); fails the test when a page had troubles.

    Options are those of playwright's `new_context`: `viewport`, `color_scheme`, `java_script_enabled`, `locale`.
    """
    contexts: list[Any] = []
    troubles = Troubles()

    def make(**options: Any) -> Any:
        context = browser.new_context(base_url=site.url, reduced_motion="reduce", **options)
        contexts.append(context)

        def at_home(route: Any) -> None:
            if route.request.url.startswith((site.url, "data:", "blob:")):
                route.continue_()
            else:
                troubles.append(f"request abroad: {route.request.url}")
                route.abort()

        context.route("**/*", at_home)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda message: (
                troubles.append(f"{page.url}: {message.text}")
                # A refused form comes back as 422, which the browser reports as if it were a fault.
                if message.type == "error" and "status of 4" not in message.text
                else None
            ),
        )
        return page

    yield make
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)


@pytest.fixture
def page(new_page: Callable[..., Any]) -> Any:
    """One page at 1280 by 900."""
    return new_page(viewport={"width": 1280, "height": 900})
