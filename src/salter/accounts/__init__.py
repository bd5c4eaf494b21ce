"""Who signs in, and how we know that it is he: users, sign-in, codes, second factor, sessions, login history.

Built on django-allauth's login pipeline, TOTP, recovery codes and session list; pages, codes and limits are ours, so
that nothing unstyled is reachable and every process counts alike.
Doors: `services`, `selectors`, `events`, `types`, `access` (view decorators), `registry` (blocks of the security page).
"""
