"""Forms: how fields are drawn, and that a double click acts once."""

import re
import threading
from datetime import date

import pytest
from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation

from salter.pages.forms import AmountField, DateField, Form, add_refusal, answer, once
from salter.pages.models import Submission
from salter.pages.shortcuts import render


class Sample(Form):
    name = forms.CharField(label="Name", help_text="As on the bill.", max_length=10)
    day = DateField(label="Day", required=False)
    amount = AmountField(label="Amount", required=False, minimum=1)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A bill"), ("b", "A reading")], widget=forms.RadioSelect)
    photo = forms.FileField(label="Photo", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


GOOD = {"name": "Ana", "kind": "a"}


def drawn(request: HttpRequest, form: forms.BaseForm) -> str:
    return render(request, "alone/form.html", {"form": form})


class TestDrawing:
    def test_error_stands_between_label_and_control_and_is_tied_to_it(self, make_request):
        page = drawn(make_request(), Sample({"name": "x" * 11}))
        field = page[page.index('for="id_name"') :]
        order = [
            field.index(part)
            for part in ("Name", 'id="id_name_helptext"', 'id="id_name_error"', '<input type="text" name="name"')
        ]
        assert order == sorted(order)
        control = re.search(r'<input[^>]*name="name"[^>]*>', page)
        assert control
        assert 'aria-invalid="true"' in control[0]
        assert 'aria-describedby="id_name_helptext id_name_error"' in control[0]
        assert f'value="{"x" * 11}"' in control[0]

    def test_the_summary_links_to_each_field_and_counts(self, make_request):
        page = drawn(make_request(), Sample({"day": "31.2.2026"}))
        summary = page[page.index('class="errors"') : page.index('<form class="card')]
        assert "There are 3 problems" in summary
        assert re.findall(r'href="#([^"]+)"', summary) == ["id_name", "id_day", "id_kind_0"]
        assert "autofocus" in summary
        assert 'role="alert"' in summary

    def test_one_problem_is_one(self, make_request):
        assert "There is a problem" in drawn(make_request(), Sample({"kind": "a"}))

    def test_a_fresh_form_has_no_summary_and_says_what_is_optional(self, make_request):
        page = drawn(make_request(), Sample())
        assert 'class="errors"' not in page
        assert page.count("(optional)") == 3
        assert " required" not in page
        assert "novalidate" in page
        assert 'enctype="multipart/form-data"' in page

    def test_a_group_is_a_fieldset_with_its_question(self, make_request):
        page = drawn(make_request(), Sample())
        assert re.search(r"<fieldset[^>]*><legend>Kind", page)
        assert re.search(r'<label class="choice" for="id_kind_0"><input[^>]*class="ds-input"[^>]*>', page)

    def test_what_was_typed_is_escaped(self, make_request):
        page = drawn(make_request(), Sample({"name": '"><script>alert(1)</script>'}))
        assert "<script>alert" not in page

    def test_any_form_of_django_draws_itself_by_our_elements(self, make_request):
        class Foreign(forms.Form):
            code = forms.CharField(label="Code")

        make_request()
        text = str(Foreign({"code": ""}))
        assert 'class="field bad"' in text
        assert 'class="ds-input"' in text

    def test_a_refusal_of_a_service_stands_beside_its_field(self, make_request):
        form = Sample(GOOD)
        assert form.is_valid()
        add_refusal(form, "name", ValueError("That name is taken."))
        add_refusal(form, "no_such_field", "Try tomorrow.")
        page = drawn(make_request(), form)
        assert "Name: That name is taken." in page
        assert "<li>Try tomorrow.</li>" in page


class TestFields:
    @pytest.mark.parametrize("text", ["5. 3. 2026.", "05.03.2026", "5/3/2026", "2026-03-05", " 5.3.2026. "])
    def test_a_day_as_people_write_it(self, text):
        form = Sample({**GOOD, "day": text})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["day"] == date(2026, 3, 5)

    @pytest.mark.parametrize("text", ["31.2.2026", "5.3.26", "yesterday", "2026-13-01", "9" * 400])
    def test_no_such_day(self, text):
        assert "day" in Sample({**GOOD, "day": text}).errors

    def test_an_amount_is_kept_in_minor_units(self):
        form = Sample({**GOOD, "amount": "1.234,50"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["amount"] == 123450

    @pytest.mark.parametrize("text", ["much", "1,234", "0", "-5", "1e9", "9" * 400])
    def test_not_an_amount(self, text):
        assert "amount" in Sample({**GOOD, "amount": text}).errors

    def test_an_initial_value_is_shown_as_people_write_it(self, make_request):
        with translation.override("sr-latn"):
            page = drawn(make_request(language="sr-latn"), Sample(initial={"day": date(2026, 3, 5), "amount": 123450}))
        assert 'value="05.03.2026."' in page
        assert 'value="1.234,50"' in page


def test_a_refused_form_is_422_and_a_fresh_one_200(make_request):
    request = make_request()
    assert answer(request, "alone/form.html", form=Sample()).status_code == 200
    assert answer(request, "alone/form.html", form=Sample({})).status_code == 422
    assert answer(request, "alone/form.html", form=Sample(GOOD)).status_code == 200


@pytest.mark.django_db
class TestOnce:
    def press(self, make_request, acts: list[str], status: int = 302, path: str = "/gas/ask/", **data: str):
        request = make_request(path, data={"once": "k" * 32, "text": "Why?", **data})

        def act() -> HttpResponse:
            acts.append(request.POST["text"])
            return HttpResponseRedirect(f"/done/{len(acts)}/") if status == 302 else HttpResponse(status=status)

        return once(request, act)

    def test_pressed_twice_it_is_done_once_and_both_arrive_at_the_same_place(self, make_request):
        acts: list[str] = []
        answers = [self.press(make_request, acts) for _press in range(3)]
        assert acts == ["Why?"]
        assert [reply["Location"] for reply in answers] == ["/done/1/"] * 3

    @pytest.mark.parametrize("change", [{"text": "How?"}, {"once": "n" * 32}, {"path": "/gas/other/"}])
    def test_another_word_another_form_another_page_is_another_act(self, make_request, change):
        acts: list[str] = []
        self.press(make_request, acts)
        self.press(make_request, acts, **change)
        assert len(acts) == 2

    def test_a_refusal_frees_the_key(self, make_request):
        acts: list[str] = []
        assert self.press(make_request, acts, status=422).status_code == 422
        assert self.press(make_request, acts).status_code == 302
        assert len(acts) == 2

    def test_a_crash_frees_the_key(self, make_request):
        def crash() -> HttpResponse:
            raise RuntimeError

        with pytest.raises(RuntimeError):
            once(make_request(data={"once": "k" * 32}), crash)
        assert not Submission.objects.exists()

    def test_without_a_key_it_acts(self, make_request):
        acts: list[str] = []
        self.press(make_request, acts, once="")
        self.press(make_request, acts, once="")
        assert len(acts) == 2

    def test_another_persons_key_is_no_key(self, make_request):
        class Person:
            is_authenticated = True

            def __init__(self, pk: int) -> None:
                self.pk = pk

        done = []
        for pk in (1, 2):
            request = make_request(data={"once": "k" * 32, "text": "a"}, user=Person(pk))
            once(request, lambda pk=pk: done.append(pk) or HttpResponseRedirect("/"))
        assert done == [1, 2]


def test_two_presses_at_the_same_moment(scratch_db, rf):
    from django.contrib.auth.models import AnonymousUser
    from django.db import connection

    acts: list[int] = []
    places: list[str] = []
    both = threading.Barrier(2)

    def press() -> None:
        request = rf.post("/gas/ask/", {"once": "k" * 32, "text": "Why?"})
        request.user = AnonymousUser()

        def act() -> HttpResponse:
            acts.append(1)
            threading.Event().wait(0.2)
            return HttpResponseRedirect(f"/done/{len(acts)}/")

        both.wait(5)
        places.append(once(request, act)["Location"])
        connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(acts) == 1
    assert places == ["/done/1/", "/done/1/"]
