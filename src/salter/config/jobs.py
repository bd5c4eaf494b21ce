"""The job queue's own settings."""

import procrastinate


def on_app_ready(app: procrastinate.App) -> None:
    """Nothing to add: each app's tasks.py registers its jobs when it is found."""
