"""The language switch, and the page that shows every element."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST, require_safe

from salter.pages import events
from salter.pages.language import LANGUAGES, remember_language
from salter.pages.shortcuts import safe_next
from salter.pages.styleguide import answer_look

__all__ = ["choose", "look"]


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the language that the reader picked and go back to where he was."""
    code = request.POST.get("language", "")
    response = HttpResponseRedirect(safe_next(request, request.POST.get("next"), "/"))
    if code in LANGUAGES:
        remember_language(response, code)
        events.language_chosen.send(sender=None, request=request, language=code)
    return response


@require_safe
def look(request: HttpRequest, layout: str = "layout") -> HttpResponse:
    """Show every element in one of the layouts, with invented data."""
    if layout not in ("layout", "desk", "plain"):
        raise Http404
    return answer_look(request, layout)
