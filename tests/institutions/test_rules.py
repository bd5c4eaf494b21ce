"""Opening hours as people write them."""

from datetime import time

import pytest

from salter.institutions.rules import hours_text, parse_hours
from salter.lib.refusals import Refused


@pytest.mark.parametrize(
    ("text", "intervals", "shown"),
    [
        ("", [], ""),
        ("   ", [], ""),
        ("7-15", [(time(7), time(15))], "7–15"),
        ("07:30 – 15.30", [(time(7, 30), time(15, 30))], "7:30–15:30"),
        ("7h-15h", [(time(7), time(15))], "7–15"),
        ("7ч — 15ч", [(time(7), time(15))], "7–15"),
        ("13-17, 7-12", [(time(7), time(12)), (time(13), time(17))], "7–12, 13–17"),
        ("7-12; 12-15", [(time(7), time(12)), (time(12), time(15))], "7–12, 12–15"),
        ("0-24", [(time(0), time(23, 59))], "0–23:59"),
    ],
)
def test_hours_are_read_and_written(text, intervals, shown):
    assert parse_hours(text) == intervals
    assert hours_text(intervals) == shown
    assert parse_hours(shown) == intervals


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7", "Write it like"),
        ("7 to 15", "Write it like"),
        ("7-15 8-9", "Write it like"),
        ("25-26", "Write it like"),
        ("7:60-8", "Write it like"),
        ("-1-5", "Write it like"),
        ("15-7", "later than the beginning"),
        ("8-8", "later than the beginning"),
        ("20-24:30", "ends at 24:00"),
        ("7-12, 11-15", "overlap"),
    ],
)
def test_wrong_hours_are_refused_with_the_reason(text, reason):
    with pytest.raises(Refused, match=reason):
        parse_hours(text)
