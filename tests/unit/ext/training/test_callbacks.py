"""Callbacks do nothing unless overridden; what the book's own ones do."""

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.training import fit
from d2l_ext.training.callbacks import Callback, UpdateRatio
from d2l_ext.training.history import History

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn


def test_a_callback_overrides_only_what_it_needs():
    class OnlyEpochs(Callback):
        seen = None

        def on_epoch(self, epoch, net, history):
            self.seen = epoch

    callback = OnlyEpochs()
    callback.on_step(1, None)
    callback.on_epoch(2, None, History())
    assert callback.seen == 2


# The ratio of updates to weights.


class Weights(Callback):
    """Keeps the weights of each layer after each step."""

    def __init__(self):
        self.after = []

    def on_step(self, step, net):
        self.after.append([layer.weight.data().asnumpy() for layer in net])


def two_layers(ctx=None):
    net = nn.HybridSequential()
    net.add(nn.Dense(4), nn.Dense(3))
    net.initialize(ctx=ctx)
    return net


def recorded(every=1, lr=0.1, ctx=None):
    """Returns the ratios of six steps, and those that NumPy gives."""
    rng = onp.random.default_rng(0)
    data = MiniBatches(
        rng.normal(size=(24, 5)), rng.integers(3, size=24), 8, ctx=ctx
    )
    ratios, weights = UpdateRatio(every), Weights()
    fit(two_layers(ctx), data, None, 2, lr=lr, callbacks=[ratios, weights])
    norm = onp.linalg.norm
    expected = [
        [norm(w - b) / norm(b) for w, b in zip(after, before, strict=True)]
        for before, after in zip(
            weights.after[:-1], weights.after[1:], strict=True
        )
    ]
    return ratios, expected


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)], ids=str)
def test_the_ratio_is_that_of_the_norms_of_update_and_weight(ctx):
    ratios, expected = recorded(ctx=ctx)
    frame = ratios.to_frame()
    assert list(frame.index) == ratios.steps == [2, 3, 4, 5, 6]
    assert list(frame.columns) == ["0.weight", "1.weight"]
    onp.testing.assert_allclose(frame.to_numpy(), expected, rtol=1e-3)
    assert (frame.to_numpy() > 0).all()


@pytest.mark.parametrize(
    ("every", "steps"), [(2, [2, 4, 6]), (3, [3, 6]), (6, [6]), (7, [])]
)
def test_only_each_nth_step_is_recorded(every, steps):
    ratios, expected = recorded(every)
    assert ratios.steps == steps
    frame = ratios.to_frame()
    assert len(frame) == len(steps)
    for step in steps:
        onp.testing.assert_allclose(
            frame.loc[step], expected[step - 2], rtol=1e-3
        )


def test_a_larger_learning_rate_makes_larger_updates():
    small, large = (
        recorded(lr=lr)[0].to_frame().to_numpy().mean() for lr in (0.01, 0.1)
    )
    assert 5 < large / small < 20


def test_only_what_is_learned_and_is_no_bias_has_a_ratio():
    net = nn.HybridSequential()
    net.add(nn.Dense(2), nn.BatchNorm(), nn.Dense(2))
    net.initialize()
    net(np.ones((2, 3)))
    net[0].collect_params().setattr("grad_req", "null")
    ratios = UpdateRatio()
    ratios.on_step(1, net)
    ratios.on_step(2, net)
    assert list(ratios.to_frame().columns) == ["2.weight"]
    assert ratios.to_frame().to_numpy().tolist() == [[0.0]]


def test_a_ratio_each_zero_steps_is_refused():
    with pytest.raises(ValueError, match="every is 1 or more, not 0"):
        UpdateRatio(0)
