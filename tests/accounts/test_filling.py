"""A page's own form, filled with what was typed before."""

import pytest

from salter.accounts.filling import fill_form

PAGE = "/gas/cases/new"


def filled(body: str, target: str = PAGE, **fields: list[str]) -> str:
    return fill_form(f'<form method="post">{body}</form>', page=PAGE, target=target, fields=fields)


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        ('<input name="a" value="old">', {"a": ["new"]}, '<input name="a" value="new">'),
        ('<input name="a">', {"a": ['"><script>']}, '<input name="a" value="&quot;&gt;&lt;script&gt;">'),
        ('<input name="a"\n  type="text"/>', {"a": ["x"]}, '<input name="a" type="text" value="x">'),
        ('<input type="password" name="p">', {"p": ["x"]}, '<input type="password" name="p">'),
        ('<input type="file" name="f">', {"f": ["x"]}, '<input type="file" name="f">'),
        (
            '<input type="hidden" name="csrfmiddlewaretoken" value="t">',
            {"csrfmiddlewaretoken": ["x"]},
            '<input type="hidden" name="csrfmiddlewaretoken" value="t">',
        ),
        ('<input type="hidden" name="version" value="7">', {"version": ["3"]}, 'value="3"'),
        ('<input type="checkbox" name="c" checked>', {"other": ["x"]}, '<input type="checkbox" name="c">'),
        ('<input type="checkbox" name="c">', {"c": ["on"]}, '<input type="checkbox" name="c" checked>'),
        (
            '<input type="radio" name="r" value="1" checked><input type="radio" name="r" value="2">',
            {"r": ["2"]},
            '<input type="radio" name="r" value="1"><input type="radio" name="r" value="2" checked>',
        ),
        (
            "<textarea name='t'>old</textarea>",
            {"t": ["a & b\n<c>"]},
            "<textarea name='t'>\na &amp; b\n&lt;c&gt;</textarea>",
        ),
        (
            '<select name="s"><option value="1" selected>One<option value="2">Two</select>',
            {"s": ["2"]},
            '<select name="s"><option value="1">One<option value="2" selected>Two</select>',
        ),
        ("<select name='s'><option>One</option><option>Two</option></select>", {"s": ["Two"]}, "<option selected>Two"),
        ('<input name="a"><input name="a">', {"a": ["1", "2"]}, '<input name="a" value="1"><input name="a" value="2">'),
        ("<p>Šalter &amp; co</p>", {"a": ["x"]}, "<p>Šalter &amp; co</p>"),
    ],
)
def test_fields_take_what_was_typed(body: str, fields: dict[str, list[str]], expected: str) -> None:
    assert expected in filled(body, **fields)


@pytest.mark.parametrize(
    "form",
    [
        '<form method="get"><input name="a"></form>',
        '<form method="post" action="/gas/other"><input name="a"></form>',
        '<form method="post" action="https://evil.example/gas/cases/new2"><input name="a"></form>',
        '<input name="a">',
    ],
)
def test_other_forms_stay_as_they_are(form: str) -> None:
    assert fill_form(form, page=PAGE, target=PAGE, fields={"a": ["x"]}) == form


def test_a_form_that_posts_elsewhere_is_found_on_its_page() -> None:
    html = '<p>\n</p><form method="post" action="reply"><input name="a"></form>'
    assert 'value="x"' in fill_form(html, page="/gas/cases/7/", target="/gas/cases/7/reply", fields={"a": ["x"]})
