"""The door for the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salter.config.settings")

application = get_wsgi_application()

# Whoever starts a web server past `salter run` gets the same refusal: pages never work as the owner.
from salter.config import checks  # noqa: E402 the apps must be loaded first

checks.refuse_wrong_role()

# Times of last use are written in batches by a thread of the web process.
from salter.accounts import touch  # noqa: E402

touch.start()
