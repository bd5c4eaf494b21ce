"""Reads a database address (postgresql://user:password@host:port/name?option=value) and writes one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

__all__ = ["BadDatabaseUrl", "DatabaseUrl"]


class BadDatabaseUrl(ValueError):
    """The address doesn't name a PostgreSQL database."""


@dataclass(frozen=True)
class DatabaseUrl:
    """One address, taken apart."""

    user: str
    password: str
    host: str
    port: int
    name: str
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> DatabaseUrl:
        """Take `text` apart.

        Raises: BadDatabaseUrl, with a sentence that names what is missing but never repeats the password.
        """
        parts = urlsplit(text)
        if parts.scheme not in ("postgres", "postgresql"):
            raise BadDatabaseUrl("A database address begins with postgresql://; only PostgreSQL is supported.")
        name = unquote(parts.path.lstrip("/"))
        if not name:
            raise BadDatabaseUrl("The database address names no database: postgresql://user:password@host:5432/NAME")
        options = dict(parse_qsl(parts.query))
        # libpq also takes the host as an option, which is how a socket folder is given.
        host = unquote(parts.hostname or "") or options.pop("host", "")
        try:
            port = parts.port or 5432
        except ValueError as error:
            raise BadDatabaseUrl("The port in the database address is not a number.") from error
        return cls(
            unquote(parts.username or ""), unquote(parts.password or ""), host, port, name, tuple(options.items())
        )

    def __str__(self) -> str:
        query = f"?{urlencode(self.options)}" if self.options else ""
        host, options = f"[{self.host}]" if ":" in self.host else quote(self.host, safe=".-_"), query
        if self.host.startswith("/"):
            host, options = "", f"?{urlencode([('host', self.host), *self.options])}"
        secret = f":{quote(self.password, safe='')}" if self.password else ""
        return (
            f"postgresql://{quote(self.user, safe='')}{secret}@{host}:{self.port}/{quote(self.name, safe='')}{options}"
        )

    def database(self, name: str) -> DatabaseUrl:
        """The same server and user, another database."""
        return replace(self, name=name)

    def login(self, user: str, password: str) -> DatabaseUrl:
        """The same database, another user."""
        return replace(self, user=user, password=password)

    def django(self) -> dict[str, object]:
        """The part of Django's DATABASES entry that says where the database is and who signs in."""
        return {
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": str(self.port),
            "OPTIONS": dict(self.options),
        }

    def libpq(self) -> dict[str, object]:
        """Keyword arguments for psycopg.connect."""
        return {
            "dbname": self.name,
            "user": self.user,
            "password": self.password,
            "host": self.host,
            "port": self.port,
            **dict(self.options),
        }
