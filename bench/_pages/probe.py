"""Signs the demo's customer in and writes, as JSON, his cookie, the measured addresses and the queries of each page."""

import json

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from salter.accounts.models import User  # noqa: E402
from salter.billing.selectors import list_open_invoices  # noqa: E402
from salter.demo.sign_ins import PEOPLE, SLUG  # noqa: E402
from salter.institutions.models import Institution  # noqa: E402
from salter.parties.models import Customer  # noqa: E402

person = User.objects.get(email=PEOPLE[0].email)
institution = Institution.objects.get(slug=SLUG)
customers = Customer.objects.filter(institution=institution, party__representations__user=person)
invoice = list_open_invoices(institution=institution, customers=customers)[0]
client = Client(HTTP_HOST="127.0.0.1")
client.force_login(person)
pages = {
    "bare": f"/{SLUG}/bare-page",
    "home": f"/{SLUG}/",
    "bills": f"/{SLUG}/bills/",
    "cases": f"/{SLUG}/cases/",
    "one bill": f"/{SLUG}/bills/{invoice.pk}",
}
queries = {}
for name, address in pages.items():
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    queries[name] = len(captured)
cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
print(json.dumps({"cookie": cookie, "pages": pages, "queries": queries}))
