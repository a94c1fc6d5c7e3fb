"""The digits are as their file says, at any size."""

from __future__ import annotations

from importlib import resources

from d2l_ext.data import (
    load_digits,
)
from d2l_ext.data.digits import bilinear_weights

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st


def test_digits_are_split_as_the_file_says():
    train_iter, test_iter = load_digits(64, size=8)
    with np.load(resources.files("d2l_ext") / "_files/digits.npz") as z:
        images, labels, is_test = z["images"], z["labels"], z["is_test"]
    for batches, part in ((train_iter, ~is_test), (test_iter, is_test)):
        np.testing.assert_array_equal(
            16 * batches.X.asnumpy()[:, 0], images[part]
        )
        np.testing.assert_array_equal(batches.y.asnumpy(), labels[part])
    assert train_iter.num_examples + test_iter.num_examples == 1797


def test_digits_are_stratified():
    train_iter, test_iter = load_digits(64)
    train, test = (
        np.bincount(batches.y.asnumpy(), minlength=10)
        for batches in (train_iter, test_iter)
    )
    share = test / (train + test)
    assert np.all(abs(share - 0.2) < 0.01)


@pytest.mark.parametrize("size", [8, 28, 33])
def test_digits_have_the_size_asked_for_and_values_to_one(size):
    train_iter, test_iter = load_digits(64, size)
    for batches in (train_iter, test_iter):
        X, y = next(iter(batches))
        assert X.shape == (64, 1, size, size)
        assert y.shape == (64,)
        values = batches.X.asnumpy()
        assert values.min() == 0
        assert 0.9 < values.max() <= 1


def test_only_the_training_digits_are_shuffled():
    def labels(batches):
        return np.concatenate([y.asnumpy() for _, y in batches])

    train_iter, test_iter = load_digits(64)
    assert (labels(train_iter) != train_iter.y.asnumpy()).any()
    assert (labels(test_iter) == test_iter.y.asnumpy()).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "batch_size is 1 or more, not 0"),
        ({"batch_size": 8, "size": 7}, "size is 8 or more, not 7"),
        ({"batch_size": 8, "size": 28.0}, "size is a whole number, not 28.0"),
    ],
)
def test_digits_refuse_a_size_that_is_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        load_digits(**arguments)


@given(size=st.integers(1, 40), new_size=st.integers(1, 40))
@settings(deadline=None)
def test_interpolation_weights_are_a_mean_of_two_neighbors(size, new_size):
    weights = bilinear_weights(size, new_size)
    assert weights.shape == (new_size, size)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-5)
    assert (weights >= 0).all()
    assert ((weights > 0).sum(axis=1) <= 2).all()
    np.testing.assert_allclose(weights, weights[::-1, ::-1], atol=1e-5)


def test_interpolation_to_the_same_size_changes_nothing():
    np.testing.assert_array_equal(bilinear_weights(28, 28), np.eye(28))


def classes(batches):
    return np.bincount(batches.y.asnumpy(), minlength=10).tolist()


def test_another_split_has_as_many_digits_of_each_class():
    usual = load_digits(64, 8)
    for split in (1, 2):
        drawn = load_digits(64, 8, split=split)
        for part, usual_part in zip(drawn, usual, strict=True):
            assert classes(part) == classes(usual_part)


def test_each_split_is_another_one_and_the_same_each_time():
    def test_images(split):
        return load_digits(64, 8, split=split)[1].X.asnumpy()

    images = [test_images(split) for split in (0, 1, 2, 1)]
    assert (images[1] == images[3]).all()
    for first, second in [(0, 1), (1, 2), (0, 2)]:
        assert (images[first] != images[second]).any()


def test_no_digit_of_a_split_is_in_both_parts():
    train_iter, test_iter = load_digits(64, 8, split=3)
    both = np.concatenate([train_iter.X.asnumpy(), test_iter.X.asnumpy()])
    usual = np.concatenate([part.X.asnumpy() for part in load_digits(64, 8)])
    assert len(both) == len(usual) == 1797
    # The same images, in another order: sorted as rows they are equal.
    rows, usual_rows = both.reshape(1797, -1), usual.reshape(1797, -1)
    assert (
        rows[np.lexsort(rows.T)] == usual_rows[np.lexsort(usual_rows.T)]
    ).all()
