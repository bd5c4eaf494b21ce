"""Door: the registers that can be loaded, declared by their apps in `AppConfig.ready`."""

from salter.imports.types import Register, RegisterUnknown

__all__ = ["find", "get", "list_registers", "register"]

_registers: dict[str, Register] = {}


def register(declared: Register) -> None:
    """Declare a register; a second one of the same code is a mistake of ours and refused."""
    if _registers.get(declared.code, declared) is not declared:
        raise ValueError(f"register {declared.code!r} is declared twice")
    _registers[declared.code] = declared


def find(code: str) -> Register | None:
    return _registers.get(code)


def get(code: str) -> Register:
    """Raises `RegisterUnknown`."""
    try:
        return _registers[code]
    except KeyError:
        raise RegisterUnknown(code, sorted(_registers)) from None


def list_registers() -> list[Register]:
    return [_registers[code] for code in sorted(_registers)]
