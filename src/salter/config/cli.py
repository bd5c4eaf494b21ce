"""`salter`: the one command. It finds the database, then starts the product or one of its commands.

What isn't named here is a command of an app: `salter import …`, `salter audit verify` and all of Django's own.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from salter.config import catalogues, postgres, prepare, roles
from salter.config.database_url import BadDatabaseUrl, DatabaseUrl
from salter.config.supervisor import Process, Supervisor

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = "salter.config.settings"


class Refused(Exception):
    """The command can't go on; the text says why and what to do."""


def var() -> Path:
    """The folder of everything that this installation keeps."""
    return Path(os.environ.get("SALTER_VAR", ROOT / "var"))


def say(text: str) -> None:
    """To the person at the terminal; stdout belongs to the commands' results."""
    print(text, file=sys.stderr, flush=True)


# The database


@contextmanager
def database() -> Iterator[postgres.Server | None]:
    """Let DATABASE_URL and DATABASE_APP_URL name a running database; yield the private server, if it is ours."""
    if os.environ.get("DATABASE_URL") or os.environ.get("DATABASE_APP_URL"):
        _complete_addresses()
        yield None
        return
    server = postgres.ensure(var())
    os.environ.update(server.environment())
    try:
        yield server
    finally:
        server.stop()


def _complete_addresses() -> None:
    """Find or make the application role when only the owner's address was given."""
    given, application = os.environ.get("DATABASE_URL"), os.environ.get("DATABASE_APP_URL")
    for text in filter(None, (given, application)):
        DatabaseUrl.parse(text)
    if application and not given:
        # A web machine needs no owner: it serves and doesn't migrate.
        return
    if application or not given:
        return
    owner = DatabaseUrl.parse(given)
    notes = var() / "application-role.json"
    key = f"{owner.host}:{owner.port}"
    passwords = json.loads(notes.read_text()) if notes.exists() else {}
    with psycopg.connect(**owner.libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        may = connection.execute(
            "SELECT rolsuper OR rolcreaterole, EXISTS (SELECT FROM pg_roles WHERE rolname = %s) FROM pg_roles"
            " WHERE rolname = current_user",
            [roles.APPLICATION],
        ).fetchone()
        allowed, exists = may or (False, False)
        if not exists and allowed:
            passwords[key] = postgres.new_password()
            postgres.write_private(notes, json.dumps(passwords))
            connection.execute(roles.create_role(roles.APPLICATION, passwords[key]))
    if key not in passwords:
        raise Refused(
            f"DATABASE_APP_URL is missing: the address of the same database for the role {roles.APPLICATION}, which"
            " works and owns nothing. `salter roles` prints the SQL that makes it."
        )
    os.environ["DATABASE_APP_URL"] = str(owner.login(roles.APPLICATION, passwords[key]))


def _owner() -> DatabaseUrl | None:
    text = os.environ.get("DATABASE_URL")
    return DatabaseUrl.parse(text) if text else None


def _application() -> DatabaseUrl:
    return DatabaseUrl.parse(os.environ["DATABASE_APP_URL"])


# Commands


def run(options: argparse.Namespace) -> int:
    """Start everything and stay until Ctrl-C."""
    began = time.monotonic()
    demo = options.command == "demo"
    scheme = "https" if options.certificate else "http"
    if bool(options.certificate) != bool(options.key):
        raise Refused("--certificate and --key belong together.")
    live_port = options.live_port or options.port + 1
    for port in (options.port, live_port):
        _refuse_taken(options.host, port)
    shown = "127.0.0.1" if options.host in ("0.0.0.0", "::", "") else options.host  # noqa: S104
    address = f"{scheme}://{shown}:{options.port}"
    os.environ.setdefault("SALTER_BASE_URL", address)
    os.environ.setdefault("SALTER_LIVE_PORT", str(live_port))
    if options.host not in ("127.0.0.1", "localhost"):
        os.environ.setdefault("SALTER_HOSTS", f"127.0.0.1,localhost,[::1],{shown},{socket.gethostname()}")
    if demo:
        os.environ.setdefault("SALTER_DEMO", "1")
    with database() as server:
        _prepare()
        _refuse_wrong_role()
        processes = _processes(options, live_port)
        if demo and (loader := _demo_loader()):
            processes.append(loader)
        supervisor = Supervisor(processes, say=say, each_tick=_Watch(address, server, began, demo=demo))
        supervisor.run()
        say("Stopped." if server is None else "Stopped; PostgreSQL follows.")
    return 0


def web_command(options: argparse.Namespace) -> list[str]:
    """Return the command that serves the pages; the bench starts the very same."""
    command = [*_granian(options), "--port", str(options.port), "--interface", "wsgi"]
    command += ["--workers", str(options.web_processes)]
    if options.web_processes > 1:
        # One that dies is replaced while the others serve; a single one ends granian, which is then started again.
        command += ["--respawn-failed-workers", "--respawn-interval", "1"]
    return [*command, "--blocking-threads", str(options.threads), "salter.config.wsgi:application"]


def _granian(options: argparse.Namespace) -> list[str]:
    granian = [sys.executable, "-m", "granian", "--host", options.host, "--log-level", "error", "--no-ws"]
    # An open stream would block stopping for good.
    granian += ["--workers-kill-timeout", "2"]
    if options.certificate:
        # Old phones know no TLS 1.3, which is granian's own lowest.
        granian += ["--ssl-certificate", options.certificate, "--ssl-keyfile", options.key]
        granian += ["--ssl-protocol-min", "tls1.2"]
    return granian


def _processes(options: argparse.Namespace, live_port: int) -> list[Process]:
    live = [*_granian(options), "--port", str(live_port), "--interface", "asgi", "--workers", "1"]
    return [
        Process("web", web_command(options)),
        Process("worker", [sys.executable, "-m", "salter.config.cli", "worker"]),
        Process("live", [*live, "salter.live.asgi:application"]),
    ]


class _Watch:
    """What the supervisor does between two looks: announce the first page once, and keep our PostgreSQL alive."""

    def __init__(self, address: str, server: postgres.Server | None, began: float, *, demo: bool) -> None:
        self._address, self._server, self._began, self._demo = address, server, began, demo
        self._announced = False
        self._looked_at = time.monotonic()

    def __call__(self) -> None:
        if not self._announced and _answers(f"{self._address}/healthz"):
            self._announced = True
            took = time.monotonic() - self._began
            say(f"\n  Šalter is open: {self._address}/   (after {took:.1f} s; Ctrl-C stops it)\n")
            if self._demo:
                _print_sign_ins()
        if self._server and time.monotonic() - self._looked_at > 2:
            self._looked_at = time.monotonic()
            if not self._server.is_running():
                say("PostgreSQL ended; starting it again")
                self._server.revive()


def _answers(url: str) -> bool:
    context = ssl.create_default_context()
    # Only our own process is asked, on this machine, and its certificate carries the public name.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=2, context=context) as answer:  # noqa: S310 an address made by us
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _refuse_taken(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} on {host} can't be used ({error.strerror}). Choose another: --port 8100"
            ) from error


def _prepare() -> None:
    """Do what this version needs and the database or the folder don't have yet, in one process that ends."""
    catalogues.compile_changed()
    owner = _owner()
    todo = []
    if owner and not prepare.is_migrated(owner):
        todo.append("migrate")
    if not prepare.is_collected(var()):
        todo.append("collect")
    for task in todo:
        say({"migrate": "Bringing the database up to date …", "collect": "Preparing the static files …"}[task])
        _in_child(task)


def _in_child(task: str) -> None:
    """The supervisor stays free of Django: each task has a process of its own."""
    words = {"migrate": ["migrate", "--verbosity", "0"]}.get(task, [task])
    code = subprocess.run([sys.executable, "-m", "salter.config.cli", *words], check=False).returncode
    if code:
        raise Refused(f"{task} failed; nothing was started.")


def _refuse_wrong_role() -> None:
    with psycopg.connect(**_application().libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        problems = roles.problems(lambda query: connection.execute(query.encode()).fetchall())
    for problem in problems:
        say(f"{problem.id}: {problem.message} {problem.hint}")
    if any(problem.fatal for problem in problems):
        raise Refused("The database doesn't keep its promises; nothing was started.")


def _has_command(name: str) -> bool:
    return any((ROOT / "src" / "salter").glob(f"*/management/commands/{name}.py"))


def _demo_loader() -> Process | None:
    """The process that fills an empty database, beside the running product."""
    owner = _owner()
    if owner is None or not _has_command("load_demo") or prepare.read_notes(owner).get("demo") == "loaded":
        return None

    def note(code: int) -> None:
        if code == 0:
            prepare.write_notes(owner, demo="loaded")
            say("The demo data is loaded.")
        else:
            say(f"Loading the demo data ended with code {code}; the next start tries again.")

    say("Loading the demo data in the background …")
    command = [sys.executable, "-m", "salter.config.cli", "load_demo"]
    return Process("demo data", command, forever=False, after=note)


def _print_sign_ins() -> None:
    """Who can sign in to the demo; the demo app keeps the list as plain data, so no Django is needed."""
    try:
        from salter.demo import sign_ins
    except ImportError:
        return
    for line in sign_ins.lines():
        say(f"  {line}")


def migrate(options: argparse.Namespace) -> int:
    """Bring the database up to date, as the owner."""
    with database():
        owner = _owner()
        if owner is None:
            raise Refused("`salter migrate` needs DATABASE_URL, the address of the owner.")
        prepare.migrate(owner, _application().user, verbosity=options.verbosity)
    return 0


def collect(options: argparse.Namespace) -> int:
    """Prepare the static files."""
    prepare.collect_static(var())
    return 0


def print_roles(options: argparse.Namespace) -> int:
    """Print the SQL that makes roles and database on a managed server."""
    print(roles.script(roles.Grants(options.database, options.owner, options.application)), end="")
    return 0


def worker(options: argparse.Namespace) -> int:
    """Run jobs and send messages until stopped."""
    with database():
        from salter.config import worker as program

        return program.run()


def live(options: argparse.Namespace) -> int:
    """Push events to browsers."""
    with database():
        os.environ.setdefault("SALTER_LIVE_PORT", str(options.port))
        command = [sys.executable, "-m", "granian", "--interface", "asgi", "--host", options.host, "--port"]
        command += [
            str(options.port),
            "--workers",
            "1",
            "--workers-kill-timeout",
            "2",
            "--no-ws",
            "--log-level",
            "warning",
        ]
        child = subprocess.Popen([*command, "salter.live.asgi:application"])
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                continue  # the child heard it too and is stopping


def messages(options: argparse.Namespace) -> int:
    """Extract, merge and compile the catalogues of texts."""
    for folder, missing in catalogues.update().items():
        print(f"{folder}: {missing} texts without a translation")
    catalogues.compile_changed()
    return 0


def delegate(arguments: Sequence[str]) -> int:
    """A command of an app, or one of Django's. Two words may name it: `audit verify` is audit_verify."""
    from django.core.management import execute_from_command_line

    words = list(arguments)
    if len(words) > 1 and _has_command(f"{words[0]}_{words[1]}"):
        words[:2] = [f"{words[0]}_{words[1]}"]
    with database():
        catalogues.compile_changed()
        execute_from_command_line(["salter", *words])
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="salter",
        description="One counter for every institution.",
        epilog="Further commands: import, audit verify, admin, shell, … (`salter help` lists all of them).",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    def add(name: str, act: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(act=act)
        return command

    for name, text in (("run", "start everything"), ("demo", "start everything with demo institutions")):
        command = add(name, run, text)
        command.add_argument("--host", default=os.environ.get("SALTER_HOST", "127.0.0.1"))
        command.add_argument("--port", type=int, default=int(os.environ.get("SALTER_PORT", "8000")))
        command.add_argument(
            "--live-port", type=int, help="for events pushed to browsers; default: the port after --port"
        )
        command.add_argument("--certificate", metavar="FILE", help="serve TLS with this certificate (PEM)")
        command.add_argument("--key", metavar="FILE", help="its private key (PKCS#8)")
        command.add_argument("--web-processes", type=int, default=max(1, min(4, (os.cpu_count() or 2) // 2)))
        command.add_argument("--threads", type=int, default=4, help="pages served at once by each web process")
    command = add("migrate", migrate, "bring the database up to date, as the owner")
    command.add_argument("-v", "--verbosity", type=int, default=1)
    add("collect", collect, "prepare the static files")
    command = add("roles", print_roles, "print the SQL that makes the two database roles")
    command.add_argument("--database", default="salter")
    command.add_argument("--owner", default=roles.OWNER)
    command.add_argument("--application", default=roles.APPLICATION)
    add("worker", worker, "run jobs and send messages")
    command = add("live", live, "push events to browsers")
    command.add_argument("--host", default="127.0.0.1")
    command.add_argument("--port", type=int, default=8001)
    add("messages", messages, "extract, merge and compile the texts")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    known = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices  # noqa: SLF001
    try:
        if words and not words[0].startswith("-") and words[0] not in known:
            return delegate(words)
        options = parser.parse_args(words)
        if options.command is None:
            parser.print_help()
            return 2
        return int(options.act(options))
    except (Refused, postgres.NoPostgres, BadDatabaseUrl) as refusal:
        say(f"salter: {refusal}")
        return 1
    except psycopg.OperationalError as error:
        say(f"salter: the database can't be reached: {error}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
