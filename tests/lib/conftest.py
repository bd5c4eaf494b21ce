"""Property tests: no time limit for a single example, which a busy machine would break, and no folder left behind."""

from hypothesis import settings

settings.register_profile("salter", deadline=None, database=None)
settings.load_profile("salter")
