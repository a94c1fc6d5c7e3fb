"""The training loop, held to SGD written out in float64 NumPy."""

import hashlib
import math
import warnings
from pathlib import Path

import d2l_ext
from d2l_ext.callbacks import Callback, EarlyStopping
from d2l_ext.data import load_fashion_mnist
from d2l_ext.download import FASHION_MNIST, Source
from d2l_ext.minibatches import MiniBatches
from d2l_ext.networks import lenet, mlp
from d2l_ext.training import DivergenceWarning, evaluate, fit

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

NUM_INPUTS, NUM_CLASSES = 4, 3
SIZES = (5, 5, 3)  # the last mini-batch is smaller


def batches_of(sizes=SIZES, seed=0, ctx=None):
    """Returns a list of mini-batches whose classes can be told apart."""
    rng = onp.random.default_rng(seed)
    batches = []
    for m in sizes:
        y = rng.integers(NUM_CLASSES, size=m)
        X = rng.normal(size=(m, NUM_INPUTS))
        X[onp.arange(m), y] += 1
        batches.append(
            (
                np.array(X, dtype="float32", ctx=ctx),
                np.array(y, dtype="int32", ctx=ctx),
            )
        )
    return batches


def initialized(net=None, ctx=None, scale=0.5):
    """Returns the network, by default a linear one, with random weights."""
    net = nn.Dense(NUM_CLASSES) if net is None else net
    net.initialize(mx.init.Normal(scale), ctx=ctx)
    net(np.ones((1, NUM_INPUTS), ctx=ctx))
    return net


def weights_of(net):
    return {
        name: parameter.data().asnumpy()
        for name, parameter in net._collect_params_with_prefix().items()
    }


def same(first, second):
    return all((first[name] == second[name]).all() for name in first)


class Softmax:
    """A linear classifier in float64 NumPy, with the weights of a network."""

    def __init__(self, net):
        self.W = net.weight.data().asnumpy().astype("float64")
        self.b = net.bias.data().asnumpy().astype("float64")

    def forward(self, X, y):
        """Returns probabilities, the summed loss and how many are right."""
        scores = X @ self.W.T + self.b
        p = onp.exp(scores - scores.max(1, keepdims=True))
        p /= p.sum(1, keepdims=True)
        loss = -onp.log(p[onp.arange(len(y)), y]).sum()
        return p, loss, (scores.argmax(1) == y).sum()

    def step(self, X, y, lr, clip_norm=None, clip_value=None):
        """Makes a step of SGD; returns summed loss and how many were right."""
        p, loss, right = self.forward(X, y)
        p[onp.arange(len(y)), y] -= 1
        gradients = [p.T @ X / len(y), p.sum(0) / len(y)]
        if clip_value is not None:
            gradients = [g.clip(-clip_value, clip_value) for g in gradients]
        if clip_norm is not None:
            norm = onp.sqrt(sum((g**2).sum() for g in gradients))
            gradients = [g * min(1, clip_norm / norm) for g in gradients]
        self.W -= lr * gradients[0]
        self.b -= lr * gradients[1]
        return loss, right


def in_numpy(batches):
    return [(X.asnumpy().astype("float64"), y.asnumpy()) for X, y in batches]


def assert_close(result, expected, tolerance=1e-5):
    onp.testing.assert_allclose(
        result, expected, rtol=tolerance, atol=tolerance
    )


# What a step is.


@pytest.mark.parametrize(
    "clipping",
    [
        {},
        {"clip_norm": 0.2},
        {"clip_norm": 1e6},
        {"clip_value": 0.05},
        {"clip_value": 0.05, "clip_norm": 0.1},
    ],
    ids=repr,
)
@pytest.mark.parametrize("scheduled", [False, True])
@pytest.mark.parametrize("hybridize", [False, True])
def test_everything_fit_does_is_sgd_in_numpy(clipping, scheduled, hybridize):
    train, test, num_epochs = batches_of(), batches_of((4, 3), seed=1), 3
    asked_for = []

    def schedule(step):
        asked_for.append(step)
        return 0.5 / step

    net = initialized()
    model = Softmax(net)
    rate = {"schedule": schedule} if scheduled else {"lr": 0.5}
    history = fit(
        net, train, test, num_epochs, **rate, **clipping, hybridize=hybridize
    )

    steps, losses, n = 0, [], sum(SIZES)
    for epoch in range(num_epochs):
        sums = onp.zeros(2)
        for X, y in in_numpy(train):
            steps += 1
            lr = 0.5 / steps if scheduled else 0.5
            loss, right = model.step(X, y, lr, **clipping)
            losses.append(loss / len(y))
            sums += loss, right
        test_sums = sum(
            onp.array(model.forward(*b)[1:]) for b in in_numpy(test)
        )
        assert_close(history.train_loss[epoch], sums[0] / n)
        assert_close(history.train_acc[epoch], sums[1] / n)
        assert_close(history.test_loss[epoch], test_sums[0] / 7)
        assert_close(history.test_acc[epoch], test_sums[1] / 7)
        assert_close(history.lr[epoch], lr)
    assert_close(history.step_loss, losses)
    assert_close(net.weight.data().asnumpy(), model.W)
    assert_close(net.bias.data().asnumpy(), model.b)
    assert asked_for == [1, 2, 3, 4, 5, 6, 7, 8, 9] * scheduled
    assert history.num_epochs == len(history.seconds) == num_epochs
    assert history.diverged_at is history.stopped_by is None


def test_clipping_changes_what_is_learned_at_these_bounds():
    results = []
    for clipping in ({}, {"clip_norm": 0.2}, {"clip_value": 0.05}):
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), num_epochs=1, lr=0.5, **clipping)
        results.append(weights_of(net))
    assert not same(results[0], results[1])
    assert not same(results[0], results[2])


class _NoLoss(gluon.loss.Loss):
    """A loss that is always 0, and so is its gradient."""

    def __init__(self):
        super().__init__(weight=None, batch_axis=0)

    def hybrid_forward(self, F, y_hat, y):
        return (0 * y_hat).sum(axis=1)


def test_clipping_a_gradient_of_zero_leaves_it_zero():
    net = initialized()
    before = weights_of(net)
    history = fit(
        net, batches_of(), num_epochs=2, lr=1.0, loss=_NoLoss(), clip_norm=0.1
    )
    assert same(weights_of(net), before)
    assert history.step_loss == [0] * 6


def test_parameters_that_are_not_learned_stay_and_are_not_clipped():
    net = nn.HybridSequential()
    net.add(nn.Dense(5), nn.BatchNorm(), nn.Dense(NUM_CLASSES))
    initialized(net)
    net[0].weight.grad_req = "null"
    before = weights_of(net)
    fit(net, batches_of(), num_epochs=1, lr=0.1, clip_norm=1, clip_value=1)
    after = weights_of(net)
    assert (after["0.weight"] == before["0.weight"]).all()
    assert (after["2.weight"] != before["2.weight"]).any()


@pytest.mark.parametrize("make_loss", [None, gluon.loss.SoftmaxCELoss])
def test_evaluate_gives_the_mean_loss_and_the_accuracy(make_loss):
    net = initialized(scale=2)
    loss = None if make_loss is None else make_loss(weight=3)
    sums = sum(
        onp.array(Softmax(net).forward(*batch)[1:])
        for batch in in_numpy(batches_of())
    )
    expected = sums / sum(SIZES) * (1 if loss is None else 3, 1)
    assert_close(evaluate(net, batches_of(), loss), expected[:2])


def test_the_last_numbers_are_those_of_evaluate():
    net = initialized(mlp([6], norm="batch"))
    test = batches_of((8, 3), seed=2)
    history = fit(net, batches_of(), test, 2, lr=0.1)
    expected = history.test_loss[-1], history.test_acc[-1]
    assert_close(evaluate(net, test), expected)


def test_evaluate_is_in_prediction_mode_and_changes_nothing():
    net = nn.HybridSequential()
    net.add(nn.BatchNorm(), nn.Dropout(0.9), nn.Dense(NUM_CLASSES))
    initialized(net)
    before = weights_of(net)
    first = evaluate(net, batches_of())
    assert evaluate(net, batches_of()) == first
    assert same(weights_of(net), before)
    assert not net._active


# Optimizers.


def test_a_named_optimizer_gets_its_options():
    def trained(optimizer, **options):
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), None, 2, optimizer, **options)
        return weights_of(net)

    momentum = {"optimizer_params": {"momentum": 0.9}, "lr": 0.2}
    plain = trained("sgd", lr=0.2)
    named = trained("sgd", **momentum)
    assert not same(plain, named)
    given = mx.optimizer.SGD(momentum=0.9, learning_rate=0.2)
    assert same(trained(given), named)
    assert same(trained(mx.optimizer.SGD(momentum=0.9), lr=0.2), named)
    assert same(trained("SGD", **momentum), named)
    assert not same(trained("adam", lr=0.2), plain)


@pytest.mark.parametrize(
    "make",
    [
        lambda: mx.optimizer.SGD(learning_rate=0.3, momentum=0.9),
        lambda: mx.optimizer.Adam(learning_rate=0.3),
    ],
    ids=["sgd", "adam"],
)
def test_an_optimizer_can_be_used_again(make):
    optimizer = make()
    results = []
    for rule in (optimizer, optimizer, make()):
        d2l_ext.seed(0)
        net = initialized()
        fit(net, batches_of(), None, 2, rule)
        results.append(weights_of(net))
    assert same(results[1], results[0])
    assert same(results[2], results[0])
    assert optimizer.rescale_grad == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"optimizer": "sdg"}, "'sdg' is not known.*adam,.*sgd"),
        ({"optimizer": None}, "None is not known"),
        (
            {"optimizer_params": {"momentom": 0.9}},
            r"'sgd' does not take \['momentom'\]",
        ),
        (
            {
                "optimizer": mx.optimizer.SGD(),
                "optimizer_params": {"momentum": 0.9},
            },
            "optimizer_params are for an optimizer given by name",
        ),
    ],
)
def test_an_unknown_optimizer_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit(initialized(), batches_of(), **arguments)


# Divergence.


def jump_at(jump):
    """A schedule with an absurd learning rate at one step."""
    return lambda step: 1e38 if step == jump else 0.1


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


# Early stopping.


def noisy_run(early_stopping=None):
    """A run whose test loss falls and rises again and again."""
    d2l_ext.seed(0)
    net = initialized()
    train, test = batches_of(), batches_of((9,), seed=5)
    history = fit(net, train, test, 30, lr=3.0, early_stopping=early_stopping)
    return net, history, test


def stops_at(losses, patience, min_delta):
    """Returns the epoch of the end, and the best one, by the rule."""
    best_epoch, best = None, math.inf
    for epoch, loss in enumerate(losses, start=1):
        if loss < best - min_delta:
            best_epoch, best = epoch, loss
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch
    return None, best_epoch


@pytest.mark.parametrize("patience", [1, 2, 5])
@pytest.mark.parametrize("min_delta", [0.0, 0.2])
def test_training_stops_when_the_test_loss_no_longer_falls(
    patience, min_delta
):
    losses = noisy_run()[1].test_loss
    end, best_epoch = stops_at(losses, patience, min_delta)
    assert best_epoch < end < len(losses), "the run shows nothing"
    net, history, test = noisy_run(EarlyStopping(patience, min_delta))
    assert history.test_loss == losses[:end]
    assert history.best_epoch == best_epoch
    epochs = "1 epoch" if patience == 1 else f"{patience} epochs"
    assert history.stopped_by.startswith(f"no lower loss for {epochs}")
    assert_close(evaluate(net, test)[0], losses[best_epoch - 1])


def test_the_last_weights_are_kept_on_request():
    stopping = EarlyStopping(patience=2, restore_best=False)
    net, history, test = noisy_run(stopping)
    assert history.best_epoch < history.num_epochs
    assert_close(evaluate(net, test)[0], history.test_loss[-1])


def test_the_best_weights_are_restored_without_an_early_end():
    net, history, test = noisy_run(EarlyStopping(patience=100))
    assert history.num_epochs == 30
    assert history.stopped_by is None
    assert history.best_epoch == 1 + onp.argmin(history.test_loss)
    assert_close(evaluate(net, test)[0], min(history.test_loss))


def test_a_run_that_diverges_gets_its_best_weights_back():
    net = initialized(mlp([8]))
    train, test = batches_of(), batches_of((9,), seed=5)
    with pytest.warns(DivergenceWarning):
        history = fit(
            *(net, train, test, 4),
            schedule=jump_at(5),
            early_stopping=EarlyStopping(),
        )
    assert history.best_epoch == 1
    assert_close(evaluate(net, test)[0], history.test_loss[0])


def test_early_stopping_needs_data_to_watch():
    with pytest.raises(ValueError, match="early_stopping needs data to watch"):
        fit(initialized(), batches_of(), early_stopping=EarlyStopping())


# Callbacks, seed, progress.


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


@pytest.mark.parametrize(
    ("progress", "ci", "shown"),
    [
        (False, "", False),
        (None, "true", False),
        (None, "", True),
        (True, "true", True),
    ],
)
def test_progress_is_shown_unless_nobody_watches(
    progress, ci, shown, monkeypatch, capfd
):
    monkeypatch.setenv("CI", ci)
    # tqdm read it at its import; in these tests it is set.
    monkeypatch.setattr("d2l_ext.training.tqdm", enabled_tqdm)
    fit(initialized(), batches_of(), num_epochs=1, progress=progress)
    out, err = capfd.readouterr()
    assert out == ""
    assert ("batch" in err) == shown
    assert shown or err == ""


def enabled_tqdm(*args, disable=False, **kwargs):
    from tqdm import tqdm

    return tqdm(*args, disable=disable, **kwargs)


# Where the work is done, and how often it is waited for.


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


# What is left of the network afterwards.


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


# The real thing.

REAL_FILES = Path(__file__).parents[3] / "shared/data/fashion-mnist-900"
#: How often nearest centroid is right on the 150 test images.
NEAREST_CENTROID = 0.66


@pytest.fixture
def clothes(with_settings, tmp_path):
    """The 900 real images, from a folder that the loader takes for full."""
    folder = tmp_path / "fashion-mnist"
    folder.mkdir()
    checksums = {}
    for name in FASHION_MNIST.checksums:
        content = (REAL_FILES / name).read_bytes()
        (folder / name).write_bytes(content)
        checksums[name] = "sha256:" + hashlib.sha256(content).hexdigest()
    with_settings(data=tmp_path)
    return load_fashion_mnist(25, source=Source((), checksums))


@pytest.mark.skipif(
    not REAL_FILES.is_dir(),
    reason="the 900 Fashion-MNIST images are not beside the checkout",
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_lenet_with_batch_norm_learns_real_clothes(clothes, seed):
    train_iter, test_iter = clothes
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
