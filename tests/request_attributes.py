"""Tells mypy what our middleware puts on each request, so that views needn't say so line by line."""

from collections.abc import Callable

from mypy.nodes import MDEF, SymbolTableNode, Var
from mypy.plugin import ClassDefContext, Plugin
from mypy.types import AnyType, TypeOfAny

# institutions.middleware, accounts.middleware, staff.access, parties.access, pages.middleware, desk.
ATTRIBUTES = ("institution", "actor", "membership", "acting", "found_membership", "found_acting", "desk_counts")


def _add_attributes(context: ClassDefContext) -> None:
    info = context.cls.info
    for name in ATTRIBUTES:
        if name in info.names:
            continue
        # Any: each is typed where it is made, and views hand it on to services that are typed.
        attribute = Var(name, AnyType(TypeOfAny.explicit))
        attribute.info = info
        attribute._fullname = f"{info.fullname}.{name}"
        info.names[name] = SymbolTableNode(MDEF, attribute, plugin_generated=True)


class RequestAttributes(Plugin):
    """Adds the attributes to HttpRequest."""

    def get_customize_class_mro_hook(self, fullname: str) -> Callable[[ClassDefContext], None] | None:
        return _add_attributes if fullname == "django.http.request.HttpRequest" else None


def plugin(version: str) -> type[Plugin]:
    return RequestAttributes
