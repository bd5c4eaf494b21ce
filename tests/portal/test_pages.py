"""The citizen's pages: who sees what, linking a customer number, switching for whom one acts."""

import pytest
from django.urls import reverse

from salter.audit.models import Entry
from salter.notifications.models import Message
from salter.parties import services as parties
from salter.parties.models import Representation
from tests.cast import NOW, SYSTEM, make_party

PUBLIC = ("home", "contact", "help", "privacy", "accessibility")


def _url(name: str, slug: str = "gas") -> str:
    return reverse(f"portal:{name}", kwargs={"institution_slug": slug})


@pytest.mark.parametrize("name", PUBLIC)
def test_public_pages_need_no_account(cast, client, name):
    answer = client.get(_url(name))
    assert answer.status_code == 200
    assert "My gas" in answer.content.decode()
    assert "0800 555 192" in answer.content.decode() or name != "home"


@pytest.mark.parametrize("name", PUBLIC)
def test_an_unknown_counter_is_not_found(cast, client, name):
    assert client.get(_url(name, "water")).status_code == 404


@pytest.mark.parametrize("name", ["details", "link"])
def test_pages_about_a_person_ask_to_sign_in(cast, client, name):
    answer = client.get(_url(name))
    assert answer.status_code == 302
    assert answer.url.startswith("/account/sign-in?next=")


def test_a_customer_sees_his_home(cast, client):
    client.force_login(cast.ana)
    page = client.get(_url("home")).content.decode()
    assert "Ana Anić" in page
    assert "Boris" not in page


def test_somebody_without_a_customer_number_is_told_the_next_step(cast, client):
    client.force_login(cast.nobody)
    page = client.get(_url("home")).content.decode()
    assert _url("link") in page


def test_staff_without_a_customer_number_go_to_their_desk(cast, client):
    client.force_login(cast.dragan)
    answer = client.get(_url("home"))
    assert answer.status_code == 302
    assert "/desk/" in answer.url


def test_a_customer_of_another_institution_is_nobody_here(cast, client):
    client.force_login(cast.ceca)
    assert _url("link") in client.get(_url("home")).content.decode()
    assert client.get(_url("details")).url == _url("link")


def test_details_show_number_and_address_read_only_and_the_identifier_masked(cast, client):
    client.force_login(cast.ana)
    page = client.get(_url("details")).content.decode()
    for part in ("100001", "Lipova 14", "G100001", "0059"):
        assert part in page
    assert "0101895800059" not in page
    assert "<input" not in page.split("<main")[1].split("</main")[0].replace('<input type="hidden"', "").replace(
        "csrfmiddlewaretoken", ""
    )


def test_one_click_switches_for_whom_one_acts(cast, client):
    client.force_login(cast.ana)
    client.post(_url("act_for"), {"party": str(cast.ljiljan.pk)})
    page = client.get(_url("details")).content.decode()
    assert "100003" in page
    assert "100001" not in page


def test_nobody_switches_to_a_party_that_is_not_his(cast, client):
    client.force_login(cast.boris)
    client.post(_url("act_for"), {"party": str(cast.ana_party.pk)})
    assert "100001" not in client.get(_url("details")).content.decode()


@pytest.mark.parametrize("party", ["", "x", "0" * 36])
def test_a_wrong_party_changes_nothing(cast, client, party):
    client.force_login(cast.ana)
    assert client.post(_url("act_for"), {"party": party}).status_code == 302


def test_the_switch_never_leads_elsewhere(cast, client):
    client.force_login(cast.ana)
    answer = client.post(_url("act_for"), {"party": str(cast.ljiljan.pk), "next": "https://evil.example/"})
    assert answer.url == _url("home")


def test_a_switch_is_a_post(cast, client):
    client.force_login(cast.ana)
    assert client.get(_url("act_for")).status_code == 405


@pytest.fixture
def code(cast):
    party = make_party(cast.gas, "Đorđe Živković", "204139")
    return parties.issue_activation_code(actor=SYSTEM, customer=party.customers.get(), now=NOW)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def test_the_code_of_the_bill_links_and_the_person_is_told(cast, client, code):
    client.force_login(cast.nobody)
    answer = client.post(_url("link"), {"way": "code", "number": "204139", "code": code})
    assert answer.status_code == 302
    assert Representation.objects.filter(user=cast.nobody, party__name="Đorđe Živković").exists()
    assert Message.objects.filter(recipient=cast.nobody, template__code="portal.party_linked").exists()
    assert "204139" in client.get(_url("details")).content.decode()


def test_a_wrong_code_comes_back_with_what_was_typed(cast, client, code):
    client.force_login(cast.nobody)
    answer = client.post(_url("link"), {"way": "code", "number": "204139", "code": "WRONG"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="204139"' in page
    assert "Check them against your bill" in page
    assert Entry.objects.filter(action="parties.link_attempt").exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"way": "code"}, "number"),
        ({"way": "code", "number": "1" * 31, "code": "x"}, "number"),
        ({"way": "bill", "number": "1", "bill": "2", "amount": "much"}, "amount"),
        ({"way": "bill", "number": "1", "bill": "2", "amount": ""}, "amount"),
        ({"way": "letter", "number": ""}, "number"),
    ],
)
def test_bad_input_is_refused_beside_the_field(cast, client, data, field):
    client.force_login(cast.nobody)
    answer = client.post(_url("link"), data)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()


def test_the_sixth_wrong_try_within_an_hour_is_refused(cast, client, code):
    client.force_login(cast.nobody)
    for _ in range(5):
        client.post(_url("link"), {"way": "code", "number": "204139", "code": "WRONG"})
    answer = client.post(_url("link"), {"way": "code", "number": "204139", "code": code})
    assert answer.status_code == 422
    assert "Too many attempts" in answer.content.decode()


def test_the_platform_lists_ones_own_counters_first(cast, client):
    client.force_login(cast.ana)
    page = client.get("/").content.decode()
    assert page.index("My gas") < page.index("My heat")
    assert "Apoteka Ljiljan" in page
    assert "Ceca" not in page


def test_home_stays_within_its_queries(cast, client, django_assert_max_num_queries):
    client.force_login(cast.ana)
    client.get(_url("home"))
    with django_assert_max_num_queries(9):
        client.get(_url("home"))


@pytest.mark.parametrize("language", ["en", "sr-latn", "sr", "ro", "pl", "mk"])
@pytest.mark.parametrize("name", ["home", "link", "details", "contact", "help", "privacy", "accessibility"])
def test_every_page_comes_in_every_language(cast, client, name, language):
    cast.ana.language = language
    cast.ana.save()
    client.force_login(cast.ana)
    client.cookies["salter_language"] = language
    assert client.get(_url(name)).status_code == 200


def test_home_offers_the_switch_and_the_security_page_the_customer_numbers(cast, client):
    client.force_login(cast.ana)
    home = client.get(_url("home")).content.decode()
    assert f'value="{cast.ljiljan.pk}"' in home
    security = client.get("/account/security?next=/gas/").content.decode()
    assert "100001" in security
    assert "Lipova 14, 21000 Novi Sad" in security
