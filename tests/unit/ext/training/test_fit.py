"""The training loop: what it records, and what it leaves behind."""

from __future__ import annotations

import math
import warnings

import d2l_ext
from d2l_ext.data import load_fashion_mnist
from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.networks import lenet, mlp
from d2l_ext.training import DivergenceWarning, fit
from d2l_ext.training.callbacks import Callback, UpdateRatio
from d2l_ext.training.stopping import EarlyStopping

import clothes
import mxnet as mx
import numpy as onp
import pytest
from fitting import (
    NUM_CLASSES,
    NUM_INPUTS,
    assert_close,
    batches_of,
    initialized,
    jump_at,
    same,
    weights_of,
)
from mxnet import autograd, np
from mxnet.gluon import nn


@pytest.mark.parametrize(
    ("jump", "num_epochs"),
    # The step after the jump is the one whose loss is no number.
    [(1, 0), (2, 0), (3, 1), (5, 1), (6, 2)],
)
def test_divergence_is_named_and_the_record_ends_there(jump, num_epochs):
    train, test = batches_of(), batches_of((4,), seed=1)
    net = initialized(mlp([8]))
    with pytest.warns(DivergenceWarning) as caught:
        history = fit(net, train, test, 4, schedule=jump_at(jump))
    step = jump + 1
    assert history.diverged_at == step == len(history.step_loss)
    assert history.num_epochs == num_epochs
    assert not math.isfinite(history.step_loss[-1])
    assert all(map(math.isfinite, history.step_loss[:-1]))
    assert all(map(math.isfinite, history.train_loss))
    for name in ("train_acc", "test_loss", "test_acc", "lr", "seconds"):
        assert len(getattr(history, name)) == num_epochs
    assert len(history.to_frame()) == num_epochs
    assert f"at step {step}" in history.stopped_by
    assert f"at step {step}" in str(history)
    assert history.plot().lines
    (warning,) = caught
    message = str(warning.message)
    assert message.startswith(f"Training stopped: {history.stopped_by}")
    assert "learning rate" in message
    assert "Try a learning rate ten times smaller" in message
    assert warning.filename == __file__


def test_a_learning_rate_that_is_too_large_is_named():
    net = initialized(mlp([8, 8]))
    with pytest.warns(DivergenceWarning, match=r"learning rate 1e\+10\)"):
        history = fit(net, batches_of(), num_epochs=9, lr=1e10)
    assert history.diverged_at > 1
    assert "nan" in history.stopped_by or "inf" in history.stopped_by


def test_clipping_saves_a_run_that_would_diverge():
    net = initialized(mlp([8]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = fit(net, batches_of(), num_epochs=3, lr=1e3, clip_norm=1e-3)
    assert history.num_epochs == 3


class Recorder(Callback):
    """Notes its calls, with what it sees at each."""

    def __init__(self):
        self.calls, self.weights = [], []

    def on_step(self, step, net):
        self.calls.append(("step", step))
        self.weights.append(weights_of(net))

    def on_epoch(self, epoch, net, history):
        self.calls.append(("epoch", epoch))
        assert history.num_epochs == len(history.test_acc) == epoch
        assert len(history.step_loss) == 3 * epoch


def test_callbacks_are_called_after_each_step_and_each_epoch():
    first, second = Recorder(), Recorder()
    net = initialized()
    test = batches_of((4,))
    fit(net, batches_of(), test, 2, lr=0.1, callbacks=[first, second])
    assert first.calls == [
        *(("step", 1), ("step", 2), ("step", 3), ("epoch", 1)),
        *(("step", 4), ("step", 5), ("step", 6), ("epoch", 2)),
    ]
    assert second.calls == first.calls
    # After the update: each sees new weights, the last ones the result.
    for before, after in zip(first.weights, first.weights[1:], strict=False):
        assert not same(before, after)
    assert same(first.weights[-1], weights_of(net))


def test_a_seed_makes_the_run():
    def run(seed, **options):
        d2l_ext.seed(seed)
        rng = onp.random.default_rng(0)
        X, y = rng.normal(size=(20, NUM_INPUTS)), onp.arange(20) % NUM_CLASSES
        data = MiniBatches(X, y, 6)
        net = nn.HybridSequential()
        net.add(nn.Dense(8), nn.Dropout(0.5), nn.Dense(NUM_CLASSES))
        history = fit(initialized(net), data, data, 2, lr=0.1, **options)
        return history.step_loss, weights_of(net)

    losses, weights = run(3)
    again, weights_again = run(3)
    assert losses == again
    assert same(weights, weights_again)
    assert run(4)[0] != losses


@pytest.mark.parametrize("progress", [True, False])
def test_progress_is_shown_where_it_is_asked_for(progress, capfd):
    fit(initialized(), batches_of(), num_epochs=1, progress=progress)
    out, err = capfd.readouterr()
    assert out == ""
    assert ("batch" in err) == progress


class Watched(list):
    """Mini-batches that remember which contexts they came from."""

    def __init__(self, batches):
        super().__init__(batches)
        self.contexts = set()

    def __iter__(self):
        for X, y in super().__iter__():
            self.contexts |= {X.ctx, y.ctx}
            yield X, y


class ContextCallback(Callback):
    """Notes the context of every parameter, gradient and result."""

    def __init__(self, X):
        self.X, self.contexts, self.num_steps = X, set(), 0

    def on_step(self, step, net):
        self.num_steps = step
        for parameter in net.collect_params().values():
            self.contexts |= {parameter.data().ctx, *parameter.list_ctx()}
            if parameter.grad_req != "null":
                self.contexts |= {grad.ctx for grad in parameter.list_grad()}
        self.contexts.add(net(self.X).ctx)


@pytest.mark.parametrize("ctx", [mx.cpu(0), mx.cpu(1)])
@pytest.mark.parametrize("norm", ["batch", "scratch"])
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_everything_happens_on_the_context_of_the_data(ctx, norm, optimizer):
    train, test = (Watched(batches_of(seed=seed, ctx=ctx)) for seed in (0, 1))
    net = initialized(mlp([6], norm=norm), ctx=ctx)
    before = weights_of(net)
    outputs = set()

    def note(block, inputs, output):
        outputs.add(output.ctx)

    for layer in net:
        layer.register_forward_hook(note)
    seen = ContextCallback(train[0][0])
    history = fit(
        *(net, train, test, 2, optimizer),
        lr=0.1,
        clip_norm=1,
        clip_value=1,
        early_stopping=EarlyStopping(),
        callbacks=[seen],
        hybridize=False,
    )
    assert history.num_epochs == 2
    assert train.contexts == test.contexts == outputs == seen.contexts == {ctx}
    assert seen.num_steps == 6
    after = weights_of(net)
    assert all((after[name] != before[name]).any() for name in after)


def test_a_compiled_run_is_on_the_context_of_the_data_too():
    ctx = mx.cpu(1)
    train = Watched(batches_of(ctx=ctx))
    seen = ContextCallback(train[0][0])
    net = initialized(mlp([6], norm="batch"), ctx=ctx)
    fit(net, train, train, 1, lr=0.1, callbacks=[seen])
    assert net._active
    assert train.contexts == seen.contexts == {ctx}


@pytest.mark.parametrize("norm", [None, "batch", "scratch"])
@pytest.mark.parametrize("clipping", [{}, {"clip_norm": 1, "clip_value": 1}])
def test_the_device_is_waited_for_once_a_batch(norm, clipping, monkeypatch):
    waits = []

    def counted(wait):
        def wait_and_count(*args, **kwargs):
            waits.append(wait.__name__)
            return wait(*args, **kwargs)

        return wait_and_count

    for name in ("asnumpy", "wait_to_read"):
        wait = counted(getattr(mx.nd.NDArray, name))
        monkeypatch.setattr(mx.nd.NDArray, name, wait)
    monkeypatch.setattr(mx.nd, "waitall", counted(mx.nd.waitall))

    def waits_of(num_batches, num_epochs):
        n = 4 * num_batches
        X = onp.random.default_rng(0).normal(size=(n, NUM_INPUTS))
        data = MiniBatches(X, onp.arange(n) % NUM_CLASSES, 4)
        net = initialized(mlp([6], norm=norm))
        waits.clear()
        fit(net, data, data, num_epochs, lr=0.1, **clipping)
        return len(waits)

    start = waits_of(num_batches=5, num_epochs=1) - 5
    an_epoch = waits_of(num_batches=5, num_epochs=2) - 2 * 5 - start
    assert 0 < start < 12
    assert 0 < an_epoch <= 2  # training accuracy; test loss and accuracy
    for num_batches, num_epochs in ((1, 1), (20, 1), (20, 3)):
        expected = (
            num_epochs * num_batches + start + (num_epochs - 1) * an_epoch
        )
        assert waits_of(num_batches, num_epochs) == expected


@pytest.mark.parametrize("hybridize", [True, False])
def test_the_network_can_be_used_as_before(hybridize, tmp_path):
    net = initialized(mlp([6], norm="batch"))
    test = batches_of((4,), seed=1)
    fit(net, batches_of(), test, 2, lr=0.1, hybridize=hybridize)
    (X, _), *_ = test
    outputs = []
    handle = net.register_forward_hook(lambda *a: outputs.append(a[2]))
    scores = net(X)
    handle.detach()
    assert (outputs[0] == scores).all()
    # Other shapes, after a graph with static shapes.
    assert_close(net(X[:1]).asnumpy(), scores[:1].asnumpy())
    assert net(np.concatenate([X, X, X])).shape == (12, 10)
    layer_by_layer = X
    for layer in net:
        layer_by_layer = layer(layer_by_layer)
    assert_close(layer_by_layer.asnumpy(), scores.asnumpy())
    assert len(net) == 4
    file = str(tmp_path / "net")
    net.save_parameters(file)
    restored = mlp([6], norm="batch")
    restored.load_parameters(file)
    assert_close(restored(X).asnumpy(), scores.asnumpy())
    with autograd.record():
        total = net(X).sum()
    total.backward()
    assert abs(net[3].weight.grad()).max() > 0


def test_fit_goes_on_from_where_it_was():
    train = batches_of()
    d2l_ext.seed(0)
    net = initialized()
    whole = fit(net, train, num_epochs=4, lr=0.1).step_loss
    expected = weights_of(net)
    d2l_ext.seed(0)
    net = initialized()
    parts = [fit(net, train, num_epochs=2, lr=0.1) for _ in range(2)]
    assert [*parts[0].step_loss, *parts[1].step_loss] == whole
    assert same(weights_of(net), expected)


def test_a_network_with_deferred_shapes_can_be_trained():
    net = mlp([6], norm="batch")
    net.initialize()
    assert fit(net, batches_of(), num_epochs=1, lr=0.1).num_epochs == 1


#: How often nearest centroid is right on the 150 test images.
NEAREST_CENTROID = 0.66


@pytest.fixture
def real_clothes(with_settings, tmp_path):
    """The 900 real images, from a folder that the loader takes for full."""
    clothes.keep(tmp_path / "fashion-mnist")
    with_settings(data=tmp_path)
    return load_fashion_mnist(25, source=clothes.source())


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_lenet_with_batch_norm_learns_real_clothes(real_clothes, seed):
    train_iter, test_iter = real_clothes
    num_epochs = 20
    num_steps = num_epochs * len(train_iter)
    d2l_ext.seed(seed)
    net = lenet(norm="batch")
    net.initialize(mx.init.Xavier(), ctx=train_iter.ctx)
    history = fit(
        *(net, train_iter, test_iter, num_epochs),
        schedule=lambda step: 0.5 * (1 - (step - 1) / num_steps),
    )
    assert history.train_acc[-1] > 0.95
    # Six seeds gave 0.78 to 0.81.
    assert history.test_acc[-1] >= 0.74 > NEAREST_CENTROID


def test_two_learning_rates_are_refused():
    params = {"learning_rate": 0.1}
    with pytest.raises(ValueError, match="lr or optimizer_params, not both"):
        fit(
            initialized(),
            batches_of(),
            lr=0.2,
            optimizer_params=params,
            progress=False,
        )


def test_numbers_of_numpy_are_numbers():
    one, rate = onp.int64(1), onp.float64(0.1)
    net = mlp([onp.int32(4)], num_classes=onp.int64(NUM_CLASSES))
    net.initialize()
    batches = batches_of()
    history = fit(
        net,
        batches,
        num_epochs=one,
        lr=rate,
        optimizer_params={"wd": onp.float32(1e-3)},
        callbacks=[UpdateRatio(every=one)],
    )
    assert history.num_epochs == 1
    assert EarlyStopping(patience=onp.int64(2)).patience == 2
