"""The error that all parsers of this library raise: its text is a sentence for the person who typed."""

from typing import Any

__all__ = ["Refused"]


class Refused(ValueError):
    """Input that can't be taken.

    `str()` gives the sentence in the language that is active at that moment, so one refusal can be shown to a
    citizen in his language and written into a clerk's list of refused rows in another.
    """

    def __init__(self, sentence: Any, **values: Any) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        text = str(self.sentence)
        return text % self.values if self.values else text
