"""Paths are those of the rules, and end where they leave."""

from __future__ import annotations

import math

from d2l_ext.landscapes import (
    BEALE,
    LONG_VALLEY,
    SADDLE,
    descend,
    quadratic,
    race,
)
from d2l_ext.optimizers import SGD, AdaGrad, Adam, Momentum, make_rule
from d2l_ext.training import DivergenceWarning

import numpy as np
import pytest
from every_landscape import EVERY_LANDSCAPE

RULES = {
    "sgd": SGD(lr=0.01),
    "momentum": Momentum(lr=0.002),
    "adam": Adam(lr=0.1),
}


@EVERY_LANDSCAPE
def test_a_race_starts_at_one_point_and_stays_in_the_picture(landscape):
    paths = race(landscape, RULES, num_steps=60)
    assert list(paths) == list(RULES)
    for path in paths.values():
        assert path.shape == (61, 2)
        np.testing.assert_array_equal(path[0], landscape.start)
        assert np.isfinite(path).all()
        low, high = zip(landscape.xlim, landscape.ylim, strict=True)
        assert ((path >= low) & (path <= high)).all()
        assert landscape.f(*path[-1]) < landscape.f(*path[0])


@pytest.mark.parametrize(
    ("landscape", "lr"),
    [(BEALE, 0.05), (LONG_VALLEY, 0.1), (quadratic(), 0.1)],
    ids=["beale", "long_valley", "ill_conditioned"],
)
def test_a_minimum_can_be_reached_from_the_start(landscape, lr):
    end = descend(landscape, Adam(lr=lr), 1500)[-1]
    np.testing.assert_allclose(end, landscape.minimum, atol=1e-2)


def test_a_path_is_that_of_the_rule():
    path = descend(quadratic(4), SGD(lr=0.1), 3, start=(1, 1))
    expected = [(0.9**t, 0.6**t) for t in range(4)]
    np.testing.assert_allclose(path, expected)
    rule = make_rule("momentum", lr=0.1)
    path = descend(quadratic(4), rule, 2, start=(1, 1))
    np.testing.assert_allclose(path[2], [0.9 - 0.18, 0], atol=1e-12)


def test_a_race_may_start_elsewhere():
    paths = race(BEALE, RULES, 2, start=[2, 0])
    assert {tuple(path[0]) for path in paths.values()} == {(2.0, 0.0)}


def test_a_diverging_path_stays_where_it_was_with_a_note():
    rules = {"too fast": SGD(lr=1.0), "sgd": SGD(lr=0.01)}
    with pytest.warns(
        DivergenceWarning,
        match=r"Beale's function: too fast diverges at step 2 .*rate 1\)",
    ) as notes:
        paths = race(BEALE, rules, 20)
    assert len(notes) == 1
    assert notes[0].filename == __file__
    for path in paths.values():
        assert path.shape == (21, 2)
        assert np.isfinite(path).all()
    np.testing.assert_array_equal(
        paths["too fast"][1:], np.tile(paths["too fast"][1], (20, 1))
    )
    np.testing.assert_array_equal(
        paths["sgd"], race(BEALE, {"sgd": SGD(lr=0.01)}, 20)["sgd"]
    )


@pytest.mark.parametrize("lr", [0.2, 1.0, 1e200])
def test_a_diverging_path_is_cut_before_it_is_no_number(lr):
    path = descend(BEALE, Momentum(lr=lr), 500)
    assert 1 <= len(path) < 500
    assert np.isfinite(path).all()
    assert np.isfinite(BEALE.f(*path.T)).all()


def test_falling_off_the_saddle_is_no_divergence():
    path = race(SADDLE, {"sgd": SGD(lr=0.5)}, 200)["sgd"]
    assert path.shape == (201, 2)
    np.testing.assert_allclose(path[-1], [0, SADDLE.ylim[1]], atol=1e-12)


def test_a_path_comes_back_into_the_picture():
    landscape = quadratic(25)
    rule = {"momentum": Momentum(lr=0.03, momentum=0.95)}
    path = race(landscape, rule, 200, start=(-5, 5))["momentum"]
    raw = descend(landscape, rule["momentum"], 200, start=(-5, 5))
    outside = (abs(raw) > 5).any(axis=1)
    inside = ~outside
    np.testing.assert_array_equal(path[inside], raw[inside])
    assert inside[-1]
    path = race(landscape, {"sgd": SGD(lr=0.079)}, 200, start=(0, 9))["sgd"]
    assert path[0, 1] == 5
    assert abs(path[-1, 1]) < 1


def test_an_adaptive_method_leaves_the_saddle_first():
    paths = race(SADDLE, {"sgd": SGD(lr=0.1), "adagrad": AdaGrad(lr=0.1)}, 20)
    assert paths["adagrad"][-1, 1] > 0.5 > paths["sgd"][-1, 1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizers": {}}, "at least one optimizer"),
        ({"optimizers": {"sgd": "sgd"}}, r"'sgd' is a rule.*not 'sgd'"),
        ({"num_steps": 0}, "num_steps is 1 or more, not 0"),
        ({"num_steps": 2.0}, "num_steps is a whole number, not 2.0"),
        ({"start": (1, 2, 3)}, "start is two finite numbers"),
        ({"start": (1, math.nan)}, "start is two finite numbers"),
    ],
)
def test_a_race_that_cannot_be_run_is_refused(options, message):
    arguments = {"optimizers": RULES, "num_steps": 5} | options
    with pytest.raises(ValueError, match=message):
        race(SADDLE, **arguments)
