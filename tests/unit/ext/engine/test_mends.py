"""What NumPy 2 changed beneath MXNet is there as it was on NumPy 1."""

from __future__ import annotations

import ast
import copy
import inspect
import math
import pickle
from typing import Any, NamedTuple

from d2l_ext.engine.mends import Text

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np


class Pair(NamedTuple):
    """Two arrays."""

    left: Any
    right: Any


# MXNet asks SciPy for its old name of a class whenever it makes an array.
pytestmark = pytest.mark.filterwarnings("ignore:Please (import|use) .csr_mat")

TWO, HALF = onp.int64(2), onp.float64(0.5)


@pytest.fixture
def older_semantics():
    """Leaves NumPy's semantics for the time of a test."""
    mx.npx.reset_np()
    yield
    mx.npx.set_np()


# Values as text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ((TWO, 3), "(2, 3)"),
        ((TWO,), "(2,)"),
        ((), "()"),
        ([HALF, 1e-5], "[0.5, 1e-05]"),
        ([onp.float32(0.1), onp.float16(0.1)], "[0.1, 0.1]"),
        (((TWO, TWO), (0, 0)), "((2, 2), (0, 0))"),
        ([TWO, [(TWO,)]], "[2, [(2,)]]"),
        ((TWO, None, -1), "(2, None, -1)"),
        ((onp.bool_(True), True), "(True, True)"),
        ((TWO, "a"), "(2, 'a')"),
        ((TWO, onp.str_("a")), "(2, 'a')"),
        ((onp.float64("inf"), onp.float64("nan")), "(inf, nan)"),
    ],
)
def test_a_scalar_is_written_as_a_number(value, text):
    assert Text(value) == text
    assert type(Text(value)) is str


@pytest.mark.parametrize(
    "value",
    [
        *(TWO, HALF, onp.float32(0.1), onp.bool_(False), "np.", ("np.", 1)),
        *(1, 0.1, None, True, (1, 2), [1.5, None], "relu", (), {"a": 1}),
        *(onp.dtype("int32"), onp.float32, mx.cpu(1)),
    ],
)
def test_all_else_is_written_as_python_writes_it(value):
    assert Text(value) == str(value)


def test_a_text_is_what_isinstance_says_it_is():
    assert isinstance("dnnl", Text)
    assert not isinstance(1, Text)
    assert Text() == ""


@pytest.mark.parametrize(
    "module",
    [
        *(mx._ctypes.ndarray, mx._ctypes.symbol),
        *(mx.symbol.symbol, mx.io.io),
    ],
)
def test_modules_write_with_it_and_use_str_for_nothing_else(module):
    assert vars(module)["str"] is Text
    tree = ast.parse(inspect.getsource(module))
    calls = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for argument in (
            [node.func]
            if getattr(node.func, "id", "") != "isinstance"
            else node.args[1:]
        )
    }
    names = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "str"
    ]
    assert names
    assert all(id(name) in calls for name in names)


def test_symbols_take_scalars_of_numpy():
    x = mx.sym.var("x", shape=(TWO, onp.int32(3)))
    assert x.infer_shape()[1] == [(2, 3)]
    assert x.reshape(shape=(onp.int64(3), TWO)).infer_shape()[1] == [(3, 2)]


def test_an_index_in_an_array_does_not_end_the_process(run_python):
    value, error = run_python(
        """
        import json, d2l_ext, numpy
        from mxnet import np
        index = np.array([3], dtype="int64")
        index = np.unravel_index(index, (numpy.int64(2), 3))
        print(json.dumps([array.tolist() for array in index]))
        """
    )
    assert error is None
    assert value == [[1], [0]]


@pytest.mark.filterwarnings("ignore:ndarray.as_in_context")
def test_a_batch_is_split_over_contexts():
    X = np.arange(14).reshape(7, 2)
    parts = mx.gluon.utils.split_and_load(
        X, [mx.cpu(0), mx.cpu(1)], even_split=False
    )
    assert [part.ctx for part in parts] == [mx.cpu(0), mx.cpu(1)]
    onp.testing.assert_array_equal(
        onp.concatenate([part.asnumpy() for part in parts]), X.asnumpy()
    )


def test_an_iterator_of_mxnet_takes_scalars_of_numpy(tmp_path):
    file = tmp_path / "data.csv"
    file.write_text("1,2,3\n4,5,6\n")
    batches = mx.io.CSVIter(
        data_csv=str(file), data_shape=(onp.int64(3),), batch_size=TWO
    )
    X = next(batches).data[0].asnumpy()
    assert X.tolist() == [[1, 2, 3], [4, 5, 6]]


# Sums of metrics


@pytest.mark.usefixtures("older_semantics")
def test_the_sum_of_a_metric_counts_small_steps_beside_a_large_one():
    metric = mx.metric.Loss()
    for value in [2.0**24] + [1.0] * 100:
        metric.update(None, [mx.nd.array([value])])
    assert metric.sum_metric == metric.global_sum_metric == 2**24 + 100
    assert metric.num_inst == metric.global_num_inst == 101


@pytest.mark.usefixtures("older_semantics")
def test_the_number_of_instances_does_not_stall():
    metric = mx.metric.Perplexity(ignore_label=0)
    metric.num_inst = metric.global_num_inst = onp.float64(2**24)
    label, scores = mx.nd.array([0, 1]), mx.nd.array([[0.5, 0.5]] * 2)
    for _ in range(3):
        metric.update([label], [scores])
    assert metric.num_inst == metric.global_num_inst == 2**24 + 3


def test_what_a_metric_of_ones_own_returns_is_summed_in_float64():
    metric = mx.metric.np(lambda label, pred: onp.float32(1.1))
    for _ in range(1000):
        metric.update([np.zeros(1)], [np.zeros(1)])
    assert math.isclose(metric.get()[1], float(onp.float32(1.1)))


def test_a_metric_is_copied_pickled_and_reset():
    metric = mx.metric.MAE()
    metric.update([np.zeros((2, 1))], [np.ones((2, 1))])
    for other in (copy.deepcopy(metric), pickle.loads(pickle.dumps(metric))):
        assert other.get() == metric.get() == ("mae", 1.0)
        other.reset()
        assert other.sum_metric == 0.0
    assert metric.sum_metric == 1.0
    with pytest.raises(AttributeError, match="sum_metric"):
        _ = mx.metric.MAE.__new__(mx.metric.MAE).sum_metric


# Named tuples


def test_matrices_are_decomposed():
    A = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    Q, R = np.linalg.qr(A)
    assert type(Q) is type(R) is np.ndarray
    onp.testing.assert_allclose((Q @ R).asnumpy(), A.asnumpy(), rtol=1e-5)
    # NumPy's functions of MXNet's arrays.
    Q, R = onp.linalg.qr(A)
    onp.testing.assert_allclose((Q @ R).asnumpy(), A.asnumpy(), rtol=1e-5)
    U, s, Vh = onp.linalg.svd(A, full_matrices=False)
    onp.testing.assert_allclose(
        ((U * s) @ Vh).asnumpy(), A.asnumpy(), rtol=1e-5
    )
    sign, logdet = onp.linalg.slogdet(A[:2])
    assert sign == -1
    assert math.isclose(logdet, math.log(2), rel_tol=1e-5)


def test_a_named_tuple_of_arrays_goes_to_numpy():
    pair = Pair(np.ones((2, 2)), np.ones((2, 3)))
    assert onp.linalg.multi_dot(pair).tolist() == [[2, 2, 2], [2, 2, 2]]


# Arrays


@pytest.mark.parametrize("array", [mx.nd.array, np.array])
def test_an_array_of_mxnet_is_an_array_to_numpy(array):
    a = array([[1.0, 2.0], [3.0, 4.0]], dtype="float32")
    values = onp.asarray(a)
    assert (values.dtype, values.tolist()) == ("float32", [[1, 2], [3, 4]])
    assert onp.array(a, dtype="int64").dtype == "int64"
    assert onp.array_equal(a, a)
    onp.testing.assert_allclose(a, values)
    assert onp.array([a, a]).shape == (2, 2, 2)
    values[:] = 0  # a copy
    assert a.asnumpy().sum() == 10


def test_an_array_that_must_not_be_copied_is_refused():
    with pytest.raises(ValueError, match="is copied to become NumPy's"):
        np.zeros(2).__array__(copy=False)


# Records


def test_a_record_holds_several_labels():
    header = mx.recordio.IRHeader(0, [1.0, 2.5], 7, 0)
    found, content = mx.recordio.unpack(mx.recordio.pack(header, b"abc"))
    assert (found.label.tolist(), found.id, content) == ([1, 2.5], 7, b"abc")
