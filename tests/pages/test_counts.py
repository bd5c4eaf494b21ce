"""The frame's numbers: counted together, once, each for its own pages."""

from typing import Any

import pytest
from django.http import HttpRequest

from salter.institutions.models import Institution
from salter.pages import counts
from salter.pages.counts import Count, count_all, counted, register_count


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_counts", {})


def some(*slugs: str) -> Any:
    return lambda _request: Institution.objects.filter(slug__in=slugs).order_by("slug")


@pytest.mark.django_db
def test_all_that_a_page_needs_is_counted_at_once(cast: Any, django_assert_num_queries: Any) -> None:
    register_count(Count("both", some("gas", "heat"), on="citizen"))
    register_count(Count("one", some("gas")))
    register_count(Count("nothing", some(), on="citizen"))
    register_count(Count("nobody", lambda _request: None))
    request = HttpRequest()
    with django_assert_num_queries(1):
        found = {code: counted(request, code) for code in ("both", "one", "nothing", "nobody")}
    assert found == {"both": 2, "one": 1, "nothing": 0, "nobody": 0}


@pytest.mark.django_db
def test_pages_of_the_staff_do_not_look_for_the_citizens_numbers(cast: Any) -> None:
    asked: list[HttpRequest] = []
    register_count(Count("citizens", asked.append, on="citizen"))  # type: ignore[arg-type]
    register_count(Count("everybodys", some("gas")))
    request = HttpRequest()
    assert counted(request, "everybodys") == 1
    assert asked == []
    assert counted(request, "citizens") == 0
    assert asked == [request]


@pytest.mark.django_db
def test_what_is_typed_stays_a_value(cast: Any) -> None:
    typed = "100% ' ; DROP TABLE x --%s"
    assert count_all(
        {"rows": Institution.objects.filter(slug=typed), "gas": Institution.objects.filter(slug="gas")}
    ) == {
        "rows": 0,
        "gas": 1,
    }


@pytest.mark.django_db
def test_counting_ends_at_what_is_shown(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "MOST", 1)
    assert count_all({"rows": Institution.objects.all()}) == {"rows": 1}


def test_a_code_is_taken_once() -> None:
    register_count(Count("one", some("gas")))
    with pytest.raises(ValueError, match="twice"):
        register_count(Count("one", some("heat")))
