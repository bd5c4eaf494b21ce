"""Every act that the product records has words on the page of the trail."""

import re
from pathlib import Path

import salter
from salter.desk import trail_words

SOURCE = Path(next(iter(salter.__path__)))
# What a call of `audit.services.record`, or of an app's own `_record`, names as the act.
ACT = re.compile(r"""action=f?"([a-z_]+\.[a-z_{}]+)"|_record\([^"()]*"([a-z_]+\.[a-z_]+)\"""")


def _acts() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        for match in ACT.finditer(path.read_text(encoding="utf-8")):
            found.add(match.group(1) or match.group(2))
    return found


def test_every_act_has_words() -> None:
    acts = _acts()
    assert len(acts) > 50
    wanted = {act for act in acts if "{" not in act}
    assert wanted - set(trail_words.ACTIONS) == set()
    # The looks of the desk are named by what is looked at.
    assert {"desk.case_read", "desk.party_read"} <= set(trail_words.ACTIONS)
