"""The register of customers: who has which customer number, as the back office knows it.

Whose data a row holds is decided by checked identifiers: a person with three supply points is one party with three
customer numbers. What a file doesn't say is left as it is. When both name and identifier of a known customer number
change, another person holds it now: he becomes a party of his own, so that nobody sees the bills of his predecessor.
"""

# ruff: noqa: S608 - what is put together are names declared in code; values of files go in as data.

from __future__ import annotations

import polars as pl
from django.utils.translation import gettext_lazy as _

from salter.imports.types import Column, ColumnType, Context, Merged, Reason, Register, Stage
from salter.lib.searchkeys import search_key, sort_key

__all__ = ["CUSTOMERS"]

# In this order a row's identifiers decide who it is about; the company number has no check digit and decides nothing.
_IDENTIFYING = ("jmbg", "embg", "cnp", "pesel", "pib", "edb", "cf", "nip")
_KINDS = (*_IDENTIFYING, "regon", "mb")
_OF_COMPANIES = ("pib", "edb", "cf", "nip", "regon", "mb")

SAME_NUMBER = Reason(
    "same number, other data", _("This customer number stands in this file once more, with other data.")
)

_PARTY_TEXTS = ("address", "postcode", "city", "phone", "mobile", "email")
_CUSTOMER_TEXTS = ("supply_point", "meter_serial", "tariff_group")


def _derive(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Add the keys to sort and to search by, and the kind of party."""
    names = frame["name"].unique().to_list()
    keys = pl.DataFrame(
        {
            "name": names,
            "sort_key": [sort_key(name, context.alphabet)[:400] for name in names],
            "search_key": [search_key(name)[:600] for name in names],
        },
        schema={"name": pl.String, "sort_key": pl.String, "search_key": pl.String},
    )
    company = pl.any_horizontal(pl.lit(False), *(pl.col(c).is_not_null() for c in _OF_COMPANIES if c in frame.columns))
    person = pl.any_horizontal(
        pl.lit(False), *(pl.col(c).is_not_null() for c in _IDENTIFYING[:4] if c in frame.columns)
    )
    guessed = pl.when(company & ~person).then(pl.lit("company")).otherwise(pl.lit("person"))
    kind = pl.coalesce("kind", guessed) if "kind" in frame.columns else guessed
    return frame.join(keys, on="name", how="left", maintain_order="left").with_columns(kind.alias("party_kind"))


def _merge(stage: Stage) -> Merged:
    stage.refuse_repeats(key="number", differs=(), otherwise=SAME_NUMBER)
    _plan(stage)
    _choose_parties(stage)
    _add_parties(stage)
    _change_parties(stage)
    _keep_identifiers(stage)
    values = {"party_id": "p.party_id"} | {
        name: f"coalesce(s.{name}, '')" for name in _CUSTOMER_TEXTS if stage.has(name)
    }
    old, new = ", ".join(f"c.{name}" for name in values), ", ".join(values.values())
    stage.execute(
        f"INSERT INTO parties_changed SELECT s.line FROM {stage.table} s JOIN parties_plan p USING (line) "
        f"JOIN parties_customer c ON c.id = p.customer_id WHERE ({old}) IS DISTINCT FROM ({new})"
    )
    merged = stage.upsert(
        table="parties_customer",
        key={"number": "s.number"},
        values=values,
        joins="JOIN parties_plan p ON p.line = s.line",
        on_insert={name: "''" for name in _CUSTOMER_TEXTS if name not in values}
        | {"activation_digest": "''", "created_at": "%(now)s", "changed_at": "%(now)s"},
        on_update={"changed_at": "%(now)s"},
    )
    [(updated,)] = stage.rows(
        "SELECT count(DISTINCT line) FROM parties_changed JOIN parties_plan USING (line) WHERE customer_id IS NOT NULL"
    )
    return Merged(merged.created, updated)


def _plan(stage: Stage) -> None:
    """Lay out every row with its identifiers, the customer it names and the party that its identifiers name."""
    stage.execute("DROP TABLE IF EXISTS parties_idents, parties_plan, parties_new, parties_first, parties_changed")
    kinds = ", ".join(
        f"('{kind}', s.{kind}, {rank}, {str(kind in _IDENTIFYING).lower()})"
        for rank, kind in enumerate(_KINDS)
        if stage.has(kind)
    )
    stage.execute(
        "CREATE TEMP TABLE parties_idents "
        "(line bigint, kind text, value text, rank int, decides boolean) ON COMMIT DROP"
    )
    if kinds:
        stage.execute(
            "INSERT INTO parties_idents SELECT s.line, i.kind, i.value, i.rank, i.decides "
            f"FROM {stage.table} s CROSS JOIN LATERAL (VALUES {kinds}) i(kind, value, rank, decides) "
            "WHERE i.value IS NOT NULL"
        )
    stage.execute(
        f"""
        CREATE TEMP TABLE parties_plan ON COMMIT DROP AS
        SELECT s.line, s.number, c.id AS customer_id, c.party_id AS old_party, m.party_id AS party_id, k.person_key
        FROM {stage.table} s
        LEFT JOIN parties_customer c ON c.institution_id = %(institution)s AND c.number = s.number
        LEFT JOIN (
            SELECT DISTINCT ON (x.line) x.line, i.party_id
            FROM parties_idents x JOIN {stage.table} s USING (line)
            JOIN parties_partyidentifier i
                ON i.institution_id = %(institution)s AND i.kind = x.kind AND i.value = x.value
            JOIN parties_party p ON p.id = i.party_id
            LEFT JOIN parties_customer c ON c.institution_id = %(institution)s AND c.number = s.number
            WHERE x.decides
            -- A branch bears its company's number: the party that has this customer number already comes first.
            ORDER BY x.line, x.rank, (i.party_id IS NOT DISTINCT FROM c.party_id) DESC, p.parent_id NULLS FIRST,
                i.party_id
        ) m ON m.line = s.line
        LEFT JOIN (
            SELECT DISTINCT ON (line) line, kind || ':' || value AS person_key
            FROM parties_idents WHERE decides ORDER BY line, rank
        ) k ON k.line = s.line
        """
    )
    stage.execute("CREATE TEMP TABLE parties_changed (line bigint) ON COMMIT DROP")
    stage.execute("ANALYZE parties_plan")


def _choose_parties(stage: Stage) -> None:
    """Keep the party of a known customer number, unless another person holds it now."""
    stage.execute(
        f"""
        UPDATE parties_plan p SET party_id = p.old_party
        FROM {stage.table} s, parties_party o
        WHERE s.line = p.line AND o.id = p.old_party AND p.party_id IS NULL
            AND NOT (o.search_key <> s.search_key AND EXISTS (
                SELECT FROM parties_idents x JOIN parties_partyidentifier i
                    ON i.party_id = p.old_party AND i.kind = x.kind AND i.value <> x.value
                WHERE x.line = p.line AND x.decides))
        """
    )
    # Rows about the same person go to the same party, whichever of them was known.
    stage.execute(
        """
        UPDATE parties_plan p SET party_id = known.party_id
        FROM (SELECT DISTINCT ON (person_key) person_key, party_id FROM parties_plan
              WHERE party_id IS NOT NULL AND person_key IS NOT NULL ORDER BY person_key, number) known
        WHERE p.party_id IS NULL AND p.person_key = known.person_key
        """
    )


def _add_parties(stage: Stage) -> None:
    """Make one party for all rows about the same person; the one with the lowest customer number tells his data."""
    stage.execute(
        f"""
        CREATE TEMP TABLE parties_new ON COMMIT DROP AS
        SELECT person_key, line, {stage.new_id("line")} AS party_id FROM (
            SELECT DISTINCT ON (coalesce(person_key, line::text)) coalesce(person_key, line::text) AS person_key, line
            FROM parties_plan WHERE party_id IS NULL ORDER BY coalesce(person_key, line::text), number
        ) firsts
        """
    )
    texts = ", ".join(f"coalesce(s.{name}, '')" if stage.has(name) else "''" for name in _PARTY_TEXTS)
    stage.execute(
        f"INSERT INTO parties_party (id, institution_id, kind, name, sort_key, search_key, {', '.join(_PARTY_TEXTS)}, "
        f"created_at, changed_at) SELECT n.party_id, %(institution)s, s.party_kind, s.name, s.sort_key, s.search_key, "
        f"{texts}, %(now)s, %(now)s FROM parties_new n JOIN {stage.table} s USING (line) ORDER BY n.line"
    )
    stage.execute(
        "UPDATE parties_plan p SET party_id = n.party_id FROM parties_new n "
        "WHERE p.party_id IS NULL AND n.person_key = coalesce(p.person_key, p.line::text)"
    )
    stage.execute(
        "CREATE TEMP TABLE parties_first ON COMMIT DROP AS SELECT DISTINCT ON (party_id) party_id, line "
        "FROM parties_plan ORDER BY party_id, number"
    )


def _change_parties(stage: Stage) -> None:
    """Bring known parties up to date from their first row."""
    values = {"name": "s.name", "sort_key": "s.sort_key", "search_key": "s.search_key"}
    values |= {name: f"coalesce(s.{name}, '')" for name in _PARTY_TEXTS if stage.has(name)}
    if stage.has("kind"):
        # A branch has a parent, which no file tells of.
        values["kind"] = "CASE WHEN p.kind = 'branch' THEN p.kind ELSE s.party_kind END"
    sets = ", ".join(f"{name} = {value}" for name, value in values.items())
    old, new = ", ".join(f"p.{name}" for name in values), ", ".join(values.values())
    stage.execute(
        f"WITH changed AS (UPDATE parties_party p SET {sets}, changed_at = %(now)s "
        f"FROM parties_first f JOIN {stage.table} s USING (line) "
        f"WHERE p.id = f.party_id AND ({old}) IS DISTINCT FROM ({new}) RETURNING f.line) "
        "INSERT INTO parties_changed SELECT line FROM changed"
    )


def _keep_identifiers(stage: Stage) -> None:
    """Write the identifiers that a party doesn't have yet, or has otherwise."""
    stage.execute(
        f"""
        WITH wanted AS (
            SELECT DISTINCT ON (p.party_id, x.kind) p.party_id, x.kind, x.value, p.line
            FROM parties_idents x JOIN parties_plan p USING (line) ORDER BY p.party_id, x.kind, p.number
        ), written AS (
            INSERT INTO parties_partyidentifier AS t (id, institution_id, party_id, kind, value)
            SELECT {stage.new_id("w.line")}, %(institution)s, w.party_id, w.kind, w.value FROM wanted w
            LEFT JOIN parties_partyidentifier o ON o.party_id = w.party_id AND o.kind = w.kind
            WHERE o.value IS DISTINCT FROM w.value
            ON CONFLICT (party_id, kind) DO UPDATE SET value = excluded.value
            RETURNING t.party_id, t.kind
        )
        INSERT INTO parties_changed SELECT w.line FROM written JOIN wanted w USING (party_id, kind)
        """
    )


def _identifier(kind: str, label: object, *aliases: str) -> Column:
    return Column(kind, label, ColumnType.IDENTIFIER, aliases, identifier=kind)  # type: ignore[arg-type]


CUSTOMERS = Register(
    code="customers",
    label=_("Customers"),
    merge=_merge,
    derive=_derive,
    derived={"sort_key": "text", "search_key": "text", "party_kind": "text"},
    reasons=(SAME_NUMBER,),
    columns=(
        Column(
            "number",
            _("Customer number"),
            aliases=(
                "Šifra kupca", "Broj kupca", "Šifra potrošača", "Broj potrošača", "Korisnički broj", "ID kupca",
                "Kupac",
                "Cod client", "Număr client", "Cod abonat", "Cod consumator", "Numer klienta", "Nr klienta",
                "Kod klienta",
                "Numer odbiorcy", "Шифра на купувач", "Број на купувач", "Шифра на потрошувач", "Customer no",
                "Customer ID", "Customer", "Account number",
            ),
            required=True,
            missing=Reason("missing customer number", _("The customer number is missing.")),
            max_length=30,
        ),
        Column(
            "name",
            _("Name"),
            aliases=(
                "Naziv kupca", "Ime i prezime", "Naziv", "Ime kupca", "Prezime i ime", "Ime", "Denumire", "Nume",
                "Nume client", "Nume și prenume", "Nazwa", "Nazwa klienta", "Imię i nazwisko", "Nazwisko i imię",
                "Назив на купувач", "Име и презиме", "Назив", "Customer name", "Full name", "Company name",
            ),
            required=True,
            missing=Reason("missing name", _("The name is missing.")),
            max_length=200,
        ),
        Column(
            "kind",
            _("Kind of customer"),
            ColumnType.CHOICE,
            aliases=(
                "Vrsta", "Vrsta kupca", "Tip", "Tip kupca", "Tip client", "Rodzaj", "Typ klienta",
                "Вид", "Kind", "Type",
            ),
            choices={
                "person": (
                    "F", "FL", "Fizičko lice", "Fizičko", "Domaćinstvo", "Persoană fizică", "PF", "Osoba fizyczna",
                    "OF",
                    "Физичко лице", "ФЛ", "Person", "Natural person", "Household", "1",
                ),
                "company": (
                    "P", "PL", "Pravno lice", "Pravno", "Preduzetnik", "Privreda", "Persoană juridică", "PJ",
                    "Osoba prawna", "OP", "Firma", "Правно лице", "ПЛ", "Company", "Legal entity", "Organisation", "2",
                ),
            },
        ),
        _identifier("pib", _("Tax number (PIB)"), "PIB", "Poreski broj"),
        _identifier("jmbg", _("Personal number (JMBG)"), "JMBG"),
        _identifier("mb", _("Company number (MB)"), "MB", "Matični broj", "Matični broj firme"),
        _identifier("cnp", _("Personal number (CNP)"), "CNP", "Cod numeric personal"),
        _identifier("cf", _("Tax number (CF)"), "CF", "CIF", "CUI", "Cod fiscal", "Cod unic de înregistrare"),
        _identifier("pesel", _("Personal number (PESEL)"), "PESEL"),
        _identifier("nip", _("Tax number (NIP)"), "NIP", "Numer NIP"),
        _identifier("regon", _("Company number (REGON)"), "REGON"),
        _identifier("edb", _("Tax number (EDB)"), "EDB", "ЕДБ", "Единствен даночен број"),
        _identifier("embg", _("Personal number (EMBG)"), "EMBG", "ЕМБГ"),
        Column(
            "address",
            _("Street and number"),
            aliases=(
                "Ulica i broj", "Adresa", "Ulica", "Adresă", "Strada", "Strada și număr", "Ulica i numer", "Adres",
                "Улица и број", "Адреса", "Address", "Street",
            ),
            max_length=200,
        ),
        Column(
            "postcode",
            _("Postcode"),
            aliases=("Poštanski broj", "PTT", "Cod poștal", "Kod pocztowy", "Поштенски број", "Postal code", "ZIP"),
            max_length=12,
        ),
        Column(
            "city",
            _("City"),
            aliases=(
                "Mesto", "Grad", "Naselje", "Oraș", "Localitate", "Miejscowość", "Miasto", "Место",
                "Град", "Town",
            ),
            max_length=100,
        ),
        Column(
            "phone",
            _("Phone"),
            ColumnType.PHONE,
            aliases=(
                "Telefon", "Fiksni telefon", "Телефон", "Telefon fix", "Telefon stacjonarny",
                "Phone number", "Landline",
            ),
            max_length=30,
        ),
        Column(
            "mobile",
            _("Mobile"),
            ColumnType.PHONE,
            aliases=(
                "Mobilni", "Mobilni telefon", "Mobil", "Telefon mobil", "Telefon komórkowy", "Мобилен",
                "Cell phone",
            ),
            max_length=30,
        ),
        Column(
            "email",
            _("E-mail"),
            ColumnType.EMAIL,
            aliases=("E-pošta", "Imejl", "Elektronska pošta", "E-poczta", "Е-пошта", "Poștă electronică", "Mail"),
            max_length=254,
        ),
        Column(
            "supply_point",
            _("Supply point"),
            aliases=(
                "Merno mesto", "Mesto merenja", "Mjerno mjesto", "Loc de consum", "Cod loc consum", "POD",
                "Punkt poboru",
                "PPE", "PPG", "Мерно место", "Metering point", "Point of delivery",
            ),
            max_length=40,
        ),
        Column(
            "meter_serial",
            _("Meter number"),
            aliases=(
                "Broj merača", "Broj brojila", "Serijski broj merača", "Merač", "Serie contor", "Număr contor",
                "Numer licznika", "Numer gazomierza", "Број на броило", "Meter serial", "Meter", "Meter no",
            ),
            max_length=40,
        ),
        Column(
            "tariff_group",
            _("Tariff group"),
            aliases=(
                "Tarifna grupa", "Tarifa", "Kategorija potrošnje", "Grupă tarifară", "Tarif", "Grupa taryfowa",
                "Taryfa",
                "Тарифна група", "Tariff",
            ),
            max_length=80,
        ),
    ),
)  # fmt: skip
