"""Curriculum: the easy examples first, then all, in as many batches."""

from __future__ import annotations

import d2l_ext
from d2l_ext.data import CurriculumBatches, MiniBatches
from d2l_ext.networks import mlp
from d2l_ext.training import fit

import mxnet as mx
import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

N = 23


def curriculum(n=N, batch_size=4, difficulty=None, **options):
    """Returns batches whose label says which example it is."""
    X = onp.arange(n, dtype="float32")[:, None] * onp.array([1, 10])
    if difficulty is None:
        difficulty = onp.arange(n)[::-1]  # the last example is the easiest
    return CurriculumBatches(
        X, onp.arange(n), batch_size, difficulty, **options
    )


def passes(batches, count):
    return [
        onp.concatenate([y.asnumpy() for _, y in batches])
        for _ in range(count)
    ]


@given(
    n=st.integers(1, 40),
    batch_size=st.integers(1, 12),
    start=st.floats(0.01, 1),
    num_passes=st.integers(1, 6),
)
@settings(deadline=None, max_examples=40)
def test_a_pass_has_the_easiest_about_equally_often(
    n, batch_size, start, num_passes
):
    batches = curriculum(n, batch_size, start=start, num_passes=num_passes)
    sizes = [batches.pass_size(t) for t in range(1, num_passes + 3)]
    assert sizes == sorted(sizes)
    assert sizes[-2:] == [n, n]
    for size, labels in zip(sizes, passes(batches, len(sizes)), strict=True):
        easiest, counts = onp.unique(labels, return_counts=True)
        assert len(labels) == n
        assert (easiest == onp.arange(n - size, n)).all()
        assert counts.max() - counts.min() <= 1


def test_the_part_grows_in_a_line():
    batches = curriculum(100, start=0.2, num_passes=4)
    sizes = [batches.pass_size(t) for t in range(1, 7)]
    assert sizes == [20, 40, 60, 80, 100, 100]


def test_labels_stay_with_their_examples_and_batches_are_full():
    batches = curriculum(batch_size=5, start=0.3, num_passes=2)
    for _ in range(4):
        pairs = [(X.asnumpy(), y.asnumpy()) for X, y in batches]
        assert [len(y) for _, y in pairs] == [5, 5, 5, 5, 3]
        assert len(pairs) == len(batches)
        for X, y in pairs:
            onp.testing.assert_array_equal(X, onp.stack([y, 10 * y], axis=1))


def test_the_opposite_sign_begins_with_the_hard_ones():
    batches = curriculum(10, difficulty=onp.arange(10), start=0.3)
    assert set(passes(batches, 1)[0]) == {0, 1, 2}
    batches = curriculum(10, difficulty=-onp.arange(10), start=0.3)
    assert set(passes(batches, 1)[0]) == {7, 8, 9}


def test_the_seed_begins_the_curriculum_anew():
    batches = curriculum(start=0.3, num_passes=3)
    d2l_ext.seed(1)
    first = passes(batches, 3)
    d2l_ext.seed(1)
    assert all(map(onp.array_equal, passes(batches, 3), first))
    d2l_ext.seed(2)
    again = passes(batches, 3)
    assert [set(p) for p in again] == [set(p) for p in first]
    assert not all(map(onp.array_equal, again, first))
    assert not onp.array_equal(first[2], again[2])


def test_a_pass_that_is_left_does_not_count():
    batches = curriculum(start=0.3, num_passes=1)
    for _ in range(3):
        assert set(next(iter(batches))[1].tolist()) <= set(range(16, N))
    assert len(set(passes(batches, 1)[0])) == batches.pass_size(1)
    assert len(set(passes(batches, 1)[0])) == N


def test_fit_trains_on_the_passes_in_order():
    X = onp.random.default_rng(0).normal(size=(30, 4))
    y = onp.arange(30) % 3
    batches = CurriculumBatches(
        X, y, 5, difficulty=y, start=1 / 3, num_passes=2
    )
    assert isinstance(batches, MiniBatches)
    net = mlp([8])
    net.initialize()
    history = fit(net, batches, None, 3, lr=0.1)
    assert len(history.step_loss) == 18
    assert [len(onp.unique(labels)) for labels in passes(batches, 1)] == [3]


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_batches_are_on_their_context_and_transformed(ctx):
    batches = curriculum(ctx=ctx, transform=lambda X: X + 1)
    X, y = next(iter(batches))
    assert X.ctx == y.ctx == ctx
    assert (X[:, 0].asnumpy() == y.asnumpy() + 1).all()


def test_of_a_split_the_training_part_has_the_curriculum():
    batches = curriculum(25, start=0.2, num_passes=1, batch_size=3)
    train, valid = batches.split(5)
    assert type(valid) is MiniBatches
    assert valid.y.tolist() == [4, 9, 14, 19, 24]
    first, second = passes(train, 2)
    assert set(first) == {20, 21, 22, 23}
    assert sorted(second) == train.y.tolist()
    assert train.batch_size == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"difficulty": [1, 2]}, r"shape \(23,\), not \(2,\)"),
        ({"difficulty": onp.ones((N, 1))}, r"not \(23, 1\)"),
        ({"difficulty": [onp.nan] * N}, "difficulty is finite numbers"),
        ({"start": 0}, "start lies above 0 and up to 1, not 0"),
        ({"start": 1.5}, "start lies above 0 and up to 1, not 1.5"),
        ({"num_passes": 0}, "num_passes is 1 or more, not 0"),
        ({"batch_size": 0}, "batch_size is 1 or more, not 0"),
    ],
)
def test_an_argument_outside_its_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        curriculum(**options)


def test_passes_are_counted_from_one():
    with pytest.raises(ValueError, match="number is 1 or more, not 0"):
        curriculum().pass_size(0)
