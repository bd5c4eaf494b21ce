"""`make` on a machine where something is missing names the one command that helps."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A clone with nothing but what making the environment needs, and a PATH of its own."""
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/environment.sh", "requirements/run.txt", "pyproject.toml", "Makefile"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "bin").mkdir()
    for tool in ("sh", "dirname", "cat", "cksum", "id", "pwd", "rm", "sleep", "env", "make", "awk"):
        found = shutil.which(tool)
        if found:
            (tmp_path / "bin" / tool).symlink_to(found)
    return tmp_path


def _python(tree: Path, name: str, text: str) -> None:
    """A stand-in for an interpreter that answers the script's questions."""
    path = tree / "bin" / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def _make(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(tree / "bin" / "sh"), "requirements/environment.sh", "run"],
        cwd=tree,
        env={"PATH": str(tree / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_python_the_need_is_named(tree: Path):
    done = _make(tree)
    assert done.returncode == 1
    assert "needs Python 3.11" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_an_old_python_is_passed_over(tree: Path):
    _python(tree, "python3", "exit 1")
    assert "needs Python 3.11" in _make(tree).stderr


def test_debian_without_ensurepip_is_told_one_command(tree: Path):
    _python(tree, "python3", 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.11 ;; esac')
    done = _make(tree)
    assert done.returncode == 1
    assert "apt-get install -y python3.11-venv" in done.stderr
    assert not (tree / ".venv").exists()


def test_a_second_time_nothing_is_done(tree: Path):
    """With the stamp of this place and these locks no interpreter is even looked for."""
    (tree / ".venv" / "bin").mkdir(parents=True)
    (tree / ".venv" / "bin" / "python").write_text("#!/bin/sh\nexit 0\n")
    (tree / ".venv" / "bin" / "python").chmod(0o755)
    sums = subprocess.run(
        "cat requirements/run.txt pyproject.toml | cksum",
        shell=True,
        cwd=tree,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    stamp = tree / ".venv" / "installed-run"
    stamp.write_text(f"{tree} {sums}")
    done = _make(tree)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    # Another lock, or the tree moved to another place: the environment is made anew.
    stamp.write_text(f"/elsewhere {sums}")
    assert _make(tree).returncode == 1


def test_make_alone_lists_its_targets():
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = {line.split()[1] for line in done.stdout.splitlines()}
    assert {"run", "test", "bench", "lint", "messages"} <= listed


def test_locks_carry_digests_and_no_addresses():
    for name in ("run.txt", "test.txt"):
        text = (ROOT / "requirements" / name).read_text()
        assert "://" not in text
        entries = [line for line in text.splitlines() if "==" in line]
        assert len(entries) > 30
        assert all(line.endswith("\\") for line in entries), "an entry without a digest"
    run, test = ({line.split(" ")[0] for line in (ROOT / "requirements" / n).read_text().splitlines() if "==" in line}
                 for n in ("run.txt", "test.txt"))  # fmt: skip
    assert run <= test, "the two locks disagree about a version"


def test_the_build_server_demands_every_peer():
    text = (ROOT / ".ci" / "run").read_text()
    assert "SALTER_REQUIRE_PEERS=1" in text
    assert "make --no-print-directory test" in text
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
