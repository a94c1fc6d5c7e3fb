"""Mini-batches: every example once a pass, in an order that the seed makes."""

import d2l_ext  # isort: skip - first: it lets MXNet be imported

from d2l_ext.data.minibatches import MiniBatches

import mxnet as mx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sizes = st.integers(1, 60)


def numbered(n, batch_size=4, **kwargs):
    """Returns batches whose label is the example's first value."""
    X = np.arange(n, dtype=np.float32)[:, None] * np.array([1, 10])
    return MiniBatches(X, np.arange(n), batch_size, **kwargs)


def order(batches):
    """Returns the labels of one pass."""
    return [int(label) for _, y in batches for label in y.asnumpy()]


@given(n=sizes, batch_size=sizes, shuffle=st.booleans())
@settings(deadline=None, max_examples=40)
def test_a_pass_has_every_example_once_with_its_label(n, batch_size, shuffle):
    batches = numbered(n, batch_size, shuffle=shuffle)
    pairs = list(batches)
    X = np.concatenate([X.asnumpy() for X, _ in pairs])
    y = np.concatenate([y.asnumpy() for _, y in pairs])
    assert sorted(y) == list(range(n))
    np.testing.assert_array_equal(X, np.stack([y, 10 * y], axis=1))


@given(n=sizes, batch_size=sizes)
@settings(deadline=None, max_examples=40)
def test_all_batches_but_the_last_are_full(n, batch_size):
    batches = numbered(n, batch_size)
    lengths = [len(y) for _, y in batches]
    assert len(lengths) == len(batches)
    assert all(length == batch_size for length in lengths[:-1])
    assert 1 <= lengths[-1] <= batch_size
    assert sum(lengths) == batches.num_examples == n


@given(seed=st.integers(0, 2**31 - 1))
@settings(deadline=None, max_examples=20)
def test_the_seed_makes_the_sequence_of_orders(seed):
    batches = numbered(30)
    d2l_ext.seed(seed)
    first = [order(batches) for _ in range(3)]
    d2l_ext.seed(seed)
    assert [order(batches) for _ in range(3)] == first
    d2l_ext.seed(seed)
    assert [order(numbered(30)), order(batches)] == [first[0], first[0]]


def test_each_pass_has_another_order():
    d2l_ext.seed(0)
    batches = numbered(30)
    assert order(batches) != order(batches) != list(range(30))


def test_without_shuffling_the_order_is_the_arrays():
    batches = numbered(30, shuffle=False)
    assert order(batches) == order(batches) == list(range(30))


@pytest.mark.parametrize("shuffle", [True, False])
def test_writing_into_a_batch_leaves_the_data_as_they_are(shuffle):
    batches = numbered(10, shuffle=shuffle)
    before = batches.X.asnumpy()
    for X, y in batches:
        X[:] = -1
        y[:] = -1
    np.testing.assert_array_equal(batches.X.asnumpy(), before)
    assert sorted(order(batches)) == list(range(10))


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1), "cpu(1)"])
@pytest.mark.parametrize("module", [np, mx.np])
def test_batches_are_float32_and_int32_on_the_context(ctx, module):
    X, y = module.ones((5, 1, 2, 3)), module.zeros((5,))
    batches = MiniBatches(X, y, 2, ctx=ctx)
    for X, y in [*batches, (batches.X, batches.y)]:
        assert str(X.ctx) == str(y.ctx) == str(batches.ctx) == str(ctx)
        assert (X.dtype, y.dtype) == (np.float32, np.int32)
        assert X.shape[1:] == (1, 2, 3)


def test_a_transform_acts_on_each_batch_only():
    batches = MiniBatches(
        np.ones((5, 2)), np.zeros(5), 2, transform=lambda X: X.sum(axis=1)
    )
    assert [X.shape for X, _ in batches] == [(2,), (2,), (1,)]
    assert batches.X.shape == (5, 2)


def test_a_batch_size_from_numpy_will_do():
    assert numbered(5, np.int64(2)).batch_size == 2


X3, Y3 = np.ones((3, 2)), np.arange(3)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ([[1.0]] * 3, Y3, "X is a NumPy or an mxnet.np array, not list"),
        (X3, mx.nd.ones(3), "y is a NumPy or an mxnet.np array, not NDArray"),
        (X3.astype(str), Y3, "X holds numbers, not <U"),
        (X3, Y3.astype(complex), "y holds numbers, not complex128"),
        (X3[:, 0], Y3, r"not \(3,\) and \(3,\)"),
        (X3, X3, r"not \(3, 2\) and \(3, 2\)"),
        (X3, Y3[:2], "not 3 and 2"),
        (X3[:0], Y3[:0], "not 0 and 0"),
        (X3, np.array([0, -1, 2]), r"y\[1\] is -1"),
        (X3, np.array([0, 1, 2.5]), r"y\[2\] is 2.5"),
        (X3, np.array([np.nan, 1, 2]), r"y\[0\] is nan"),
        (X3, np.array([0, 1, 2**31]), r"y\[2\] is 2147483648"),
        (X3, mx.np.array([0, 1, -2]), r"y\[2\] is -2"),
    ],
)
def test_arrays_that_do_not_fit_are_named(X, y, message):
    with pytest.raises(ValueError, match=message):
        MiniBatches(X, y, 2)


@pytest.mark.parametrize(
    ("batch_size", "message"),
    [
        (0, "batch_size is 1 or more, not 0"),
        (-3, "batch_size is 1 or more, not -3"),
        (2.0, "batch_size is a whole number, not 2.0"),
        (True, "batch_size is a whole number, not True"),
        ("2", "batch_size is a whole number, not '2'"),
    ],
)
def test_a_batch_size_that_is_none_is_named(batch_size, message):
    with pytest.raises(ValueError, match=message):
        MiniBatches(X3, Y3, batch_size)


@pytest.mark.parametrize("ctx", [0, "tpu"])
def test_a_context_that_is_none_is_named(ctx):
    with pytest.raises(ValueError, match=f"{ctx!r} is not a context"):
        MiniBatches(X3, Y3, 2, ctx=ctx)


def test_a_gpu_that_cannot_work_is_named_with_the_reason(monkeypatch):
    monkeypatch.setattr(
        "d2l_ext.data.minibatches.why_no_gpu", lambda index: f"no card {index}"
    )
    with pytest.raises(ValueError, match=r"gpu\(3\).* used: no card 3"):
        MiniBatches(X3, Y3, 2, ctx=mx.gpu(3))


def test_a_split_holds_out_each_so_manieth_example():
    train_iter, valid_iter = numbered(11).split(every=4)
    assert sorted(order(train_iter)) == [0, 1, 2, 4, 5, 6, 8, 9, 10]
    assert order(valid_iter) == [3, 7]


def test_a_split_keeps_batch_size_context_and_transform():
    batches = numbered(12, batch_size=3, ctx="cpu(1)", transform=lambda X: -X)
    for part in batches.split():
        assert part.batch_size == 3
        assert part.ctx == mx.cpu(1)
        X, _ = next(iter(part))
        assert (X <= 0).all()


@pytest.mark.parametrize("every", [1, 0, -2, 9, 2.0, "5"])
def test_a_split_that_is_none_is_refused(every):
    with pytest.raises(ValueError, match="every is"):
        numbered(8).split(every=every)
