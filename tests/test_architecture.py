"""Apps depend in one direction, and other apps are reached through their doors.

import-linter holds the order of the layers (`make lint`); what it can't see is held here: whose models a module
imports, and where a foreign key points. A model named under `if TYPE_CHECKING`, for annotations alone, is no use of it.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignObject

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "salter"

# `pages` and `lib` are libraries: everything in them is a door. config puts the whole together, and demo fills it.
OPEN = {"lib", "pages"}
KNOWS_ALL = {"config", "demo"}
# The base of every tenant row, and what it points to.
SHARED_MODELS = {"TenantModel", "Institution"}
DOORS = {"services", "selectors", "events", "types", "access", "registry", "rules", "channels", "worker"}
# What the documents app and the transports are for, and forms that the citizen's and the clerk's page share.
DOORS |= {"pdf", "gateways", "letters", "forms", "presets"}


def _layers() -> dict[str, int]:
    """Each app's height, from the contract in pyproject.toml: the top is highest."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    rows = [[name.strip() for name in row.split(":")] for row in contract["layers"]]
    return {name: len(rows) - index for index, row in enumerate(rows) for name in row}


def _imports(path: Path) -> Iterator[tuple[int, str, str]]:
    """Line, module and name of everything of ours that a file imports, also inside functions."""
    tree = ast.parse(path.read_text())
    for_types = {
        id(child)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("salter."):
            for alias in node.names:
                yield node.lineno, node.module, alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("salter."):
                    yield node.lineno, alias.name, ""


def _files() -> list[Path]:
    return [path for path in sorted(SOURCE.rglob("*.py")) if path.parent != SOURCE]


def _app_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0]


def test_every_app_has_its_place():
    folders = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    assert set(_layers()) == folders


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_other_apps_are_reached_through_their_doors(path: Path):
    own = _app_of(path)
    if own in KNOWS_ALL:
        return
    wrong = []
    for line, module, name in _imports(path):
        parts = module.split(".")[1:]
        app = parts[0] if parts else name
        if app == own or app in OPEN:
            continue
        part = parts[1] if len(parts) > 1 else name
        if part == "models" and app == "institutions" and (not name or name in SHARED_MODELS):
            continue
        if part not in DOORS or part == "models":
            wrong.append(f"{path.relative_to(ROOT)}:{line}: {module}.{name}")
    assert not wrong, "not a door of that app:\n" + "\n".join(wrong)


@pytest.mark.parametrize("path", _files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_down(path: Path):
    layers, own = _layers(), _app_of(path)
    upward = [
        f"{path.relative_to(ROOT)}:{line}: {module}"
        for line, module, name in _imports(path)
        for app in [module.split(".")[1] if "." in module else name]
        if app in layers and app != own and layers[app] >= layers[own]
    ]
    assert not upward, "imports what stands above it or beside it:\n" + "\n".join(upward)


def test_foreign_keys_point_down():
    layers = _layers()
    upward = []
    for model in apps.get_models():
        own = model.__module__.split(".")
        if own[0] != "salter":
            continue
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignObject) or field.related_model is None:
                continue
            target = field.related_model.__module__.split(".")
            if target[0] == "salter" and target[1] != own[1] and layers[target[1]] >= layers[own[1]]:
                upward.append(f"{model.__name__}.{field.name} -> {target[1]}.{field.related_model.__name__}")
    assert not upward
