"""Calls of MXNet that give the same on each NumPy: the table, and its runner.

Each row is an expression in the names of :data:`NAMES`; its numbers come from
NumPy, as those of a shape, a label or ``logspace`` do. What the rows give on
NumPy 1.23.5, where MXNet was at home, is in
``tests/unit/differential/golden.json``. This command writes that file, in an
environment of Python 3.11 with MXNet alone (``pip install --no-deps
mxnet==1.9.1`` and ``pip install numpy==1.23.5 scipy==1.10.1 requests
graphviz``)::

    python -W ignore tests/helpers/numpy_calls.py
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mxnet as mx
import numpy as onp
from mxnet import autograd, gluon, init, np, npx
from mxnet.gluon import nn

GOLDEN = Path(__file__).parents[1] / "unit" / "differential" / "golden.json"

#: In the array semantics of NumPy.
NUMPY = """
np.ones((two, 3))
np.zeros((two, three))
np.zeros(two)
np.full((two, 3), 1.5)
np.full((two, 3), half)
np.full(three, one)
np.empty((two, 3)).shape
np.eye(three)
np.eye(two, three, k=one)
np.arange(onp.float64(0), onp.float64(1), onp.float64(0.25))
np.arange(three)
np.linspace(onp.float64(0), onp.float64(1), onp.int64(5))
np.logspace(onp.float64(0), onp.float64(1), onp.int64(5))
np.indices((two, three))
np.ones_like(ramp(2), dtype=onp.dtype("int32"))
np.zeros_like(ramp(2, 3))
np.full_like(ramp(2), half)
np.ones((2,), dtype=onp.dtype("float64"))
np.ones((2,), dtype="float16")
np.array([half, tenth])
np.array([one, two], dtype="int32")
np.array(onp.arange(6).reshape(two, -1), dtype=onp.float32)
np.array((onp.float64(1), 2, onp.int8(3)))
np.arange(6).reshape((two, 3))
np.arange(6).reshape(two, -1)
np.reshape(np.arange(6), (two, 3))
ramp(2, 3, 4).reshape(-1, onp.prod((3, 4)))
ramp(2, 3).reshape_view(three, two)
np.transpose(ramp(2, 3), tuple(onp.argsort([1, 0])))
ramp(2, 3).transpose(*onp.argsort([1, 0]))
np.moveaxis(ramp(2, 3), zero, one)
np.swapaxes(ramp(2, 3), zero, one)
np.expand_dims(ramp(2), zero)
np.squeeze(ramp(1, 2, 1), axis=(zero, two))
np.broadcast_to(ramp(1, 3), (two, 3))
np.tile(ramp(1, 3), (two, 1))
np.repeat(ramp(1, 3), two)
np.repeat(ramp(2, 3), two, axis=one)
np.roll(np.arange(6), two)
np.roll(ramp(2, 3), (two, 1), axis=(0, 1))
np.flip(ramp(2, 3), axis=(zero,))
np.flip(ramp(2, 3), axis=one)
np.rot90(ramp(2, 3), k=one, axes=(zero, one))
np.pad(ramp(2, 3), ((two, two), (0, 0)))
np.pad(ramp(2, 3), ((one, zero), (two, one)), mode="constant")
np.split(np.arange(6), two)
np.split(np.arange(6), tuple(onp.array([2, 4])))
np.array_split(np.arange(7), three)
np.hsplit(ramp(2, 4), two)
np.vsplit(ramp(4, 2), two)
np.concatenate([ramp(2, 3), ramp(2, 3)], axis=one)
np.stack([ramp(2), ramp(2)], axis=one)
np.vstack((ramp(2), ramp(2)))
np.insert(ramp(6), two, onp.float64(9.0))
np.delete(ramp(6), two)
np.diff(ramp(6), n=two)
ramp(2, 3).sum(axis=tuple(onp.arange(2)))
ramp(2, 3).sum(axis=zero)
ramp(2, 3).mean(axis=tuple(onp.arange(2)))
np.mean(ramp(2, 3), axis=(one, zero), keepdims=True)
np.max(ramp(2, 3), axis=tuple(onp.arange(2)))
np.min(ramp(2, 3), axis=one)
np.prod(ramp(2, 3), axis=zero)
np.var(ramp(2, 3), axis=tuple(onp.arange(2)))
np.std(ramp(2, 3), axis=one, ddof=one)
np.sum(ramp(2, 3), axis=0, keepdims=onp.bool_(True))
np.argmax(ramp(2, 3), axis=one)
np.argsort(-ramp(2, 3), axis=one)
np.sort(-ramp(2, 3), axis=zero)
np.cumsum(ramp(2, 3), axis=one)
np.average(ramp(2, 3), axis=one, weights=ramp(3) + 1)
np.quantile(ramp(6), half)
np.percentile(ramp(6), onp.float64(30))
np.clip(ramp(2, 3), onp.float64(0), half)
np.maximum(ramp(2, 3), half)
np.where(ramp(2, 3) > onp.float64(0), 1, 0)
np.tensordot(ramp(2, 3), ramp(3, 2), axes=one)
np.tensordot(ramp(2, 3), ramp(3, 2), axes=([one], [zero]))
np.dot(ramp(2, 3), ramp(3, 2))
np.einsum("ij,jk->ik", ramp(2, 3), ramp(3, 2))
np.matmul(ramp(2, 3), ramp(3, 2))
np.outer(ramp(2), ramp(3))
np.unravel_index(np.array([3], dtype="int64"), (two, 3))
np.nonzero(ramp(2, 3) > half)
np.unique(np.array([1, 1, 2]), return_counts=True)
np.bincount(np.array([0, 1, 1], dtype="int32"), minlength=onp.int64(4))
np.histogram(ramp(6), bins=three, range=(onp.float64(-1), onp.float64(1)))
np.meshgrid(np.arange(three), np.arange(two))
np.tril(ramp(3, 3), k=one)
np.trace(ramp(3, 3))
np.around(ramp(3), one)
np.nan_to_num(np.array([onp.nan, onp.inf]), nan=half, posinf=two)
np.atleast_2d(ramp(two))
np.ravel(ramp(2, 3))
np.take(ramp(5), np.array([1, 3]), axis=zero)
np.trapz(ramp(4))
np.interp(ramp(3), ramp(4), ramp(4) * 2)
np.isclose(ramp(3), ramp(3), rtol=onp.float64(1e-5))
np.linalg.norm(ramp(2, 3), axis=(zero, one))
np.linalg.norm(ramp(2, 3), ord=two, axis=1)
abs(np.linalg.qr(ramp(3, 2) + np.eye(3, 2))[1])
np.linalg.svd(ramp(2, 3))[1]
np.linalg.solve(np.eye(2) * half, ramp(2))
np.linalg.slogdet(np.eye(2) * two)
np.linalg.inv(np.eye(2) * half)
abs(onp.linalg.qr(ramp(3, 2) + np.eye(3, 2))[1])
onp.linalg.svd(ramp(2, 3))[1]
onp.linalg.slogdet(np.eye(2) * 2)
onp.linalg.eigh(np.eye(2))[0]
onp.array_equal(ramp(2), ramp(2))
onp.concatenate([ramp(2, 3), ramp(2, 3)])
onp.mean(ramp(2, 3), axis=one)
ramp(6)[one:three]
ramp(2, 3)[one, two]
ramp(2, 3)[onp.array([0, 1])]
ramp(2, 3)[:, onp.array([True, False, True])]
ramp(2, 3)[..., None, zero]
assigned(ramp(2, 3), one, half)
assigned(ramp(2, 3), (one, slice(None)), onp.float64(3))
assigned(ramp(2, 3), (slice(zero, one), slice(None)), onp.float64(3))
assigned(ramp(2, 3), (one, two), tenth)
assigned(ramp(2, 3), onp.array([1]), onp.ones((1, 3)))
ramp(2, 3) * half
half * ramp(2, 3)
tenth * ramp(2, 3)
ramp(2, 3) - tenth
ramp(2, 3) ** onp.float64(2)
ramp(2, 3) / three
ramp(2, 3) % half
ramp(2, 3) > tenth
ramp(2, 3) == zero
ramp(2).astype(onp.int32)
ramp(2).astype(bool)
ramp(2).as_in_ctx(mx.cpu(one)).ctx.device_id
float(ramp(3)[two])
np.random.normal(0, 1, size=(two, 3)).shape
np.random.normal(zero, half, size=(2, 3)).shape
np.random.uniform(0, 1, size=(two, 3)).shape
np.random.randn(two, 3).shape
np.random.rand(two, 3).shape
np.random.randint(0, 5, size=(two, 3)).shape
np.random.choice(5, size=(two,)).shape
np.random.gamma(2.0, 1.0, size=(two, 3)).shape
np.random.exponential(half, size=(two, 3)).shape
np.random.multinomial(3, [half, half], size=(two,)).shape
np.random.beta(half, half, size=(two,)).shape
npx.random.bernoulli(0.5, size=(two, 3)).shape
npx.reshape(np.arange(6), (two, 3))
npx.reshape(ramp(2, 3, 4), (-2, onp.int64(-1)))
npx.one_hot(np.array([0, 1]), three)
npx.topk(ramp(6), k=three)
npx.pick(ramp(2, 3), np.array([0, 1]), axis=one)
npx.arange_like(ramp(2, 3), axis=one)
npx.slice(ramp(4, 3), begin=(one, None), end=(two, None))
npx.leaky_relu(ramp(4), slope=tenth)
npx.softmax(ramp(2, 3), axis=one, temperature=half)
npx.log_softmax(ramp(2, 3), axis=zero)
npx.dropout(ramp(2, 3), p=half, axes=(zero,))
npx.layer_norm(ramp(2, 3), ramp(3), ramp(3), axis=one, eps=onp.float64(1e-5))
npx.convolution(ramp(1, 1, 4, 4), ramp(1, 1, 2, 2), kernel=(two, two), num_filter=one, no_bias=True)
npx.pooling(ramp(1, 1, 4, 4), kernel=(two, two), stride=(two, one))
npx.fully_connected(ramp(2, 3), ramp(2, 3), num_hidden=two, no_bias=True)
npx.sequence_mask(ramp(3, 2), np.array([1, 2]), True, value=half)
npx.batch_dot(ramp(2, 2, 3), ramp(2, 3, 2))
npx.gamma(ramp(3) + two)
"""

#: Layers, data and losses.
GLUON = """
layer(nn.Dense(three), 2, 4)
layer(nn.Dense(onp.array([0, 2]).max() + 1, in_units=onp.int64(4)), 2, 4)
layer(nn.Dense(three, activation="relu"), 2, 4, hybridize=True)
layer(nn.Conv2D(two, kernel_size=three, strides=(one, one)), 1, 1, 5, 5)
layer(nn.Conv2D(two, (three, three), padding=(one, one)), 1, 1, 5, 5)
layer(nn.Conv2D(two, (three, three)), 1, 1, 5, 5, hybridize=True)
layer(nn.Conv2DTranspose(one, two, strides=(two, two)), 1, 1, 3, 3)
layer(nn.Conv1D(two, three, groups=one, dilation=two), 1, 1, 7)
layer(nn.MaxPool2D((two, two)), 1, 1, 4, 4)
layer(nn.AvgPool2D(pool_size=two, strides=one), 1, 1, 4, 4)
layer(nn.BatchNorm(axis=one, epsilon=onp.float64(1e-5), momentum=half), 4, 3)
layer(nn.BatchNorm(use_global_stats=onp.bool_(True)), 4, 3)
layer(nn.LayerNorm(axis=onp.int64(-1), epsilon=onp.float64(1e-5)), 2, 3)
npx.embedding(np.array([0, two]), ramp(10, 3), onp.int64(10), three)
layer(nn.LeakyReLU(tenth), 2, 3)
layer(nn.ELU(half), 2, 3)
layer(nn.Flatten(), 2, 3, 2)
nn.Dropout(half)(ramp(2, 3))
layer(gluon.rnn.LSTM(three, num_layers=one), 2, 2, 3)
layer(gluon.rnn.GRU(two, input_size=three), 2, 2, 3)
layer(chain(nn.Dense(two), nn.Activation("tanh"), nn.Dense(one)), 2, 3)
layer(chain(nn.Conv2D(two, two), nn.Flatten(), nn.Dense(two)), 1, 1, 3, 3, hybridize=True)
parameter(shape=(two, 3), init=init.Constant(half))
parameter(shape=(two, three), init=init.Zero(), dtype=onp.float64)
gluon.Constant("c", onp.array([half, tenth])).value
gluon.loss.L2Loss(weight=half)(ramp(2, 3), ramp(2, 3) * 2)
gluon.loss.SoftmaxCrossEntropyLoss(axis=one)(ramp(2, 3), np.array([0, two]))
gluon.loss.SigmoidBCELoss()(ramp(2, 3), np.ones((two, 3)))
gluon.utils.split_data(ramp(6, 2), three)
gluon.utils.split_data(ramp(7, 2), two, even_split=False)
gluon.utils.split_and_load(ramp(6, 2), [mx.cpu(0), mx.cpu(1)])
gluon.utils.split_and_load(onp.ones((6, 2)), [mx.cpu(0), mx.cpu(1), mx.cpu(2)])
first(gluon.data.DataLoader(pairs(4), batch_size=two))
first(gluon.data.DataLoader(pairs(5).take(three), batch_size=2))
list(gluon.data.BatchSampler(gluon.data.SequentialSampler(three), two))
pairs(4).shard(two, zero)[one]
gluon.data.vision.transforms.ToTensor()(image(4, 4))
gluon.data.vision.transforms.Resize(two)(image(4, 4)).shape
gluon.data.vision.transforms.Normalize(half, (half, tenth, half))(ramp(3, 2, 2))
mx.image.imresize(image(4, 4), two, three).shape
mx.image.center_crop(image(4, 4), (two, three))[1]
mx.image.fixed_crop(image(4, 4), one, zero, two, three).shape
mx.image.color_normalize(ramp(2, 2, 3), ramp(3), ramp(3) + two)
"""

#: How weights start and move.
TRAINING = """
trained("sgd", learning_rate=half)
trained("sgd", learning_rate=tenth)
trained("sgd", learning_rate=onp.logspace(-2, -1, 2)[0], wd=onp.float64(1e-3))
trained("sgd", learning_rate=0.1, momentum=onp.float64(0.9))
trained("sgd", learning_rate=0.1, clip_gradient=onp.float64(0.01))
trained("sgd", learning_rate=0.1, multi_precision=onp.bool_(True))
trained("nag", learning_rate=tenth, momentum=half)
trained("adam", learning_rate=tenth, beta1=half, epsilon=onp.float64(1e-8))
trained("adagrad", learning_rate=tenth, eps=onp.float64(1e-7))
trained("adadelta", rho=onp.float64(0.9), epsilon=onp.float64(1e-5))
trained("rmsprop", learning_rate=tenth, gamma1=onp.float64(0.9))
trained("rmsprop", learning_rate=tenth, centered=True, gamma2=half)
trained("lamb", learning_rate=tenth, wd=onp.float64(1e-3))
trained("lars", learning_rate=tenth, momentum=half)
trained("signum", learning_rate=tenth, wd_lh=tenth)
trained("ftrl", learning_rate=tenth, lamda1=tenth)
trained("ftml", learning_rate=tenth, beta1=half)
trained("adamax", learning_rate=tenth)
trained("nadam", learning_rate=tenth)
trained("dcasgd", learning_rate=tenth)
trained("sgd", lr_scheduler=mx.lr_scheduler.FactorScheduler(one, half, base_lr=tenth))
trained("sgd", lr_scheduler=mx.lr_scheduler.MultiFactorScheduler([1, 2], half, base_lr=half))
trained("sgd", lr_scheduler=mx.lr_scheduler.PolyScheduler(5, half, pwr=two))
trained("sgd", lr_scheduler=mx.lr_scheduler.CosineScheduler(5, half, final_lr=tenth))
trained("sgd", learning_rate=0.1, rate=half)
mx.lr_scheduler.FactorScheduler(two, half, base_lr=tenth)(onp.int64(5))
mx.lr_scheduler.CosineScheduler(10, half)(three)
started(init.Constant(half))
started(init.Constant(tenth))
started(init.One())
started(init.Zero())
started(init.Bilinear(), 1, 1, 4, 4)
started(init.Uniform(half)).shape
started(init.Normal(tenth)).shape
started(init.Xavier(magnitude=onp.float64(2.24))).shape
started(init.Xavier("gaussian", "in", half)).shape
started(init.MSRAPrelu(slope=half)).shape
abs(started(init.Orthogonal(scale=half)).sum() * 0)
init.Normal(half).dumps()
init.Constant(half).dumps()
init.Xavier(magnitude=onp.float64(2.24)).dumps()
gradient(lambda x: x * half, 2, 3)
gradient(lambda x: x ** onp.float64(2), 2, 3)
gradient(lambda x: np.clip(x, zero, half), 2, 3)
gradient(lambda x: x.sum(axis=tuple(onp.arange(2))), 2, 3)
gradient(lambda x: x.reshape(three, two) * half, 2, 3)
gradient(lambda x: x[one, zero:two] * 3, 2, 3)
gradient(lambda x: np.where(x > zero, x, tenth * x), 2, 3)
gradient(lambda x: npx.softmax(x, axis=one)[:, zero], 2, 3)
gradient(lambda x: np.maximum(x, zero), 2, 3)
gradient(lambda x: np.broadcast_to(x, (two, 2, 3)), 2, 3)
gradient(lambda x: np.tile(x, (two, three)), 2, 3)
gradient(lambda x: np.linalg.norm(x, axis=(zero, one)), 2, 3)
gradient(lambda x: np.pad(x, ((one, one), (zero, two))), 2, 3)
gradient(lambda x: npx.leaky_relu(x, slope=half), 2, 3)
gradient(lambda x: np.squeeze(np.expand_dims(x, one), (one,)), 2, 3)
gradient(lambda x: np.mean(x, axis=(one,)), 2, 3)
gradient(lambda x: x.std(axis=zero), 2, 3)
gradient(lambda x: np.roll(x, (one, two), (0, 1)) * x, 2, 3)
"""

#: In the semantics of the older API.
OLDER = """
gluon.utils.clip_global_norm([mx.nd.ones((2, 3)), mx.nd.ones((3,))], half)
gluon.loss.HuberLoss(rho=half)(mx.nd.ones((2, 3)), mx.nd.zeros((2, 3)))
gluon.loss.HingeLoss(margin=half)(mx.nd.ones((3,)), mx.nd.ones((3,)))
mx.nd.ones((two, 3))
mx.nd.zeros((two, 3))
mx.nd.full((two, 3), half)
mx.nd.array(onp.arange(3), dtype=onp.int32)
mx.nd.array([half, tenth])
mx.nd.arange(zero, three, step=half)
mx.nd.ones((6,)).reshape((two, 3))
mx.nd.ones((6,)).reshape(shape=(two, -1))
mx.nd.ones((2, 3)).sum(axis=tuple(onp.arange(2)))
mx.nd.ones((2, 3)).mean(axis=one)
mx.nd.slice(mx.nd.ones((4, 3)), begin=(one, zero), end=(two, two))
mx.nd.slice_axis(mx.nd.ones((4, 3)), axis=one, begin=zero, end=two)
mx.nd.tile(mx.nd.ones((1, 3)), reps=(two, one))
mx.nd.pad(mx.nd.ones((1, 1, 2, 2)), mode="constant", pad_width=(0, 0, 0, 0, one, one, one, one), constant_value=half)
mx.nd.transpose(mx.nd.ones((2, 3)), axes=tuple(onp.argsort([1, 0])))
mx.nd.one_hot(mx.nd.array([0, 2]), depth=three, on_value=half)
mx.nd.topk(mx.nd.array([1, 3, 2]), k=two)
mx.nd.clip(mx.nd.array([1, 3, 2]), half, two)
mx.nd.broadcast_to(mx.nd.ones((1, 3)), shape=(two, 3))
mx.nd.split(mx.nd.ones((4, 2)), num_outputs=two, axis=zero)
mx.nd.Convolution(mx.nd.ones((1, 1, 3, 3)), mx.nd.ones((1, 1, 2, 2)), kernel=(two, two), num_filter=one, no_bias=True)
mx.nd.random.normal(shape=(two, 3)).shape
mx.nd.random.uniform(zero, half, shape=(two,)).shape
mx.nd.linalg.gemm2(mx.nd.ones((2, 3)), mx.nd.ones((3, 2)), alpha=half)
mx.nd.ones((2, 3))[one].asnumpy()
mx.nd.array([half]).asscalar()
assigned(mx.nd.ones((2, 3)), one, half)
assigned(mx.nd.ones((2, 3)), (one, slice(zero, two)), tenth)
mx.nd.ones((2, 3)) * half
half * mx.nd.ones((2, 3))
onp.array_equal(mx.nd.ones((2,)), mx.nd.ones((2,)))
mx.test_utils.same(mx.nd.ones((2, 3)), mx.nd.ones((2, 3)))
mx.nd.sparse.csr_matrix(([half, 1.0], [0, 1], [0, 1, 2]), shape=(two, two))
mx.sym.var("x", shape=(two, 3)).infer_shape()[1]
mx.sym.reshape(mx.sym.var("x"), shape=(two, 3)).infer_shape(x=(6,))[1]
mx.sym.ones((two, three)).infer_shape()[1]
mx.sym.FullyConnected(mx.sym.var("x"), num_hidden=three).infer_shape(x=(2, 4))[1]
mx.sym.Pooling(mx.sym.var("x"), kernel=(two, two)).infer_shape(x=(1, 1, 4, 4))[1]
mx.recordio.unpack(mx.recordio.pack(mx.recordio.IRHeader(0, [half, two], one, 0), b"abc"))[0].label
mx.recordio.unpack(mx.recordio.pack(mx.recordio.IRHeader(0, half, one, 0), b"abc"))[1]
mx.io.NDArrayIter(onp.ones((4, 2)), onp.zeros(4), batch_size=two).provide_data[0].shape
measured(mx.metric.Loss(), [0.0], [2.0**24], 1)
measured(mx.metric.Loss(), [0.0], [1.1], 2000)
measured(mx.metric.MAE(), [0.0, 1, 1], [0.3, 0.7, 1.0])
measured(mx.metric.MSE(), [0.0, 1, 1], [0.3, 0.7, 1.0], 500)
measured(mx.metric.RMSE(), [0.0, 1, 1], [0.3, 0.7, 1.0])
measured(mx.metric.Accuracy(), [0, 1, 1], SCORES)
measured(mx.metric.Accuracy(axis=one), [0, 1, 1], SCORES)
measured(mx.metric.TopKAccuracy(top_k=two), [0, 1, 2], SCORES3)
measured(mx.metric.F1(), [0, 1, 1], SCORES)
measured(mx.metric.MCC(), [0, 1, 1], SCORES)
measured(mx.metric.PCC(), [0, 1, 1], SCORES)
measured(mx.metric.CrossEntropy(eps=onp.float64(1e-12)), [0, 1, 1], SCORES, 500)
measured(mx.metric.NegativeLogLikelihood(), [0, 1, 1], SCORES)
measured(mx.metric.Perplexity(ignore_label=zero), [0, 1, 1], SCORES, 500)
measured(mx.metric.PearsonCorrelation(), [0.0, 1, 1], [0.3, 0.7, 1.0])
measured(mx.metric.np(lambda label, pred: onp.float32(1.1)), [0.0], [0.0], 2000)
measured(mx.metric.CompositeEvalMetric([mx.metric.MAE(), mx.metric.MSE()]), [0.0, 1], [0.3, 0.7])
"""

#: The rows by whether NumPy's semantics are on.
CALLS = {
    True: [*NUMPY.split("\n"), *GLUON.split("\n"), *TRAINING.split("\n")],
    False: OLDER.split("\n"),
}
ROWS = [
    (expression, is_numpy)
    for is_numpy, expressions in CALLS.items()
    for expression in expressions
    if expression
]


def ramp(*shape: int) -> np.ndarray:
    """Returns numbers from -1/3 to below 2/3 of a shape."""
    size = int(onp.prod(shape))
    values = (onp.arange(size) / size - 1 / 3).reshape(shape)
    return np.array(values, dtype="float32")


def image(height: int, width: int) -> np.ndarray:
    """Returns an image of shape (height, width, 3), of bytes."""
    return np.arange(height * width * 3, dtype="uint8").reshape(
        height, width, 3
    )


def pairs(size: int) -> gluon.data.Dataset:
    """Returns a data set of numbers and their squares."""
    numbers = onp.arange(size, dtype="float32")
    return gluon.data.ArrayDataset(numbers, numbers**2)


def first(batches: Any) -> Any:
    """Returns the first batch."""
    return next(iter(batches))


def assigned(array: Any, key: Any, value: Any) -> Any:
    """Returns the array after ``array[key] = value``."""
    array[key] = value
    return array


def chain(*blocks: gluon.Block) -> nn.HybridSequential:
    """Returns blocks one after the other."""
    net = nn.HybridSequential()
    net.add(*blocks)
    return net


def layer(block: gluon.Block, *shape: int, hybridize: bool = False) -> Any:
    """Returns what a block of constant weights gives, and all gradients."""
    X = ramp(*shape)
    X.attach_grad()
    block.initialize(init.Constant(0.1))
    if hybridize:
        block.hybridize()
    with autograd.record():
        y = block(X)
    y.backward()
    learned = [
        p for p in block.collect_params().values() if p.grad_req != "null"
    ]
    return [y, X.grad, *(p.grad() for p in learned)]


def parameter(**options: Any) -> np.ndarray:
    """Returns the values of a parameter."""
    found = gluon.Parameter("weight", **options)
    found.initialize()
    return found.data()


def started(initializer: init.Initializer, *shape: int) -> np.ndarray:
    """Returns weights that an initializer gives, (2, 3) by default."""
    return parameter(shape=shape or (2, 3), init=initializer)


def trained(
    optimizer: str, rate: float | None = None, **options: Any
) -> list[np.ndarray]:
    """Returns the weights of two layers after three steps."""
    net = chain(nn.Dense(3), nn.Dense(1))
    net.initialize(init.Constant(0.1))
    trainer = gluon.Trainer(net.collect_params(), optimizer, options)
    if rate is not None:
        trainer.set_learning_rate(rate)
    X, loss = ramp(4, 3), gluon.loss.L2Loss()
    for _ in range(3):
        with autograd.record():
            value = loss(net(X), X[:, :1] + 1)
        value.backward()
        trainer.step(onp.int64(4))
    return [p.data() for p in net.collect_params().values()]


def gradient(function: Any, *shape: int) -> list[np.ndarray]:
    """Returns what a function gives, and its gradient."""
    x = ramp(*shape)
    x.attach_grad()
    with autograd.record():
        y = function(x)
    y.backward()
    return [y, x.grad]


def measured(metric: Any, labels: Any, scores: Any, times: int = 3) -> Any:
    """Returns a metric's mean after the same batch some times."""
    label, score = mx.nd.array(labels), mx.nd.array(scores)
    for _ in range(times):
        metric.update([label], [score])
    return [metric.get()[1], metric.get_global()[1]]


NAMES: dict[str, Any] = {
    **{name: value for name, value in globals().items() if name[0] != "_"},
    "zero": onp.int64(0),
    "one": onp.int64(1),
    "two": onp.int64(2),
    "three": onp.int32(3),
    "half": onp.float64(0.5),
    "tenth": onp.float32(0.1),
    "SCORES": [[0.3, 0.7], [0.1, 0.9], [0.4, 0.6]],
    "SCORES3": [[0.3, 0.6, 0.1], [0.1, 0.2, 0.7], [0.4, 0.3, 0.3]],
}


@contextlib.contextmanager
def semantics(is_numpy: bool) -> Iterator[None]:
    """Has NumPy's semantics or the older ones, and then NumPy's."""
    npx.set_np(shape=is_numpy, array=is_numpy)
    try:
        yield
    finally:
        npx.set_np()


def result(expression: str, is_numpy: bool) -> Any:
    """Returns what a row gives, as JSON has it."""
    with semantics(is_numpy):
        return plain(eval(expression, dict(NAMES)))


def plain(value: Any) -> Any:
    """Returns a value as JSON has it; arrays with their shape and type."""
    if isinstance(value, mx.nd.NDArray):
        value = value.asnumpy()
    if isinstance(value, onp.ndarray):
        return {
            "shape": list(value.shape),
            "type": value.dtype.name,
            "values": [plain(number) for number in value.ravel().tolist()],
        }
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    if isinstance(value, onp.generic):
        value = value.item()
    if isinstance(value, bytes):
        return value.decode()
    return float(f"{value:.7g}") if isinstance(value, float) else value


def record() -> None:
    """Writes a line a call, or says which calls do not work."""
    if onp.__version__ != "1.23.5":
        sys.exit(f"This is NumPy {onp.__version__}; record on NumPy 1.23.5.")
    lines, failed = [], []
    for expression, is_numpy in ROWS:
        try:
            found = result(expression, is_numpy)
        except Exception as error:
            reason = str(error).strip().partition("\n")[0]
            failed.append(f"{expression}: {type(error).__name__}: {reason}")
        else:
            lines.append(f"{json.dumps(expression)}: {json.dumps(found)}")
    if failed:
        sys.exit("\n".join(failed))
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(lines)} calls recorded")


if __name__ == "__main__":
    record()
