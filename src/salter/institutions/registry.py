"""What the apps of the product offer to an institution: modules to switch, settings with type and default."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.functional import Promise

__all__ = ["Module", "Setting", "modules", "register_module", "register_setting", "settings"]


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the counter that an institution has or hasn't (VC-38).

    `namespaces` are the URL namespaces whose pages belong to it, its own code unless given: where the module is off,
    the middleware answers 404 for all of them.
    """

    code: str
    label: Promise | str
    hint: Promise | str = ""
    namespaces: tuple[str, ...] = ()

    @property
    def owned_namespaces(self) -> frozenset[str]:
        return frozenset(self.namespaces or (self.code,))


@dataclass(frozen=True, slots=True)
class Setting:
    """A value that an institution may set. `check` raises ValueError with a sentence when the value is wrong."""

    key: str
    label: Promise | str
    kind: Literal["text", "integer", "boolean", "choice"]
    default: Any
    hint: Promise | str = ""
    module: str = ""
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, Promise | str], ...] = field(default=())
    check: Callable[[Any], None] | None = None


modules: dict[str, Module] = {}
settings: dict[str, Setting] = {}


def register_module(module: Module) -> None:
    modules[module.code] = module


def register_setting(setting: Setting) -> None:
    settings[setting.key] = setting
