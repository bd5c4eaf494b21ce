"""What a password must have (RL-76): both sizes of letters and a digit, or else the length of a sentence."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

__all__ = ["MixOrSentence"]


class MixOrSentence:
    """Refuses short passwords of one kind of sign. Long ones are free: a sentence is remembered and hard to guess."""

    def __init__(self, minimum: int = 8, sentence: int = 16) -> None:
        self.minimum, self.sentence = minimum, sentence

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) >= self.sentence:
            return
        mixed = any(c.isupper() for c in password) and any(c.islower() for c in password)
        if len(password) < self.minimum or not mixed or not any(c.isdecimal() for c in password):
            raise ValidationError(self.get_help_text(), code="password_too_simple")

    def get_help_text(self) -> str:
        return _(
            "Use at least %(minimum)s characters with a small letter, a capital letter and a digit, "
            "or a whole sentence of %(sentence)s or more characters."
        ) % {"minimum": self.minimum, "sentence": self.sentence}
