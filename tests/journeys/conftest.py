"""What the journeys share: the demo's data, the codes that arrive, signing in by hand."""

import base64
import hashlib
import hmac
import os
import re
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from salter.accounts.models import User
from salter.demo.load import load
from salter.demo.sign_ins import PASSWORD, PEOPLE
from salter.institutions.models import Institution

ROOT = Path(__file__).resolve().parents[2]
EXTERNAL = Path(os.environ.get("SALTER_EXTERNAL_DATA", ROOT.parent / "shared" / "data"))


_used: dict[str, int] = {}


def totp(secret: str) -> str:
    """A code that an authenticator app shows now, or in a moment when this one was used (RFC 6238).

    A code is taken once; one of the next half minute is taken already.
    """
    present = int(time.time()) // 30
    step = max(present, _used.get(secret, 0) + 1)
    if step > present + 1:
        time.sleep(30 * (step - 1) - time.time())
    _used[secret] = step
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


@pytest.fixture
def demo(scratch_db: Any, settings: Any, tmp_path: Path) -> Institution:
    """The demonstration, loaded as `salter demo` loads it; its people read English, as these tests do."""
    settings.SALTER_AUDIT_HEADS = str(tmp_path / "heads.jsonl")
    load(now=timezone.now(), say=lambda _line: None)
    User.objects.update(language="en")
    return Institution.objects.get(slug="gas")


@pytest.fixture
def sign_in() -> Callable[[Any, str], None]:
    """Signs one of the demo's people in, by hand, in a browser's page."""

    def act(page: Any, who: str, next_url: str = "/gas/") -> None:
        person = next(one for one in PEOPLE if one.email.startswith(f"{who}@"))
        page.goto(f"/account/sign-in?next={next_url}")
        page.fill("#id_login", person.email)
        page.fill("#id_password", PASSWORD)
        page.click("main form button[type=submit]")
        if person.secret:
            page.fill("#id_code", totp(person.secret))
            page.click("main form button[type=submit]")
        page.wait_for_url("**/gas/**")

    return act


@pytest.fixture
def arrived() -> Callable[[str], str]:
    """Lets the outbox send what is due and returns the newest letter to an address."""
    from salter.mail.models import StoredMail
    from salter.notifications import worker

    def newest(address: str) -> str:
        worker.deliver_due(now=timezone.now(), limit=500)
        found = StoredMail.objects.filter(to__icontains=address).order_by("-id").first()
        assert found is not None, f"nothing arrived at {address}"
        return str(found.text)

    return newest


def code_in(letter: str) -> str:
    """The six digits of a letter."""
    found = re.search(r"\b(\d{3})[  ]?(\d{3})\b", letter)
    assert found, letter
    return "".join(found.groups())
