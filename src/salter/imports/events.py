"""Signals of bulk loads."""

from django.dispatch import Signal

__all__ = ["loaded"]

loaded = Signal()
"""A file was loaded; sent in the transaction of the load, never for a dry run.

Arguments: `institution` (Institution), `register` (code), `job` (Job), `counts` (types.Counts).
"""
