"""Figures: what is drawn, how it looks, and what the reader can play with."""

from __future__ import annotations

import base64
import itertools
import json
from html.parser import HTMLParser

from d2l_ext import plotting
from d2l_ext.history import History
from d2l_ext.plotting import (
    COLORS,
    PALETTE,
    Control,
    color_of,
    interactive,
    plot_curves,
    plot_history,
    subplots,
)

import mxnet as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

LABELS = {"xlabel": "step", "ylabel": "loss"}
PNG = b"\x89PNG\r\n\x1a\n"


def draw(ax):
    """Renders the figure, as a notebook does; the locators run only then."""
    ax.figure.canvas.draw()
    return ax


def colors(ax):
    return {line.get_label(): to_hex(line.get_color()) for line in ax.lines}


def tick_labels(ax):
    low, high = sorted(ax.get_xlim())
    return [
        label.get_text()
        for tick, label in zip(
            ax.get_xticks(), ax.get_xticklabels(), strict=True
        )
        if low <= tick <= high
    ]


# Style and colors


def test_the_style_is_the_default():
    assert {key: plt.rcParams[key] for key in plotting.STYLE} == {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in plotting.STYLE.items()
    }


def test_the_colors_of_the_palette_differ():
    assert len(set(PALETTE)) == len(PALETTE) == 8


@pytest.mark.parametrize("label", COLORS)
def test_a_method_has_its_color_in_every_figure(label):
    alone = plot_curves({label: [1, 2]}, **LABELS)
    last = plot_curves({"other": [1], "another": [2], label: [3]}, **LABELS)
    assert colors(alone)[label] == colors(last)[label] == color_of(label, 5)
    assert color_of(label) == COLORS[label]


@given(
    labels=st.lists(
        st.sampled_from(["a", "b", "c", "no normalization", "whole data"]),
        min_size=1,
        unique=True,
    )
)
@settings(deadline=None, max_examples=20)
def test_no_two_curves_of_a_figure_share_a_color(labels):
    ax = plot_curves({label: [1, 2] for label in labels}, **LABELS)
    assert len(set(colors(ax).values())) == len(labels)
    plt.close(ax.figure)


def test_more_curves_than_colors_start_again():
    ax = plot_curves({str(i): [i, i] for i in range(10)}, **LABELS)
    assert list(colors(ax).values()) == [*PALETTE, *PALETTE[:2]]
    assert [color_of("x", i) for i in range(10)] == [*PALETTE, *PALETTE[:2]]


# Static figures


@pytest.mark.parametrize(("num_axes", "width"), [(1, 5.6), (2, 7.6), (3, 7.6)])
def test_axes_stand_side_by_side(num_axes, width):
    figure, axes = subplots(num_axes)
    assert np.size(axes) == len(figure.axes) == num_axes
    assert figure.get_size_inches().tolist() == [width, 3.2]
    columns = {ax.get_position().y0 for ax in figure.axes}
    assert len(columns) == 1


def test_a_figure_takes_its_size_and_matplotlibs_options():
    figure, (left, right) = subplots(2, width=6, height=2, sharey=True)
    assert figure.get_size_inches().tolist() == [6, 2]
    left.set_ylim(0, 7)
    assert right.get_ylim() == (0, 7)


@pytest.mark.parametrize("num_axes", [0, -1])
def test_a_figure_without_axes_is_refused(num_axes):
    with pytest.raises(ValueError, match=f"1 or more, not {num_axes}"):
        subplots(num_axes)


def test_curves_are_drawn_by_name_with_labels_and_scales():
    ax = plot_curves(
        {"one": [3, 2, 1], "two": ([0.1, 1, 10], [1, 4, 9])},
        xlabel="learning rate",
        ylabel="loss (nats)",
        title="A title",
        xscale="log",
        ylim=(0, 10),
    )
    one, two = draw(ax).lines
    assert one.get_xydata().tolist() == [[1, 3], [2, 2], [3, 1]]
    assert two.get_xydata().tolist() == [[0.1, 1], [1, 4], [10, 9]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "learning rate",
        "loss (nats)",
    )
    assert ax.get_title() == "A title"
    assert (ax.get_xscale(), ax.get_ylim()) == ("log", (0, 10))
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["one", "two"]
    assert one.get_linestyle() != two.get_linestyle()


def test_one_curve_needs_no_legend():
    assert plot_curves({"one": [1, 2]}, **LABELS).get_legend() is None


def test_curves_are_drawn_where_they_are_asked_for():
    _, (left, right) = subplots(2)
    assert plot_curves({"one": [1, 2]}, **LABELS, ax=right) is right
    assert (len(left.lines), len(right.lines)) == (0, 1)


@pytest.mark.parametrize(
    "values",
    [
        (y for y in [[1.0, 2.0]]),
        [np.array([1.0, 2.0])],
        [mx.np.array([1.0, 2.0])],
        [(range(1, 3), mx.np.array([1, 2]))],
    ],
    ids=["list", "NumPy", "MXNet", "pair"],
)
def test_a_curve_is_any_sequence_of_numbers(values):
    (curve,) = values
    (line,) = plot_curves({"one": curve}, **LABELS).lines
    assert line.get_xydata().tolist() == [[1, 1], [2, 2]]


def test_few_points_are_marked_and_many_are_not():
    ax = plot_curves({"few": range(12), "many": range(13)}, **LABELS)
    assert [line.get_marker() for line in ax.lines] == ["o", ""]


def test_ticks_at_whole_numbers_are_whole():
    ax = draw(plot_curves({"one": [5, 6, 7]}, **LABELS))
    assert all(float(label).is_integer() for label in tick_labels(ax))


def test_ticks_between_fractions_are_matplotlibs():
    ax = draw(plot_curves({"one": ([0.1, 0.5, 0.9], [1, 2, 3])}, **LABELS))
    assert any(not float(label).is_integer() for label in tick_labels(ax))


def test_ticks_of_a_few_values_on_a_log_scale_are_these_values():
    curves = {"a": ([0.03, 0.3], [1, 2]), "b": ([0.3, 3], [1, 2])}
    ax = draw(plot_curves(curves, **LABELS, xscale="log"))
    assert tick_labels(ax) == ["0.03", "0.3", "3"]
    assert len(ax.xaxis.get_minorticklocs()) == 0


@pytest.mark.parametrize("y", [float("nan"), float("inf")])
def test_a_value_that_is_not_finite_is_a_gap(y):
    ax = draw(plot_curves({"one": [1, y, 3]}, **LABELS))
    assert np.isfinite(ax.get_ylim()).all()
    assert ax.get_ylim()[1] < 4


def test_an_x_that_is_not_finite_is_a_gap():
    x = [1, float("nan"), 3]
    ax = draw(plot_curves({"one": (x, [1, 2, 3])}, **LABELS))
    assert np.isfinite(ax.get_xlim()).all()


def test_no_curves_are_refused():
    with pytest.raises(ValueError, match="at least one curve"):
        plot_curves({}, **LABELS)


def test_an_x_and_a_y_of_two_lengths_are_refused_by_name():
    curves = {"good": [1], "bad": ([1, 2, 3], [1, 2])}
    with pytest.raises(ValueError, match="'bad' has 3 values of x and 2 of y"):
        plot_curves(curves, **LABELS)


# Training runs


@pytest.fixture
def history():
    return History(
        train_loss=[2.0, 1.0],
        train_acc=[0.5, 0.6],
        test_loss=[2.1, 1.1],
        test_acc=[0.4, 0.5],
        step_loss=[2.2, 1.8, 1.1, 0.9],
    )


def test_a_history_draws_loss_and_accuracies_by_epoch(history):
    ax = draw(history.plot(title="A run"))
    assert {
        line.get_label(): line.get_ydata().tolist() for line in ax.lines
    } == {
        "training loss": [2, 1],
        "training accuracy": [0.5, 0.6],
        "test accuracy": [0.4, 0.5],
    }
    assert all(line.get_xdata().tolist() == [1, 2] for line in ax.lines)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss, accuracy")
    assert ax.get_title() == "A run"


def test_a_history_draws_on_the_axes_given(history):
    _, ax = subplots()
    assert history.plot(ax) is plot_history(history, ax=ax) is ax


def test_a_history_without_a_test_set_draws_that_of_training(history):
    history.test_acc, history.test_loss = [], []
    labels = [line.get_label() for line in plot_history(history).lines]
    assert labels == ["training loss", "training accuracy"]


def test_a_history_that_diverged_later_draws_its_epochs(history):
    history.diverged_at, history.stopped_by = 4, "the loss became nan"
    history.step_loss[-1] = float("nan")
    assert len(draw(plot_history(history)).lines) == 3


def test_a_history_that_diverged_at_once_draws_its_steps():
    steps = [2.0, 5.0, float("inf")]
    history = History(
        step_loss=steps, diverged_at=3, stopped_by="the loss became inf"
    )
    ax = draw(plot_history(history))
    (line,) = ax.lines
    assert line.get_ydata().tolist() == steps
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "loss")
    assert ax.get_title() == "the loss became inf"
    assert plot_history(history, title="Mine").get_title() == "Mine"


def test_a_history_that_diverged_at_its_first_step_is_drawn():
    history = History(step_loss=[float("nan")], diverged_at=1)
    assert len(draw(plot_history(history)).lines) == 1


# Figures that the reader plays with


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
