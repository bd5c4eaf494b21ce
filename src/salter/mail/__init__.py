"""Letters by e-mail: how they look, how they leave, and the local mailbox of an installation without a mail server.

Doors: `letters` (a letter to a finished mail), `gateways`, `types`.
"""
