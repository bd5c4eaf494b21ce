"""The command line refuses in one sentence and never with a stack trace."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from salter.config import cli, roles

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch):
    for name in ("DATABASE_URL", "DATABASE_APP_URL"):
        monkeypatch.delenv(name, raising=False)


def test_without_a_command_the_commands_are_listed(capsys):
    assert cli.main([]) == 2
    printed = capsys.readouterr().out
    for command in ("run", "demo", "migrate", "roles", "worker", "live", "import", "audit verify"):
        assert command in printed


def test_roles_prints_sql(capsys):
    assert cli.main(["roles", "--database", "counter"]) == 0
    assert capsys.readouterr().out == roles.script(roles.Grants("counter"))


@pytest.mark.parametrize(
    ("arguments", "environment", "says"),
    [
        (["run", "--certificate", "x.pem"], {}, "--certificate and --key belong together"),
        (["migrate"], {"DATABASE_URL": "mysql://root@localhost/x"}, "only PostgreSQL is supported"),
        (["check"], {"DATABASE_APP_URL": "postgresql://a@localhost"}, "names no database"),
        (["migrate"], {"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/x"}, "the database can't be reached"),
    ],
)
def test_refusals_say_what_to_do(arguments, environment, says, capsys, monkeypatch):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cli.main(arguments) == 1
    assert says in capsys.readouterr().err


def test_a_taken_port_is_named_before_anything_starts(capsys, monkeypatch):
    def never(*_arguments):
        raise AssertionError("the database was started for nothing")

    monkeypatch.setattr(cli.postgres, "ensure", never)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert cli.main(["run", "--port", str(port)]) == 1
    assert f"Port {port} on 127.0.0.1 can't be used" in capsys.readouterr().err


def test_the_owner_alone_is_not_enough_where_it_may_make_no_role(scratch_db, owner_connection, capsys, monkeypatch):
    """With only DATABASE_URL the application role is made if that is allowed, else asked for."""
    monkeypatch.setenv("DATABASE_URL", str(scratch_db.application))  # may make no role
    monkeypatch.setenv("SALTER_VAR", "/nonexistent")
    assert cli.main(["migrate"]) == 1
    assert "DATABASE_APP_URL is missing" in capsys.readouterr().err


def test_two_words_name_a_command(scratch_db):
    environment = os.environ | {
        "DATABASE_URL": str(scratch_db.owner),
        "DATABASE_APP_URL": str(scratch_db.application),
        "PYTHONPATH": str(ROOT / "src"),
        "DJANGO_SETTINGS_MODULE": "salter.config.settings",
    }
    done = subprocess.run(
        [sys.executable, "-m", "salter.config.cli", "audit", "verify"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"faults": []' in done.stdout


def test_an_administrator_opens_the_first_institution(scratch_db, monkeypatch):
    from django.core.management import CommandError, call_command

    from salter.institutions import selectors
    from salter.staff import selectors as staff

    monkeypatch.setenv("SALTER_ADMIN_PASSWORD", "kisobran-i-lampa")
    words = ["admin", "voda", "--email", "Admin@voda.example", "--name", "Vida Admin", "--counter", "Voda"]
    call_command(*words)
    institution = selectors.get_institution("voda")
    assert institution.counter_name == {"sr-latn": "Voda"}
    (membership,) = staff.list_colleagues(institution=institution, today=selectors.today(institution, _now()))
    assert (membership.role, membership.user.email) == ("administrator", "admin@voda.example")
    assert membership.user.check_password("kisobran-i-lampa")

    monkeypatch.setenv("SALTER_ADMIN_PASSWORD", "short")
    with pytest.raises(CommandError, match="at least 8"):
        call_command("admin", "voda", "--email", "b@voda.example", "--name", "B")
    monkeypatch.setenv("SALTER_ADMIN_PASSWORD", "kisobran-i-lampa")
    with pytest.raises(CommandError, match="slug"):
        call_command("admin", "healthz", "--email", "b@voda.example", "--name", "B")


def _now():
    from django.utils import timezone

    return timezone.now()
