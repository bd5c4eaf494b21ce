"""What this app tells.

`language_chosen(request, language)`: the reader picked a language in the head of a page. The receiver may keep it with
the signed-in person; the cookie is set anyway.
"""

from django.dispatch import Signal

language_chosen = Signal()
