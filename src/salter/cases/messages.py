"""What people are told about cases. The subject always bears the number (SD-28)."""

from django.utils.translation import gettext_lazy as _

from salter.notifications.registry import template

__all__ = ["declare"]


def declare() -> None:
    template(
        "cases.opened",
        subject=_("{number}: we have received your request"),
        body=_("We have received your request “{kind}”. Its number is {number}. You will have an answer by {due}."),
        sms=_("We have received your request {number}. Answer by {due}."),
    )
    template(
        "cases.opened_undated",
        subject=_("{number}: we have received it"),
        body=_("We have received “{kind}” from you. Its number is {number}."),
        sms=_("We have received it. Number: {number}."),
    )
    template(
        "cases.answered",
        subject=_("{number}: we have answered"),
        body=_("There is an answer to your request {number} ({kind}). It now stands so: {status}."),
        sms=_("{number}: there is an answer for you. Now: {status}."),
    )
    template(
        "cases.status_changed",
        subject=_("{number}: {status}"),
        body=_("Your request {number} ({kind}) has moved on. It now stands so: {status}."),
        sms=_("{number}: {status}."),
    )
    template(
        "cases.deadline_extended",
        subject=_("{number}: we need more time"),
        body=_("We can't answer your request {number} in time. The new day is {due}. The reason: {reason}"),
        sms=_("{number}: we need more time, until {due}."),
    )
    template(
        "cases.customer_wrote",
        subject=_("{number}: the customer has written"),
        body=_("{applicant} has written in the case {number} that you handle."),
        action=_("Open the case"),
    )
    template(
        "cases.assigned_to_you",
        subject=_("{number}: the case is yours now"),
        body=_("{clerk} has given you the case {number}."),
        action=_("Open the case"),
    )
