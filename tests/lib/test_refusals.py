import pickle

import pytest
from django.utils import translation
from django.utils.functional import lazystr

from salter.lib import dates, identifiers, ips, money, phones, references
from salter.lib.refusals import Refused


class Sentence:
    """A text that is made anew for each reader, as gettext_lazy makes it."""

    def __str__(self) -> str:
        return f"{translation.get_language()} %(text)s"


def test_a_refusal_speaks_the_language_of_its_reader() -> None:
    refusal = Refused(lazystr(Sentence()), text="x")
    with translation.override("ro"):
        assert str(refusal) == "ro x"
    with translation.override("pl"):
        assert str(refusal) == "pl x"


def test_a_sentence_without_values_may_hold_a_per_cent_sign() -> None:
    assert str(Refused("100 % paid.")) == "100 % paid."


REFUSED = [
    lambda: money.parse_amount("x"),
    lambda: dates.parse_date("x"),
    lambda: identifiers.check("pib", "199999998"),
    lambda: phones.normalise("x", "RS"),
    lambda: references.check_model_97("x"),
    lambda: ips.check_account("x"),
]


@pytest.mark.parametrize("act", REFUSED)
def test_a_refusal_travels_between_processes(act: object) -> None:
    with pytest.raises(Refused) as caught:
        act()  # type: ignore[operator]
    copy = pickle.loads(pickle.dumps(caught.value))
    assert type(copy) is caught.type
    assert str(copy) == str(caught.value)
    assert {k: v for k, v in vars(copy).items() if isinstance(v, str)} == {
        k: v for k, v in vars(caught.value).items() if isinstance(v, str)
    }
