"""`make test`: every check and test, with the time each took and one closing line for all.

python -m tests            everything
python -m tests --lint     what needs no database
python -m tests -- -k bill   the tests alone, with arguments for pytest
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from salter.config import catalogues, postgres
from tests import peers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

LINT: dict[str, list[str]] = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "layers": ["lint-imports"],
    "templates": ["djlint", "src", "--lint", "--quiet", "--extension", "html"],
    "types": ["mypy"],
}
COUNTED = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "warnings")


def run(name: str, command: list[str], environment: dict[str, str], good: tuple[int, ...]) -> tuple[bool, str]:
    """Run one step, show its output as it comes, and return whether it was good, and the output."""
    print(f"\n── {name}: {' '.join(command)}", flush=True)
    began = time.monotonic()
    program = str(BIN / command[0]) if (BIN / command[0]).exists() else command[0]
    child = subprocess.Popen(
        [program, *command[1:]],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines = []
    for line in child.stdout or ():
        sys.stdout.write(line)
        sys.stdout.flush()
        lines.append(line)
    code = child.wait()
    verdict = "good" if code in good else f"FAILED ({code})"
    print(f"── {name}: {verdict} in {time.monotonic() - began:.0f} s", flush=True)
    return code in good, "".join(lines)


def counts(output: str) -> Counter[str]:
    """What pytest's closing line says."""
    closing = next((line for line in reversed(output.splitlines()) if re.search(r" in [\d.]+s", line)), "")
    found = re.findall(r"(\d+) (passed|failed|errors?|skipped|xfailed|xpassed|warnings?|deselected)", closing)
    singular = {"error": "errors", "warning": "warnings"}
    return Counter({singular.get(word, word): int(number) for number, word in found})


def install_browser() -> None:
    """Chromium by apt, when we may; else its tests say by name that they were skipped."""
    if peers.chromium() or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium …", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for words in ("update", "install -y --no-install-recommends chromium"):
        subprocess.run(["apt-get", *words.split()], env=environment, capture_output=True, check=False)


def main(arguments: list[str]) -> int:
    """Run all steps, each whether or not an earlier one failed; return 0 when all are good."""
    began = time.monotonic()
    only_lint = "--lint" in arguments
    extra = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": ""}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "salter.config.settings")
    bad: list[str] = []
    total: Counter[str] = Counter()

    def step(name: str, command: list[str], good: tuple[int, ...] = (0,)) -> str:
        was_good, output = run(name, command, environment, good)
        if not was_good:
            bad.append(name)
        return output

    if not extra:
        for name, command in LINT.items():
            step(name, command)
    if only_lint:
        print(f"\n{'All good' if not bad else 'FAILED: ' + ', '.join(bad)}")
        return 1 if bad else 0

    catalogues.compile_changed()
    install_browser()
    server = None
    if not (os.environ.get("DATABASE_URL") and os.environ.get("DATABASE_APP_URL")):
        server = postgres.ensure(ROOT / "var" / "test", durable=False)
        environment.update(server.environment())
    try:
        if not extra:
            step("migrations", ["python", "-m", "django", "makemigrations", "--check", "--dry-run"])
        # 5: pytest found nothing that fits `extra`.
        none_is_good = (0, 5) if extra else (0,)
        pytest = ["python", "-m", "pytest", "-q", "--color=no", "--durations=8", *extra]
        total += counts(step("tests", [*pytest, "-n", "auto", "-m", "not journey"], none_is_good))
        # Journeys have the machine to themselves: a browser that waits for its turn looks like a broken page.
        total += counts(step("journeys", [*pytest, "-m", "journey"], none_is_good))
    finally:
        if server:
            server.stop()

    for name in bad:
        print(f"FAILED: {name}")
    if bad and not total["failed"] and not total["errors"]:
        total["failed"] = len(bad)
    words = ", ".join(f"{total[word]} {word}" for word in COUNTED if total[word]) or "no tests ran"
    # The form of pytest's own closing line, over both runs and the checks before them.
    print(f"{f' {words} in {time.monotonic() - began:.2f}s ':=^100}", flush=True)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
