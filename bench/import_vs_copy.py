"""A CSV of a million invoices against a plain COPY of the same rows.

    python bench/import_vs_copy.py [--rows 1000000] [--keep]

Budget: the load takes at most 4 times the COPY, and less than 1.5 GB of memory. Both fill the same kind of table: an
identical one, with every constraint, index and foreign key of the invoices, gets the finished rows by COPY.
The load is the whole of it: a process of its own, reading, checking, merging, booking, recording.

Needs DATABASE_URL and DATABASE_APP_URL of a server on which the owner may create a database; that database is dropped.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src")]

MOST_TIMES = 4.0
MOST_MEMORY = 1.5 * 1024**3
CUSTOMERS = 40_000
DATABASE = "salter_bench_import"

CUSTOMER_HEAD = (
    "Šifra kupca;Naziv kupca;Vrsta;Ulica i broj;Poštanski broj;Mesto;Merno mesto;Broj merača;Tarifna grupa\n"
)
INVOICE_HEAD = (
    "Broj računa;Šifra kupca;Datum izdavanja;Rok plaćanja;Period od;Period do;Staro stanje;Novo stanje;"
    "Potrošnja m3;Energija kWh;Osnovica;PDV;Ukupno;Poziv na broj\n"
)


def number_of(customer: int) -> str:
    return str(1_100_000 + 7 * customer)


def amount(minor: int) -> str:
    return f"{minor // 100},{minor % 100:02}"


def customers() -> Iterator[str]:
    yield CUSTOMER_HEAD
    for i in range(CUSTOMERS):
        number = number_of(i)
        place = f"Žike Ljubina {i % 300};21000;Novi Sad;RS-NS-{number};G{number}"
        yield f"{number};Đurđica Šarić {i};F;{place};Mala potrošnja\n"


def invoices(rows: int) -> Iterator[str]:
    yield INVOICE_HEAD
    for i in range(rows):
        customer, month = i % CUSTOMERS, i // CUSTOMERS
        number = number_of(customer)
        start = date(2024 + month // 12, month % 12 + 1, 1)
        end = (start + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        issued = end + timedelta(days=5)
        used = 10 + (i * 7919) % 300
        net = used * 4785
        vat = net // 10
        base = f"{number}{start:%Y%m}"
        control = 98 - int(base) * 100 % 97
        state = 1000 + (i * 31) % 90000
        yield (
            f"{start:%Y-%m}-{number};{number};{issued:%d.%m.%Y.};{issued + timedelta(days=16):%d.%m.%Y.};"
            f"{start:%d.%m.%Y.};{end:%d.%m.%Y.};{state};{state + used};{used};{used}{amount(i % 100)[-3:]};"
            f"{amount(net)};{amount(vat)};{amount(net + vat)};97 {control:02} {base}\n"
        )


def write(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="cp1250", newline="") as file:
        file.writelines(lines)


def run_import(register: str, path: Path) -> tuple[float, int, dict[str, object]]:
    """Seconds, largest resident memory in bytes, and the result."""
    command = [sys.executable, "-m", "django", "import_register", register, str(path), "--institution", "bench"]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    watched, most = psutil.Process(process.pid), 0
    assert process.stdout is not None
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    out = process.stdout.read()
    process.wait()
    return time.perf_counter() - started, most, json.loads(out)


def plain_copy(owner: str, rows: Path) -> float:
    """Seconds of a COPY of the finished rows into a table with the same columns, indexes, checks and foreign keys."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_invoice (LIKE billing_invoice INCLUDING ALL)")
        keys = connection.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = 'billing_invoice'::regclass AND contype = 'f'"
        ).fetchall()
        for name, definition in keys:
            connection.execute(
                sql.SQL("ALTER TABLE bench_invoice ADD CONSTRAINT {} {}").format(
                    sql.Identifier(f"bench_{name}"[:63]), sql.SQL(definition)
                )
            )
        names = stored_columns(connection)
        # A checkpoint in the middle would make either side look slower than it is.
        started = time.perf_counter()
        with (
            rows.open("rb") as file,
            connection.cursor() as cursor,
            cursor.copy(f"COPY bench_invoice ({names}) FROM STDIN (FORMAT csv)") as copy,
        ):
            while data := file.read(1 << 20):
                copy.write(data)
        return time.perf_counter() - started


def stored_columns(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    found = connection.execute(
        "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'billing_invoice'::regclass "
        "AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
    ).fetchall()
    return ", ".join(str(name) for (name,) in found)


def export(owner: str, rows: Path) -> None:
    """Write what the load made of the file, as rows that COPY takes."""
    with psycopg.connect(owner, autocommit=True) as connection, rows.open("wb") as file:
        names = stored_columns(connection)
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY (SELECT {names} FROM billing_invoice ORDER BY id) TO STDOUT (FORMAT csv)") as copy,
        ):
            for part in copy:
                file.write(part)


def checkpoint(owner: str) -> None:
    """Start each side with clean buffers, as far as the server lets us."""
    with psycopg.connect(owner, autocommit=True) as connection:
        try:
            connection.execute("CHECKPOINT")
        except psycopg.errors.InsufficientPrivilege:
            time.sleep(2)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help="leave the database standing")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "salter.config.settings"
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    from salter.config.database_url import DatabaseUrl

    server = DatabaseUrl.parse(os.environ["DATABASE_URL"])
    owner = server.database(DATABASE)
    application = DatabaseUrl.parse(os.environ.get("DATABASE_APP_URL", str(owner))).database(DATABASE)
    with psycopg.connect(str(server.database("postgres")), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {DATABASE} TEMPLATE template0")
    os.environ["DATABASE_URL"], os.environ["DATABASE_APP_URL"] = str(owner), str(application)
    try:
        return measure(str(owner), application.user, options.rows)
    finally:
        if not options.keep:
            with psycopg.connect(str(server.database("postgres")), autocommit=True) as admin:
                admin.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


PREPARE = """
import django, sys
django.setup()
from salter.config import roles
roles.migrate(sys.argv[1], verbosity=0)
from salter.institutions import registry
from salter.institutions.models import Institution
Institution.objects.create(
    slug="bench", name={"en": "Bench"}, counter_name={"en": "Bench"}, languages=["sr-latn", "en"],
    default_language="en", modules=sorted(registry.modules),
)
"""


def measure(owner: str, application: str, rows: int) -> int:
    subprocess.run(
        [sys.executable, "-c", PREPARE, application], check=True, cwd=ROOT, env={**os.environ, "SALTER_AS": "owner"}
    )
    with tempfile.TemporaryDirectory() as folder:
        people, bills, finished = Path(folder, "kupci.csv"), Path(folder, "racuni.csv"), Path(folder, "rows.csv")
        write(people, customers())
        write(bills, invoices(rows))
        seconds, memory, result = run_import("customers", people)
        print(f"customers: {result['created']:,} created in {seconds:.1f} s, {memory / 2**20:.0f} MB")
        checkpoint(owner)
        load_s, memory, result = run_import("invoices", bills)
        if result["created"] != rows:
            print(f"only {result['created']} of {rows} invoices were created: {result['findings'][:3]}")  # type: ignore[index]
            return 1
        export(owner, finished)
        checkpoint(owner)
        copy_s = plain_copy(owner, finished)
        again_s, again_memory, result = run_import("invoices", bills)
    ratio = load_s / copy_s
    print(f"invoices: {rows:,} rows, {memory / 2**20:.0f} MB")
    print(f"  plain COPY     {copy_s:7.1f} s")
    print(f"  import         {load_s:7.1f} s")
    print(f"  same again     {again_s:7.1f} s, {result['unchanged']:,} unchanged, {again_memory / 2**20:.0f} MB")
    print(f"  ratio          {ratio:7.2f}   (at most {MOST_TIMES})")
    print(f"  memory         {max(memory, again_memory) / 2**30:7.2f} GB (at most {MOST_MEMORY / 2**30})")
    return 0 if ratio <= MOST_TIMES and max(memory, again_memory) <= MOST_MEMORY else 1


if __name__ == "__main__":
    sys.exit(main())
