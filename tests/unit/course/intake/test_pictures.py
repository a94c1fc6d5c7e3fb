"""Pasted pictures are kept, if they are pictures."""

from __future__ import annotations

import base64

from d2l_course.intake import pictures
from d2l_course.intake.pictures import attached, picture, taken_out

import pytest

BEGINS = {
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/jpeg": b"\xff\xd8\xff\xe0",
    "image/gif": b"GIF89a",
    "image/webp": b"RIFF\n\0\0\0WEBP",
}


def encoded(data):
    return base64.b64encode(data).decode()


PNG = encoded(BEGINS["image/png"])


@pytest.mark.parametrize(("kind", "data"), BEGINS.items())
def test_grids_of_dots_are_pictures(kind, data):
    lines = base64.encodebytes(data * 20).decode()
    expected = f"data:{kind};base64,{encoded(data * 20)}"
    assert picture(kind, lines) == expected


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("image/svg+xml", encoded(b"<svg>")),
        ("text/html", PNG),
        ("image/png", encoded(b"<svg>")),
        ("image/jpeg", PNG),
        ("image/png", PNG + '"onerror=x'),
        ("image/png", "é"),
        ("image/png", PNG[:-1]),
        ("image/png", ""),
    ],
)
def test_nothing_else_is(kind, data):
    assert picture(kind, data) == ""


def test_a_picture_may_be_so_large_and_no_larger(monkeypatch):
    monkeypatch.setattr(pictures, "_LONGEST", len(PNG))
    assert picture("image/png", PNG)
    assert picture("image/png", encoded(BEGINS["image/png"] + b"12")) == ""


@pytest.mark.parametrize(
    "raw", [None, [], "x", {"a": None}, {"a": {"image/png": 7}}, {"a": []}]
)
def test_what_is_not_attached_as_notebooks_do_is_left_out(raw):
    assert attached(raw) == {}


def test_of_the_forms_of_a_picture_the_first_that_is_safe_is_kept():
    forms = {
        "image/svg+xml": encoded(b"<svg>"),
        "image/png": [PNG[:4], PNG[4:]],
    }
    assert attached({"a": forms}) == {"a": {"image/png": PNG}}


def test_what_colab_pastes_into_the_text_is_taken_out():
    source = f"a ![b](data:image/png;base64,{PNG}) c"
    text, found = taken_out(source)
    assert text == "a ![b](attachment:pasted-1) c"
    assert found == {"pasted-1": {"image/png": PNG}}


def test_what_is_no_picture_stays_in_the_text():
    source = f"![b](data:image/jpeg;base64,{PNG}) ![c](data:image/svg+xml,x)"
    assert taken_out(source) == (source, {})
