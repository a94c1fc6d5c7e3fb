"""Static figures: what is drawn, and with which labels."""

from __future__ import annotations

from d2l_ext.plotting import (
    COLORS,
    plot_curves,
    plot_dots,
    subplots,
)

import mxnet as mx
import numpy as np
import pytest
from matplotlib.colors import to_rgb

LABELS = {"xlabel": "step", "ylabel": "loss"}


def draw(ax):
    """Renders the figure, as a notebook does; the locators run only then."""
    ax.figure.canvas.draw()
    return ax


def tick_labels(ax):
    low, high = sorted(ax.get_xlim())
    return [
        label.get_text()
        for tick, label in zip(
            ax.get_xticks(), ax.get_xticklabels(), strict=True
        )
        if low <= tick <= high
    ]


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


def test_ticks_of_many_steps_are_at_tens():
    ax = draw(plot_curves({"one": range(60)}, **LABELS))
    assert tick_labels(ax) == ["0", "10", "20", "30", "40", "50", "60"]


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


def test_several_seeds_are_a_mean_in_a_band():
    ax = draw(plot_curves({"one": [[1, 2, 3], [3, 6, 3]]}, **LABELS))
    (line,) = ax.lines
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == [2, 4, 3]
    (band,) = ax.collections
    corners = band.get_paths()[0].vertices
    assert corners[:, 1].min() == 1
    assert corners[:, 1].max() == 6
    assert np.allclose(band.get_facecolor()[0, :3], to_rgb(line.get_color()))


def test_a_band_takes_the_x_that_it_is_given():
    ax = plot_curves({"one": ([0.1, 1], [[1, 2], [3, 4]])}, **LABELS)
    assert ax.lines[0].get_xdata().tolist() == [0.1, 1]


def test_dots_are_rows_from_top_to_bottom_with_their_means():
    ax = draw(plot_dots({"SGD": [1, 3], "Adam": 5}, xlabel="points"))
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [d.get_xdata().tolist() for d in dots] == [[1, 3], [5]]
    means = [line for line in ax.lines if line.get_marker() != "o"]
    assert [m.get_xdata().tolist() for m in means] == [[2, 2], [5, 5]]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["SGD", "Adam"]
    assert ax.get_ylim() == (1.5, -0.5)
    assert dots[0].get_color() == COLORS["SGD"]
    assert ax.get_xlabel() == "points"


def test_dots_go_where_they_are_asked_to():
    _, ax = subplots()
    same = plot_dots({"a": [1]}, xlabel="x", ax=ax, title="t", xlim=(0, 2))
    assert same is ax
    assert ax.get_title() == "t"
    assert ax.get_xlim() == (0, 2)


@pytest.mark.parametrize("rows", [{}, {"a": []}, {"a": [1], "b": []}])
def test_rows_without_a_number_are_refused(rows):
    with pytest.raises(ValueError, match="at least one number"):
        plot_dots(rows, xlabel="x")
