"""Numbers and own fields, without a database."""

from datetime import date
from decimal import Decimal

import pytest

from salter.cases import rules
from salter.cases.rules import KindField
from salter.cases.types import FieldType

TODAY = date(2026, 3, 5)


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{prefix}-{year}-{seq:05}", "R-2026-00187"),
        ("{prefix}{year}-{seq}/{date}", "R2026-187/05.03.2026"),  # RL-20
        ("{class}-{seq}/{year}", "351-187/2026"),  # RL-21
        ("{unit}.{class}.{seq}.{year}", "OR.351.187.2026"),  # RL-22
        ("{class}-{seq}/1", "351-187/1"),  # RL-23
    ],
)
def test_number_follows_the_pattern(pattern: str, number: str) -> None:
    rules.check_pattern(pattern)
    assert rules.render_number(pattern, seq=187, prefix="R", unit="OR", class_mark="351", today=TODAY) == number


@pytest.mark.parametrize(
    "pattern",
    ["{prefix}-{year}", "{seq}-{seq}", "{seq}{name}", "{seq:x}", "{seq.real}", "{seq", "{prefix:5}-{seq}", "{}{seq}"],
)
def test_bad_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(rules.WrongKind):
        rules.check_pattern(pattern)


def test_series_starts_again_only_when_the_number_tells_the_year() -> None:
    parts = {"prefix": "R", "unit": "OR", "class_mark": "351", "today": TODAY}
    assert rules.series_of("{prefix}-{year}-{seq:05}", **parts) == ("R-%-#", 2026)
    assert rules.series_of("{seq}/{date}", **parts) == ("#/@", 2026)
    assert rules.series_of("{prefix}-{seq}", **parts) == ("R-#", 0)


def test_two_kinds_with_one_prefix_share_a_series_and_other_units_do_not() -> None:
    def series(prefix: str, unit: str) -> str:
        return rules.series_of("{unit}.{prefix}.{seq}", prefix=prefix, unit=unit, class_mark="", today=TODAY)[0]

    assert series("P", "OR") == series("P", "OR")
    assert len({series("P", "OR"), series("R", "OR"), series("P", "DS")}) == 3


@pytest.mark.parametrize(
    "typed",
    [
        "R-2026-00187", "r-2026-00187", "R-2026-187", " R 2026 187 ", "R/2026/00187", "R2026-187", "Р-2026-00187",
        "р 2026 187", "R-2026-00187/05.03.2026.", "R-2026-187 / 5. 3. 2026", "Ｒ－2026－00187", "R–2026–00187",
    ],
)  # fmt: skip
def test_number_is_found_however_it_is_typed(typed: str) -> None:
    assert rules.number_key(typed) == rules.number_key("R-2026-00187")


@pytest.mark.parametrize("other", ["R-2026-00188", "R-2025-00187", "K-2026-00187", "R-2026-01870", "20260187"])
def test_other_numbers_are_not_taken_for_it(other: str) -> None:
    assert rules.number_key(other) != rules.number_key("R-2026-00187")


def test_number_key_of_nothing_and_of_zeros() -> None:
    assert rules.number_key("") == ""
    assert rules.number_key("000") == "0"
    assert rules.number_key("5.3.2026") == "5-3-2026"


TEXT = KindField("t", FieldType.TEXT, {"en": "T"}, required=True)
FIELDS = {
    "text": TEXT,
    "long": KindField("l", FieldType.LONGTEXT, {"en": "L"}),
    "number": KindField("n", FieldType.NUMBER, {"en": "N"}, minimum=Decimal(0), maximum=Decimal("100.5")),
    "date": KindField("d", FieldType.DATE, {"en": "D"}),
    "choice": KindField("c", FieldType.CHOICE, {"en": "C"}, choices=(("a", {"en": "A"}), ("b", {"en": "B"}))),
    "place": KindField("p", FieldType.PLACE, {"en": "P"}),
    "meter": KindField("m", FieldType.METER_STATE, {"en": "M"}, unit="m³"),
}


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        ("text", " Lipova 14 ", "Lipova 14"),
        ("long", "a\r\nb", "a\r\nb"),
        ("number", "12,5", "12.5"),
        ("number", "1 0", "10"),
        ("number", "12.5", "12.5"),
        ("number", "0.125", "0.125"),
        ("meter", "82.824", "82824"),
        ("meter", "82.824,5", "82824.5"),
        ("meter", "4815,125", "4815.125"),
        ("meter", "1.304.500,25", "1304500.25"),
        ("meter", "1,304.50", "1304.50"),
        ("meter", "1,304,500", "1304500"),
        ("number", "0", "0"),
        ("date", "5. 3. 2026.", "2026-03-05"),
        ("date", "2026-03-05", "2026-03-05"),
        ("date", date(2026, 3, 5), "2026-03-05"),
        ("choice", "b", "b"),
        ("place", "Ћирилица 5", "Ћирилица 5"),
        ("meter", "04815", "04815"),
    ],
)
def test_value_is_taken(kind: str, raw: object, stored: str) -> None:
    field = FIELDS[kind]
    assert rules.check_fields([field], {field.name: raw}, today=TODAY) == ({field.name: stored}, {})


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text", ""),
        ("text", "  "),
        ("text", "x" * 201),
        ("text", "a\x00b"),
        ("long", "x" * 4001),
        ("number", "twelve"),
        ("number", "-1"),
        ("number", "100.6"),
        ("number", "1e5"),
        ("number", "NaN"),
        ("number", "1" * 20),
        ("number", "١٢"),
        ("date", "31. 2. 2026."),
        ("date", "2026-13-01"),
        ("date", "0026-03-05"),
        ("choice", "z"),
        ("meter", "-5"),
    ],
)
def test_value_is_refused_with_a_sentence(kind: str, raw: str) -> None:
    field = FIELDS[kind]
    stored, errors = rules.check_fields([field], {field.name: raw}, today=TODAY)
    assert stored == {}
    assert errors[field.name].endswith(".")


def test_unknown_values_are_dropped() -> None:
    assert rules.check_fields([FIELDS["choice"]], {"c": "a", "admin": "1"}, today=TODAY) == ({"c": "a"}, {})


@pytest.mark.parametrize(
    "stored",
    [
        [{"name": "T", "type": "text", "labels": {"en": "T"}}],
        [{"name": "t", "type": "colour", "labels": {"en": "T"}}],
        [{"name": "t", "type": "text"}],
        [{"name": "t", "type": "text", "labels": {}}],
        [{"name": "t", "type": "choice", "labels": {"en": "T"}}],
        [{"name": "t", "type": "text", "labels": {"en": "T"}, "choices": [{"value": "a", "labels": {}}]}],
        [{"name": "t", "type": "text", "labels": {"en": "T"}, "script": "x"}],
        [{"name": "t", "type": "number", "labels": {"en": "T"}, "minimum": "low"}],
        [{"name": "t", "type": "text", "labels": {"en": "T"}}] * 2,
    ],
)
def test_wrong_fields_are_found_when_they_are_read(stored: list[dict[str, object]]) -> None:
    with pytest.raises(rules.WrongKind):
        rules.parse_fields(stored)


def test_fields_survive_being_stored() -> None:
    fields = tuple(FIELDS.values())
    assert rules.parse_fields([field.as_json() for field in fields]) == fields


def test_value_is_shown_in_the_readers_way() -> None:
    assert rules.field_text(FIELDS["meter"], "4815.5", "sr-latn") == "4815,5 m³"
    assert rules.field_text(FIELDS["choice"], "b", "en") == "B"
    assert rules.field_text(FIELDS["date"], "2026-03-05", "sr-latn") == "5. 3. 2026."
