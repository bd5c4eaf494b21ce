"""Addresses of databases are taken apart and put together without loss."""

import pytest

from salter.config.database_url import BadDatabaseUrl, DatabaseUrl


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://salter_app:secret@127.0.0.1:5433/salter",
        "postgresql://app:a%2Fb%40c%3A%23@db.example.rs:5432/salter%20two?sslmode=verify-full&connect_timeout=3",
        "postgresql://app@localhost:5432/salter",
        "postgresql://app:pw@[::1]:5432/salter",
        "postgresql://app:pw@:5432/salter?host=%2Fvar%2Frun%2Fpostgresql",
    ],
)
def test_what_is_parsed_is_written_again(text: str):
    assert DatabaseUrl.parse(str(DatabaseUrl.parse(text))) == DatabaseUrl.parse(text)


def test_parts_are_unquoted():
    url = DatabaseUrl.parse("postgres://us%40er:p%3Aw%2F@db:6000/na%20me?sslmode=require")
    assert url == DatabaseUrl("us@er", "p:w/", "db", 6000, "na me", (("sslmode", "require"),))
    assert url.django()["OPTIONS"] == {"sslmode": "require"}
    assert url.libpq()["sslmode"] == "require"


def test_a_socket_folder_may_be_the_host():
    assert DatabaseUrl.parse("postgresql:///salter?host=/run/postgresql").host == "/run/postgresql"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mysql://root:hidden@localhost/x", "only PostgreSQL"),
        ("sqlite:///x.db", "only PostgreSQL"),
        ("postgresql://u:hidden@localhost", "names no database"),
        ("postgresql://u:hidden@localhost:port/x", "not a number"),
        ("", "only PostgreSQL"),
    ],
)
def test_a_wrong_address_is_refused_without_repeating_its_password(text: str, says: str):
    with pytest.raises(BadDatabaseUrl, match=says) as refusal:
        DatabaseUrl.parse(text)
    assert "hidden" not in str(refusal.value)
