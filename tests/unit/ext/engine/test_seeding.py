"""One seed makes everything random reproducible."""

from __future__ import annotations

import random

import d2l_ext
from d2l_ext.config import MAX_SEED
from d2l_ext.engine import seeding
from d2l_ext.engine.seeding import SeededGenerator

import mxnet as mx
import numpy as np
import pytest

SOURCES = {
    "Python": random.random,
    "NumPy": np.random.random,
    "MXNet": lambda: mx.np.random.uniform(size=3).tolist(),
    "MXNet on cpu(1)": lambda: mx.np.random.uniform(
        size=3, ctx=mx.cpu(1)
    ).tolist(),
    "dropout": lambda: dropout(mx.cpu(0)),
    "dropout on cpu(1)": lambda: dropout(mx.cpu(1)),
    "initial weights": lambda: weights(),
}


def dropout(ctx):
    with mx.autograd.record():
        return mx.npx.dropout(mx.np.ones(50, ctx=ctx), p=0.5).tolist()


def weights():
    layer = mx.gluon.nn.Dense(3, in_units=4)
    layer.initialize(mx.init.Xavier())
    return layer.weight.data().tolist()


@pytest.mark.parametrize("source", SOURCES)
def test_the_same_seed_gives_the_same_numbers(source):
    draw = SOURCES[source]
    d2l_ext.seed(3)
    first, second = draw(), draw()
    assert first != second
    d2l_ext.seed(3)
    assert [draw(), draw()] == [first, second]


@pytest.mark.parametrize("source", SOURCES)
def test_another_seed_gives_other_numbers(source):
    d2l_ext.seed(3)
    first = SOURCES[source]()
    d2l_ext.seed(4)
    assert SOURCES[source]() != first


def test_the_setting_is_the_default_seed(with_settings):
    with_settings(seed=12)
    assert d2l_ext.seed() == 12
    first = random.random()
    assert d2l_ext.seed(12) == 12
    assert random.random() == first


@pytest.mark.parametrize("value", [0, MAX_SEED, np.int64(7), np.uint8(7)])
def test_a_whole_number_in_range_is_a_seed(value):
    seed = d2l_ext.seed(value)
    assert seed == value
    assert type(seed) is int


@pytest.mark.parametrize("value", [-1, MAX_SEED + 1, np.int64(2**40)])
def test_a_number_out_of_range_is_refused_with_the_range(value):
    with pytest.raises(ValueError, match=f"0 to {MAX_SEED}, not {value}"):
        d2l_ext.seed(value)


@pytest.mark.parametrize("value", [1.0, float("nan"), "1", True, [1]])
def test_what_is_no_whole_number_is_refused(value):
    with pytest.raises(ValueError, match="seed is a whole number"):
        d2l_ext.seed(value)


def test_a_refused_seed_leaves_the_generators_as_they_are():
    d2l_ext.seed(3)
    generator = SeededGenerator()
    expected = random.random(), generator().random(), generator().random()
    d2l_ext.seed(3)
    drawn = random.random(), generator().random()
    with pytest.raises(ValueError, match="seed is 0 to"):
        d2l_ext.seed(-1)
    assert (*drawn, generator().random()) == expected


def test_a_generator_goes_on_until_it_is_seeded_again():
    d2l_ext.seed(3)
    generator = SeededGenerator()
    first = [generator().random() for _ in range(3)]
    assert len(set(first)) == 3
    d2l_ext.seed(3)
    assert [generator().random() for _ in range(3)] == first
    d2l_ext.seed(4)
    assert generator().random() not in first


def test_a_generator_does_not_change_what_another_one_gives():
    d2l_ext.seed(3)
    one, other = SeededGenerator(), SeededGenerator()
    expected = one().random(4).tolist()
    d2l_ext.seed(3)
    drawn = [one().random()]
    other().random(100)
    for source in SOURCES.values():
        source()
    assert [*drawn, *one().random(3).tolist()] == expected


def test_a_generator_that_nobody_seeded_has_the_seed_of_the_settings(
    with_settings, monkeypatch
):
    with_settings(seed=12)
    monkeypatch.setattr(seeding, "_last", seeding._Seeding())
    unseeded = SeededGenerator()().random()
    d2l_ext.seed(12)
    assert SeededGenerator()().random() == unseeded
