"""The product's addresses and the bare page, which every middleware treats as a page of the institution."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from salter.config.urls import handler400, handler403, handler404, handler500
from salter.config.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def bare(request: HttpRequest) -> HttpResponse:
    """Read the session and, by its key, the person; nothing else."""
    return render(request, "bare.html", {"name": request.user.name}, using="jinja2")


urlpatterns = [path("<slug:institution_slug>/bare-page", bare), *product]
