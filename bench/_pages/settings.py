"""The product's settings; only the bare page is added."""

from pathlib import Path

from salter.config.settings import *  # noqa: F403
from salter.config.settings import TEMPLATES

ROOT_URLCONF = "bench._pages.urls"
TEMPLATES[0]["DIRS"] = [*TEMPLATES[0]["DIRS"], Path(__file__).parent / "templates"]
