"""Tells open pages that something changed: new messages, the progress of a load.

Owns no rows. The database itself announces changes (triggers that NOTIFY, one for a statement, however many rows it
writes); one process of its own, `salter live`, holds one LISTEN connection and passes them on as server-sent events, so
that no web thread is held. An event names a channel and carries nothing else: the page fetches what it may see.
Where the stream can't be reached the page asks `/live/state` every few seconds.

Doors: `channels` (which channels there are and who may follow them); in pages the attribute `data-live="CHANNEL"`
together with `hx-trigger="live"`.
"""
