"""Markdown is rendered with tags and attributes of a small set."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import pytest

pytest.importorskip("mistune")

from d2l_course.nbgrader.markdown import to_html

from hypothesis import given
from hypothesis import strategies as st
from payloads import PAYLOADS

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n dots").decode()
TAGS = re.compile(
    "a|blockquote|br|code|del|em|h[1-6r]|img|li|ol|p|pre|strong|table|tbody|"
    "td|th|thead|tr|ul|math|mfrac|mi|mn|mo|mover|mphantom|mroot|mrow|mspace|"
    "msqrt|mstyle|msub|msubsup|msup|mtable|mtd|mtext|mtr|munder|munderover"
)
ATTRIBUTES = {"a": {"href", "target", "rel"}, "img": {"alt", "src"}}
ATTRIBUTES |= {"ol": {"start"}}


class Allowed(HTMLParser):
    """Finds what is not allowed."""

    def __init__(self):
        super().__init__()
        self.odd = []

    def handle_starttag(self, tag, attrs):
        for name, value in [("", ""), *attrs]:
            of_math = tag[0] == "m" and name not in ("href", "style", "class")
            if not TAGS.fullmatch(tag) or not (
                not name or of_math or name in ATTRIBUTES.get(tag, ())
            ):
                self.odd.append((tag, name, value))
            if name == "href" and not value.lower().startswith(
                ("http://", "https://", "mailto:")
            ):
                self.odd.append((tag, name, value))
            if name == "src" and not value.startswith("data:image/png;base64"):
                self.odd.append((tag, name, value))

    def handle_comment(self, data):
        self.odd.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def odd(text):
    parser = Allowed()
    parser.feed(text)
    parser.close()
    return parser.odd


def test_what_students_write_is_rendered():
    page = to_html(
        "# Why\n\n*So* **and** `x[0]` [there](https://example.org) &copy;\n\n"
        "- one\n\n3. three\n\n|a|b|\n|-|-|\n|1|2|\n\n```\ncode\n```\n$x_1$\n"
        "> said\n\n~~not~~ a  \nb\n***\n"
    )
    for tag in (
        *("<em>", "<strong>", "<li>", "<td>", "<pre>", "<h1>", "<msub>"),
        *("<blockquote>", "<del>", "<br>", "<hr>", "<th>", '<ol start="3">'),
        '<a href="https://example.org" target="_blank" ',
        "<code>x[0]</code>",
        "©",
    ):
        assert tag in page


def test_a_tag_in_the_text_is_text():
    assert to_html("a <b>c</b>") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>"


def test_a_pasted_picture_is_shown():
    attachments = {"a b.png": {"image/png": PNG}}
    page = to_html("![some *dots*](attachment:a%20b.png)", attachments)
    assert page == (
        f'<p><img alt="some dots" src="data:image/png;base64,{PNG}"></p>'
    )


@pytest.mark.parametrize(
    "attachments",
    [
        {},
        {"x": {}},
        {"x": {"image/svg+xml": PNG}},
        {"x": {"image/png": "PHN2Zz4="}},
        {"x": {"text/html": PNG}},
    ],
)
def test_no_other_picture_is(attachments):
    page = to_html("![dots](attachment:x)", attachments)
    assert page == "<p><em>[picture: dots]</em></p>"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_payloads_are_text(payload):
    assert odd(to_html(payload)) == []


@given(
    st.lists(
        st.one_of(
            st.sampled_from(PAYLOADS),
            st.sampled_from([*"[]()<>!`*_$|\\\n\"'&:#-", "files/"]),
            st.text(max_size=5),
        ),
        max_size=20,
    )
)
def test_whatever_is_written_is_of_the_small_set(parts):
    assert odd(to_html("".join(parts))) == []


def test_what_is_nested_too_deep_is_text():
    source = "*a **b " * 3000
    assert to_html(source)
    assert odd(to_html("> " * 3000 + "x")) == []
