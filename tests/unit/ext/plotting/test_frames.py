"""Figures that the reader plays with: what the page gets of them."""

from __future__ import annotations

import base64
import itertools
import json
from html.parser import HTMLParser

from d2l_ext.plotting import (
    Control,
    Prefix,
    interactive,
    subplots,
)

import numpy as np
import pytest
from matplotlib import pyplot as plt

PNG = b"\x89PNG\r\n\x1a\n"


class Page(HTMLParser):
    """Reads the elements of a figure as a browser would."""

    def __init__(self, source):
        super().__init__()
        self.elements, self.text, self.open = {}, {}, []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.setdefault(tag, []).append(dict(attributes))
        if tag != "img":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.setdefault(tag, []).append(dict(attributes))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text[self.open[-1]] = self.text.get(self.open[-1], "") + data


def show(figure):
    """Returns the elements and the data of an interactive figure."""
    page = Page(figure._repr_mimebundle_()["text/html"])
    assert not page.open
    return page, json.loads(page.text["script"], parse_constant=refuse)


def refuse(constant):
    raise AssertionError(f"a browser's JSON knows no {constant}")


def no_traces(**_values):
    return []


ONE = Control("x", "x", [1])


def make(controls=(ONE,), traces=no_traces, **options):
    """Returns an interactive figure; alt and caption are given."""
    static, ax = subplots()
    ax.plot([1, 2])
    texts = {"alt": "A line.", "caption": "It rises."}
    return interactive(static, controls, traces, **texts | options)


def test_every_combination_of_values_has_its_frame_and_title():
    rates, sizes = [0.1, 1.0, 10.0], ["small", "large"]

    def traces(lr, size):
        return [{"x": [lr, 2 * lr], "name": size, "type": "scatter"}]

    figure = make(
        [
            Control("lr", "learning rate", rates, start=1, play=True),
            Control("size", "size of the network", sizes),
        ],
        traces,
        title=lambda lr, size: f"{size} at {lr}",
        layout={"xaxis": {"title": "x"}},
    )
    _, data = show(figure)
    pairs = list(itertools.product(range(3), range(2)))
    assert data["frames"] == {
        f"{i},{j}": traces(rates[i], sizes[j]) for i, j in pairs
    }
    assert data["titles"] == {
        f"{i},{j}": f"{sizes[j]} at {rates[i]}" for i, j in pairs
    }
    assert data["layout"] == {"xaxis": {"title": "x"}}
    assert data["controls"] == [
        {
            "name": "lr",
            "label": "learning rate",
            "values": rates,
            "start": 1,
            "play": True,
        },
        {
            "name": "size",
            "label": "size of the network",
            "values": sizes,
            "start": 0,
            "play": False,
        },
    ]


def test_numbers_of_every_kind_become_json():
    trace = {
        "list": [1, np.int64(2), np.float32(0.5)],
        "array": np.array([[1.23456789, np.nan], [np.inf, -np.inf]]),
        "range": range(2),
        "nested": ({"flag": np.bool_(True), "none": None, 3: 1e-9},),
        "huge": 123456.789,
    }
    _, data = show(make(traces=lambda x: [trace]))
    assert data["frames"]["0"] == [
        {
            "list": [1, 2, 0.5],
            "array": [[1.235, None], [None, None]],
            "range": [0, 1],
            "nested": [{"flag": True, "none": None, "3": 1e-9}],
            "huge": 123500.0,
        }
    ]


def test_a_control_may_run_through_a_range_or_an_array():
    controls = [
        Control("a", "a", range(3)),
        Control("b", "b", np.array([0.5, 1])),
    ]
    _, data = show(make(controls, lambda a, b: [{"y": [a, b]}]))
    assert [c["values"] for c in data["controls"]] == [[0, 1, 2], [0.5, 1]]
    assert data["frames"]["2,0"] == [{"y": [2, 0.5]}]


def test_without_titles_there_are_none():
    _, data = show(make())
    assert data["titles"] == {}
    assert data["layout"] == {}


@pytest.mark.parametrize(
    "text", ["</script><b>", "</SCRIPT >", "<!-- <script>", "a & b < c > d"]
)
def test_markup_in_the_data_cannot_leave_its_element(text):
    figure = make(title=lambda x: text)
    source = figure._repr_mimebundle_()["text/html"]
    inside = source.partition('json">')[2].rpartition("</script>")[0]
    assert "<" not in inside
    page, data = show(figure)
    assert data["titles"] == {"0": text}
    assert "b" not in page.elements


def test_alt_and_caption_are_there_for_who_needs_them():
    alt, caption = 'A "steep" <line> & more', "What <b>rises</b> & why"
    page, _ = show(make(alt=alt, caption=caption))
    assert page.elements["img"][0]["alt"] == alt
    assert page.elements["div"][0]["aria-label"] == alt
    assert page.text["p"] == caption
    assert "b" not in page.elements


@pytest.mark.parametrize("text", ["", "  \n"])
@pytest.mark.parametrize("name", ["alt", "caption"])
def test_a_figure_without_alt_or_caption_is_refused(name, text):
    with pytest.raises(ValueError, match="needs alt and caption"):
        make(**{name: text})


def test_a_figure_without_a_control_is_refused():
    with pytest.raises(ValueError, match="needs a control"):
        make(controls=[])


def test_the_static_picture_is_embedded():
    figure = make()
    page, _ = show(figure)
    start, _, image = page.elements["img"][0]["src"].partition(",")
    assert start == "data:image/png;base64"
    assert base64.b64decode(image) == figure.static
    assert figure.static.startswith(PNG)
    # 5.6 by 3.2 inches at 120 dots; the size is the header's first field.
    size = np.frombuffer(figure.static[16:24], dtype=">u4")
    assert size.tolist() == [672, 384]


def test_the_static_figure_is_closed_so_that_it_is_not_shown_twice():
    make()
    assert plt.get_fignums() == []


def test_the_plain_text_is_the_alt_text():
    assert make()._repr_mimebundle_()["text/plain"] == "<figure: A line.>"


@pytest.mark.parametrize(("start", "n"), [(-1, 3), (3, 3), (0, 0)])
def test_a_control_that_starts_outside_its_values_is_refused(start, n):
    with pytest.raises(ValueError, match=f"'lr' starts at {start} of {n}"):
        Control("lr", "learning rate", list(range(n)), start=start)


def test_a_background_is_in_every_frame_and_stored_once():
    ground = {"y": [1, 2, 3]}
    figure = make(
        [Control("x", "x", [1, 2])],
        lambda x: [{"y": [x]}],
        background=[ground],
    )
    _, data = show(figure)
    assert data["shared"] == [ground]
    assert data["frames"] == {
        "0": [{"shared": 0}, {"y": [1]}],
        "1": [{"shared": 0}, {"y": [2]}],
    }


def test_prefixes_of_one_trace_store_it_once():
    paths = [{"x": [0, 1, 2], "y": [i, 1, 2]} for i in range(2)]
    figure = make(
        [Control("step", "step", [0, 1, 3])],
        lambda step: [Prefix(path, step) for path in paths],
    )
    _, data = show(figure)
    assert data["shared"] == paths
    assert data["frames"] == {
        key: [{"shared": i, "points": n} for i in range(2)]
        for key, n in (("0", 0), ("1", 1), ("2", 3))
    }


@pytest.mark.parametrize("num_points", [-1, 4])
def test_a_prefix_longer_than_its_trace_is_refused(num_points):
    with pytest.raises(ValueError, match=f"0 to 3 points, not {num_points}"):
        Prefix({"x": [0, 1, 2], "y": [0, 1, 2]}, num_points)


@pytest.mark.parametrize("choose", [False, True])
def test_the_page_is_told_whether_the_reader_chooses(choose):
    _, data = show(make(choose=choose))
    assert data["choose"] is choose
