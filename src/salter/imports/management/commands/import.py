"""`salter import`: the same command under the name that users know."""

# ruff: noqa: N999 - Django names a command by its file.

from salter.imports.management.commands.import_register import Command

__all__ = ["Command"]
