"""Paths over a landscape, and the race between them."""

from __future__ import annotations

import json

from d2l_ext.landscapes import (
    ILL_CONDITIONED,
    LANDSCAPES,
    SADDLE,
    interactive_race,
    interactive_rates,
    plot_paths,
    race,
)
from d2l_ext.optimizers import SGD, Adam
from d2l_ext.plotting import COLORS

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

TEXTS = {"alt": "A race.", "caption": "Who wins?"}


def paths_of(landscape, num_steps=10):
    rules = {"SGD": SGD(lr=0.01), "Adam": Adam(lr=0.1)}
    return race(landscape, rules, num_steps)


def data_of(figure):
    source = figure._repr_mimebundle_()["text/html"]
    return json.loads(source.partition('json">')[2].partition("</script>")[0])


@pytest.mark.parametrize("name", LANDSCAPES)
def test_each_path_is_drawn_in_its_methods_color(name):
    landscape = LANDSCAPES[name]
    paths = paths_of(landscape)
    ax = plot_paths(landscape, paths)
    lines = {line.get_label(): line for line in ax.lines}
    for method, path in paths.items():
        assert lines[method].get_xydata().tolist() == path.tolist()
        assert to_hex(lines[method].get_color()) == COLORS[method]
    assert ax.get_title() == landscape.name
    assert ax.get_xlim() == landscape.xlim
    assert ax.get_ylim() == landscape.ylim


@pytest.mark.parametrize("name", LANDSCAPES)
def test_a_star_marks_the_minimum_where_there_is_one(name):
    landscape = LANDSCAPES[name]
    ax = plot_paths(landscape, paths_of(landscape))
    stars = [
        tuple(*line.get_xydata().tolist())
        for line in ax.lines
        if line.get_marker() == "*"
    ]
    minimum = landscape.minimum
    assert stars == ([] if minimum is None else [minimum])


def test_paths_are_drawn_where_they_are_asked_for():
    _, ax = plt.subplots()
    drawn = plot_paths(SADDLE, paths_of(SADDLE), ax=ax, title="mine")
    assert drawn is ax
    assert ax.get_title() == "mine"


@pytest.mark.parametrize(
    ("every", "steps"), [(1, [*range(11)]), (4, [0, 4, 8, 10])]
)
def test_a_race_has_a_frame_for_its_steps_and_always_the_last(every, steps):
    paths = paths_of(ILL_CONDITIONED)
    figure = interactive_race(ILL_CONDITIONED, paths, every=every, **TEXTS)
    data = data_of(figure)
    (control,) = data["controls"]
    assert control["values"] == steps
    assert control["play"] is True
    assert data["choose"] is True
    assert len(data["frames"]) == len(steps)


def test_a_frame_of_a_race_shows_each_path_up_to_its_step():
    paths = paths_of(ILL_CONDITIONED)
    data = data_of(interactive_race(ILL_CONDITIONED, paths, **TEXTS))
    contour, minimum, *rest = data["frames"]["3"]
    assert data["shared"][contour["shared"]]["type"] == "contour"
    assert "points" not in contour | minimum
    for name, line, point in zip(paths, rest[::2], rest[1::2], strict=True):
        whole = data["shared"][line["shared"]]
        assert (whole["name"], line["points"]) == (name, 4)
        drawn = np.transpose([whole["x"], whole["y"]])
        np.testing.assert_allclose(drawn, paths[name], rtol=1e-3, atol=1e-9)
        assert point["name"] == name
        here = [*point["x"], *point["y"]]
        np.testing.assert_allclose(here, paths[name][3], rtol=1e-3)


def test_the_line_above_a_race_says_what_the_title_says_of_the_step():
    paths = paths_of(SADDLE)
    race_of = interactive_race(
        SADDLE, paths, every=4, title=lambda step: f"at {step}", **TEXTS
    )
    data = data_of(race_of)
    assert list(data["titles"].values()) == ["at 0", "at 4", "at 8", "at 10"]


def test_a_landscape_without_a_minimum_has_contours_of_its_height():
    data = data_of(interactive_race(SADDLE, paths_of(SADDLE), **TEXTS))
    (contour,) = (t for t in data["shared"] if t.get("type") == "contour")
    x, y = np.meshgrid(contour["x"], contour["y"])
    # The picture's numbers have four digits.
    np.testing.assert_allclose(contour["z"], x**2 - y**2, atol=2e-3)


@pytest.mark.parametrize("draw", [plot_paths, interactive_race])
class TestBadInput:
    def options(self, draw):
        return TEXTS if draw is interactive_race else {}

    def test_no_path(self, draw):
        with pytest.raises(ValueError, match="no path"):
            draw(SADDLE, {}, **self.options(draw))

    @pytest.mark.parametrize("shape", [(0, 2), (3, 3), (4,)])
    def test_what_is_no_path(self, draw, shape):
        with pytest.raises(ValueError, match="path 'SGD' is of shape"):
            draw(SADDLE, {"SGD": np.zeros(shape)}, **self.options(draw))


def test_paths_of_two_lengths_do_not_race():
    paths = {"SGD": np.zeros((3, 2)), "Adam": np.zeros((5, 2))}
    with pytest.raises(ValueError, match=r"have \[3, 5\] points"):
        interactive_race(SADDLE, paths, **TEXTS)


@pytest.mark.parametrize("every", [0, 11, -1])
def test_frames_that_are_no_steps_are_refused(every):
    with pytest.raises(ValueError, match=f"1 to 10, not {every}"):
        interactive_race(SADDLE, paths_of(SADDLE), every=every, **TEXTS)


def test_a_race_at_several_rates_is_over_when_the_reader_comes():
    races = {
        lr: race(ILL_CONDITIONED, {"SGD": SGD(lr=lr)}, 10)
        for lr in (0.01, 0.02)
    }
    fig, _ = plt.subplots()
    figure = interactive_rates(
        *(fig, ILL_CONDITIONED, races),
        start=1,
        every=4,
        title=lambda lr, step: f"{lr} {step}",
        **TEXTS,
    )
    data = data_of(figure)
    rates, steps = data["controls"]
    assert (rates["values"], rates["start"]) == ([0.01, 0.02], 1)
    assert (steps["values"], steps["start"]) == ([0, 4, 8, 10], 3)
    assert data["titles"]["0,1"] == "0.01 4"
    for i, lr in enumerate(races):
        last = data["frames"][f"{i},3"][-1]
        x, y = races[lr]["SGD"][-1]
        assert (last["x"][0], last["y"][0]) == pytest.approx((x, y), rel=1e-3)
    assert not plt.fignum_exists(fig.number)


def test_races_of_two_lengths_are_refused():
    races = {
        lr: race(ILL_CONDITIONED, {"SGD": SGD(lr=0.01)}, num_steps)
        for lr, num_steps in {0.1: 3, 0.2: 4}.items()
    }
    fig, _ = plt.subplots()
    with pytest.raises(ValueError, match=r"the paths have \[4, 5\] points"):
        interactive_rates(fig, ILL_CONDITIONED, races, **TEXTS)
