"""`make bench`: every measurement of this folder, one after the other, each against its own limit.

python -m bench            all
python -m bench import     those whose name begins so (ARGS="import" with make)
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from salter.config import catalogues, postgres

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main(wanted: list[str]) -> int:
    """Run the benches; return 0 when each kept its limit."""
    scripts = [path for path in sorted(HERE.glob("*.py")) if not path.name.startswith("_")]
    chosen = [path for path in scripts if not wanted or path.stem.startswith(tuple(wanted))]
    if not chosen:
        print(f"no such bench; there are: {', '.join(path.stem for path in scripts)}")
        return 2
    catalogues.compile_changed()
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    environment.setdefault("DJANGO_SETTINGS_MODULE", "salter.config.settings")
    server = None
    if not (os.environ.get("DATABASE_URL") and os.environ.get("DATABASE_APP_URL")):
        server = postgres.ensure(ROOT / "var" / "bench")
        environment.update(server.environment())
    verdicts = {}
    try:
        print(
            f"{platform.node()}: {os.cpu_count()} processors, {platform.platform()}, Python {platform.python_version()}"
        )
        for path in chosen:
            print(f"\n── {path.stem}", flush=True)
            verdicts[path.stem] = subprocess.run([sys.executable, str(path)], cwd=ROOT, env=environment, check=False)
    finally:
        if server:
            server.stop()
    print()
    for name, done in verdicts.items():
        print(f"{name}: {'within its limit' if done.returncode == 0 else 'NOT within its limit'}")
    return 0 if all(done.returncode == 0 for done in verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
