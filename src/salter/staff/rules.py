"""Which role may do what. Pure."""

__all__ = ["PERMISSIONS", "may"]

# Permission -> roles. A permission that isn't listed is nobody's.
PERMISSIONS: dict[str, frozenset[str]] = {
    "desk.see": frozenset({"clerk", "supervisor", "administrator", "auditor"}),
    "cases.handle": frozenset({"clerk", "supervisor"}),
    "cases.assign_others": frozenset({"supervisor"}),
    "customers.open": frozenset({"clerk", "supervisor"}),
    "customers.link": frozenset({"clerk", "supervisor"}),
    "imports.run": frozenset({"supervisor", "administrator"}),
    "institution.edit": frozenset({"administrator"}),
    "staff.edit": frozenset({"administrator"}),
    "audit.see": frozenset({"supervisor", "auditor"}),
}


def may(role: str, permission: str) -> bool:
    """Say whether a role has a permission."""
    return role in PERMISSIONS.get(permission, frozenset())
