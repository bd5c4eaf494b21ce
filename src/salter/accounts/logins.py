"""What a person types to say who he is: an e-mail address or a mobile number in any usual spelling."""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from salter.accounts.types import Channel
from salter.lib import phones

__all__ = ["Login", "parse_login"]


@dataclass(frozen=True, slots=True)
class Login:
    """`value` is the address as stored, when it is one; `key` is what attempts are counted by."""

    channel: Channel | None
    value: str

    @property
    def key(self) -> str:
        return self.value

    def credentials(self) -> dict[str, str]:
        """Return what the authentication backend looks for; it spends the same time when nobody has it."""
        return {"phone": self.value} if self.channel == Channel.SMS else {"email": self.value}


def parse_login(text: str, country: str) -> Login:
    """Read an e-mail address or number; what is neither keeps its folded text and no channel."""
    text = text.strip()[:254]
    if "@" in text:
        try:
            validate_email(text)
        except ValidationError:
            return Login(None, text.lower())
        return Login(Channel.EMAIL, text.lower())
    try:
        return Login(Channel.SMS, phones.normalise(text, country))
    except ValueError:
        return Login(None, text.lower())
