"""How a view answers: a page, a part of a page for htmx, an address within the institution."""

from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf
from django.urls import reverse as django_reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from jinja2_fragments import render_block

__all__ = ["fragment", "page", "render", "reverse", "safe_next"]


def reverse(request: HttpRequest | None, name: str, /, **kwargs: Any) -> str:
    """Return the address of a view; pages of an institution get its slug by themselves.

    **Raises** NoReverseMatch when there is no such view.
    """
    institution = getattr(request, "institution", None)
    slug = institution.slug if institution is not None and "institution_slug" not in kwargs else None
    if kwargs:
        return _address(name, slug, kwargs)
    # A page names some thirty of these, always the same.
    return _known_address(name, slug, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix())


@lru_cache(maxsize=4096)
def _known_address(name: str, slug: str | None, _urlconf: str, _prefix: str) -> str:
    return _address(name, slug, {})


def _address(name: str, slug: str | None, kwargs: dict[str, Any]) -> str:
    if slug is not None:
        try:
            return django_reverse(name, kwargs={"institution_slug": slug, **kwargs})
        except NoReverseMatch:
            # A page of the platform, which takes no slug.
            pass
    return django_reverse(name, kwargs=kwargs)


def _engine() -> Jinja2:
    return cast("Jinja2", engines["jinja2"])


def _full_context(request: HttpRequest, context: dict[str, Any] | None) -> dict[str, Any]:
    full = dict(context or {})
    full["request"] = request
    full["csrf_input"] = csrf_input_lazy(request)
    full["csrf_token"] = csrf_token_lazy(request)
    for processor in _engine().template_context_processors:
        full.update(processor(request))
    return full


def render(request: HttpRequest, template: str, context: dict[str, Any] | None = None, block: str = "") -> str:
    """Return the text of a template, or of one of its blocks."""
    environment = _engine().env
    full = _full_context(request, context)
    if block:
        return render_block(environment, template, block, **full)
    return environment.get_template(template).render(full)


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Answer with a page. 422 for a form that was refused, so that htmx and machines can tell."""
    response = HttpResponse(render(request, template, context), status=status)
    response.template_name = template  # type: ignore[attr-defined]
    patch_vary_headers(response, ("HX-Request",))
    return response


def fragment(
    request: HttpRequest, template: str, block: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """Answer an htmx request with one block of a page's template; everything a page has is there as well."""
    response = HttpResponse(render(request, template, context, block), status=status)
    response.template_name = template  # type: ignore[attr-defined]
    patch_vary_headers(response, ("HX-Request",))
    return response


def safe_next(request: HttpRequest, target: str | None, otherwise: str = "/") -> str:
    """Return `target` if it is a path of ours, else `otherwise`: a link must not lead a reader astray."""
    if (
        target
        and target.startswith("/")
        and url_has_allowed_host_and_scheme(
            target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )
    ):
        return target
    return otherwise
