"""Code in the older ``nd`` API runs beside ``d2l_ext``, after one line."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

pytestmark = pytest.mark.skipif(
    find_spec("d2lzh") is None,
    reason="d2lzh 1.0.0, of the group test, is not installed here",
)

#: As the page Installation says.
IMPORTS = """
import contextlib, io, json, warnings
import d2l_ext
from mxnet import npx
npx.reset_np()

warnings.simplefilter("ignore")  # The older API has many.
import d2lzh as d2l
import mxnet as mx
from mxnet import autograd, gluon, init, nd
from mxnet.gluon import nn
"""

LENET = """
mx.random.seed(0)
labels = nd.arange(64) % 4
X = nd.random.normal(scale=0.3, shape=(64, 1, 20, 20))
for i in range(64):
    k = 5 * (i % 4)
    X[i, 0, k : k + 5] += 1
data = gluon.data.ArrayDataset(X, labels)
batches = gluon.data.DataLoader(data, batch_size=16)
net = nn.Sequential()
net.add(
    nn.Conv2D(6, kernel_size=5), nn.BatchNorm(), nn.Activation("sigmoid"),
    nn.MaxPool2D(pool_size=2, strides=2),
    nn.Dense(16), nn.BatchNorm(), nn.Activation("sigmoid"),
    nn.Dense(4),
)
net.initialize(init.Xavier())
trainer = gluon.Trainer(
    net.collect_params(), "sgd", {"learning_rate": 0.5}
)
"""


def test_lenet_trains_in_the_loop_of_d2lzh(run_python):
    value, error = run_python(
        IMPORTS,
        LENET,
        """
        text = io.StringIO()
        with contextlib.redirect_stdout(text):
            d2l.train_ch5(net, batches, batches, 16, trainer, mx.cpu(), 4)
        lines = text.getvalue().splitlines()
        accuracy = d2l.evaluate_accuracy(batches, net)
        print(json.dumps([lines, float(accuracy)]))
        """,
    )
    assert error is None
    lines, accuracy = value
    assert [line.partition(",")[0] for line in lines[1:]] == [
        f"epoch {epoch}" for epoch in range(1, 5)
    ]
    assert accuracy > 0.9


def test_both_apis_run_in_turns(run_python):
    value, error = run_python(
        IMPORTS,
        """
        older = nd.array([1.5]).asscalar()
        npx.set_np()
        from mxnet import np
        newer = np.array([1.5]).item()
        npx.reset_np()
        again = nd.ones((2,)).sum().asscalar()
        print(json.dumps([float(older), newer, float(again)]))
        """,
    )
    assert error is None
    assert value == [1.5, 1.5, 2.0]
