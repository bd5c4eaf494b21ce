"""Every address of the product. `/SLUG/…` belongs to an institution, the rest to the platform."""

from importlib import import_module
from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

handler400 = "salter.pages.errors.bad_request"
handler403 = "salter.pages.errors.forbidden"
handler404 = "salter.pages.errors.not_found"
handler500 = "salter.pages.errors.server_error"


def _urls(app: str, prefix: str, module: str = "urls") -> list[URLPattern | URLResolver]:
    name = f"salter.{app}.{module}"
    if find_spec(name) is None or not hasattr(import_module(name), "urlpatterns"):
        return []
    return [path(prefix, include(name))]


# Platform pages: each app may have `platform_urls`; institution pages: `urls`.
urlpatterns = [
    *_urls("config", "", "health_urls"),
    *_urls("live", ""),
    *_urls("accounts", "account/"),
    *_urls("pages", "", "platform_urls"),
    *_urls("mail", "", "platform_urls"),
    *_urls("sms", "", "platform_urls"),
    *_urls("demo", "", "platform_urls"),
    *_urls("portal", "", "platform_urls"),
    path(
        "<slug:institution_slug>/",
        include(
            [
                *_urls("notifications", "messages/"),
                *_urls("cases", "cases/"),
                *_urls("billing", "bills/"),
                *_urls("desk", "desk/"),
                *_urls("portal", ""),
            ]
        ),
    ),
]
