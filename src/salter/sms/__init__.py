"""Text messages: how long they are, how they leave, how they come in.

Owns: the rules of length and letters, the suppliers' gateways, the console phone of an installation without a supplier.
Doors: `rules`, `services`, `selectors`, `events`, `types`, `gateways`.
"""
