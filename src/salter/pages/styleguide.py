"""Every element on one page, with invented data: for those who build pages, and for the tests of the look."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from salter.pages.forms import AmountField, DateField, Form
from salter.pages.registry import AttentionItem
from salter.pages.tables import Action, Band, Column, Table

__all__ = ["answer_look"]

# Nothing here is shown to a customer, so these few words stay in one language and out of the catalogues.


@dataclass(frozen=True)
class Sample:
    """A row of the sample table."""

    pk: int
    number: str
    customer: str
    place: str
    due_on: date | None
    total_minor: int
    state: str


STATES: dict[str, Band] = {
    "late": Band("3 days late", "danger", solid=True),
    "soon": Band("due in 2 days", "warning"),
    "open": Band("open", "white"),
    "paid": Band("paid", "success"),
}


class SampleTable(Table):
    name = "samples"
    title = "Bills"
    default_sort = "-due_on"
    placeholder = "number, name, amount…"
    columns = [
        Column("number", "Number", search="number", link=lambda _row: "#", nowrap=True, lead=True),
        Column("customer", "Customer", search="customer", second="place"),
        Column("due_on", "Due", kind="date"),
        Column("total_minor", "Amount", kind="money", total=True),
        Column("state", "State", kind="band", search="state", value=lambda row: STATES[row.state], opt=True),
        Column("act", "Act", kind="action", search=(), value=lambda row: Action("Open", "#", row.number)),
    ]

    def tone(self, row: Any) -> str:
        return {"late": "danger", "soon": "warning"}.get(row.state, "white")


class SampleForm(Form):
    name = forms.CharField(label="Your name", max_length=40)
    reason = forms.ChoiceField(label="What is it about?", choices=[("a", "A bill"), ("b", "A reading")],
                               widget=forms.RadioSelect)  # fmt: skip
    parts = forms.MultipleChoiceField(
        label="Which parts?",
        choices=[("1", "Network"), ("2", "Gas")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="As many as you like.",
    )
    day = DateField(label="Day of the reading", help_text="For example 31.12.2026.")
    amount = AmountField(label="Disputed amount", required=False)
    text = forms.CharField(label="Your message", widget=forms.Textarea, max_length=4000)
    photo = forms.FileField(label="Photo", required=False, help_text="JPEG, PNG or HEIC, up to 10 MB.")
    agree = forms.BooleanField(label="Send me an answer by e-mail", required=False)


def _samples() -> list[Sample]:
    today = timezone.localdate()
    people = ["Đorđe Živković", "Љиљана Ђорђевић", "Ștefan Ionescu", "Łucja Żak", "Ќиро Ѓорѓиев", "Milica Jovanović"]
    states = list(STATES)
    return [
        Sample(
            pk=n,
            number=f"2026-{n:02}-204118",
            customer=people[n % len(people)],
            place=f"Lipova {n}",
            due_on=None if n == 7 else today + timedelta(days=(n * 37) % 90 - 40),
            total_minor=(n * 7919_17) % 1_500_000 - (20_000 if n % 11 == 0 else 0),
            state=states[n % len(states)],
        )
        for n in range(1, 61)
    ]


def answer_look(request: HttpRequest, layout: str) -> HttpResponse:
    """Answer with the page of all elements in a layout."""
    form = SampleForm()
    if "refused" in request.GET:
        form = SampleForm({"text": "What I had written.", "amount": "much", "day": "31.2.2026"})
    items = [
        AttentionItem(
            "The bill for January waits for payment",
            "Pay by scanning",
            "#",
            text="It was due on 2 March 2026.",
            amount=(864217, "RSD"),
            band="3 days late",
            second_action="Why this much?",
            second_url="#",
        ),
        AttentionItem("Marko Ilić asks for a photo of the meter", "Answer", "#", text="Complaint R-2026-00187"),
    ]
    table = SampleTable(_samples() if "bare" not in request.GET else [])
    return table.respond(
        request,
        "pages/look.html",
        {
            "form": form,
            "items": items,
            "layout": f"{layout}.html",
            "now": timezone.now(),
            "today": timezone.localdate(),
        },
    )
