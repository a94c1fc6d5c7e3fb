"""Optimizers: float64 formulas, MXNet's own steps, and Gluon's trainer.

``FORMULAS`` writes each rule out for one number; all else is held to it.
"""

import math
import pickle

from d2l_ext.minibatches import MiniBatches
from d2l_ext.optimizers import (
    OPTIMIZERS,
    AdaDelta,
    Adam,
    AdamW,
    Momentum,
    Nesterov,
    RMSProp,
    ScratchOptimizer,
    make_optimizer,
    make_rule,
    nesterov_look_ahead,
)
from d2l_ext.training import fit

import mxnet as mx
import numpy as onp
import pytest
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

NUM_STEPS = 10
EVERY_NAME = pytest.mark.parametrize("name", OPTIMIZERS)

#: Options other than the defaults, with an epsilon that is felt.
OPTIONS = {
    "sgd": {"lr": 0.3},
    "momentum": {"lr": 0.1, "momentum": 0.8},
    "nesterov": {"lr": 0.1, "momentum": 0.8},
    "adagrad": {"lr": 0.3, "epsilon": 0.1},
    "rmsprop": {"lr": 0.1, "rho": 0.7, "epsilon": 0.1},
    "adadelta": {"rho": 0.7, "epsilon": 0.1},
    "adam": {"lr": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1},
    "adamw": {"lr": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1},
}

#: MXNet's own, with the same options by MXNet's names.
MXNETS = {
    "sgd": ("sgd", {"learning_rate": 0.3}),
    "momentum": ("sgd", {"learning_rate": 0.1, "momentum": 0.8}),
    "nesterov": ("nag", {"learning_rate": 0.1, "momentum": 0.8}),
    "adagrad": ("adagrad", {"learning_rate": 0.3, "eps": 0.1}),
    "rmsprop": (
        "rmsprop",
        {"learning_rate": 0.1, "gamma1": 0.7, "epsilon": 0.1},
    ),
    "adadelta": ("adadelta", {"rho": 0.7, "epsilon": 0.1}),
    "adam": (
        "adam",
        {"learning_rate": 0.1, "beta1": 0.8, "beta2": 0.9, "epsilon": 0.1},
    ),
}
COUPLED = ("sgd", "momentum", "rmsprop", "adam")


def sgd(w, gradients, lr):
    for g in gradients:
        w -= lr * g
        yield w


def momentum(w, gradients, lr, momentum):
    v = 0
    for g in gradients:
        v = momentum * v + lr * g
        w -= v
        yield w


def nesterov(w, gradients, lr, momentum):
    v = 0
    for g in gradients:
        v = momentum * v + lr * g
        w -= momentum * v + lr * g
        yield w


def adagrad(w, gradients, lr, epsilon):
    for t in range(1, len(gradients) + 1):
        s = sum(g**2 for g in gradients[:t])
        w -= lr * gradients[t - 1] / math.sqrt(s + epsilon)
        yield w


def average(values, rho):
    """Returns the moving average after the last of the values."""
    ages = range(len(values) - 1, -1, -1)
    return (1 - rho) * sum(
        rho**age * value for age, value in zip(ages, values, strict=True)
    )


def rmsprop(w, gradients, lr, rho, epsilon):
    for t in range(1, len(gradients) + 1):
        s = average([g**2 for g in gradients[:t]], rho)
        w -= lr * gradients[t - 1] / math.sqrt(s + epsilon)
        yield w


def adadelta(w, gradients, rho, epsilon):
    steps = []
    for t in range(1, len(gradients) + 1):
        s = average([g**2 for g in gradients[:t]], rho)
        d = average([step**2 for step in steps], rho)
        scale = math.sqrt(d + epsilon) / math.sqrt(s + epsilon)
        steps.append(scale * gradients[t - 1])
        w -= steps[-1]
        yield w


def adam(w, gradients, lr, beta1, beta2, epsilon, decay=0.0):
    for t in range(1, len(gradients) + 1):
        m_hat = average(gradients[:t], beta1) / (1 - beta1**t)
        s_hat = average([g**2 for g in gradients[:t]], beta2) / (1 - beta2**t)
        epsilon_hat = epsilon / math.sqrt(1 - beta2**t)
        w -= lr * m_hat / (math.sqrt(s_hat) + epsilon_hat) + lr * decay * w
        yield w


def adamw(w, gradients, **options):
    return adam(w, gradients, **options, decay=0.01)


FORMULAS = {
    function.__name__: function
    for function in (
        *(sgd, momentum, nesterov, adagrad),
        *(rmsprop, adadelta, adam, adamw),
    )
}


def start_and_gradients(shape=(3, 4), seed=1):
    rng = onp.random.default_rng(seed)
    return rng.normal(size=shape), rng.normal(size=(NUM_STEPS, *shape))


def run(rule, w, gradients):
    """Returns the weights after each step of the rule."""
    state, path = rule.init(w), []
    for t, g in enumerate(gradients, start=1):
        w, state = rule.update(w, g, state, t)
        path.append(w)
    return path


def run_mxnet(optimizer, w, gradients, ctx=None):
    """Returns the weights after each step of an optimizer of MXNet."""
    weight = np.array(w, dtype="float32", ctx=ctx)
    update, path = mx.optimizer.get_updater(optimizer), []
    for g in gradients:
        update(0, np.array(g, dtype="float32", ctx=ctx), weight)
        path.append(weight.asnumpy())
    return path


def by_formula(name, w, gradients, options):
    paths = [
        list(
            FORMULAS[name](w[index], [g[index] for g in gradients], **options)
        )
        for index in onp.ndindex(w.shape)
    ]
    return onp.array(paths).T.reshape(gradients.shape)


@EVERY_NAME
def test_a_rule_is_its_formula(name):
    w, gradients = start_and_gradients()
    rule = make_rule(name, **OPTIONS[name])
    path = run(rule, w, gradients)
    assert all(type(w) is onp.ndarray for w in path)
    expected = by_formula(name, w, gradients, OPTIONS[name])
    onp.testing.assert_allclose(path, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@EVERY_NAME
def test_a_rule_takes_arrays_of_mxnet(name, dtype):
    w, gradients = start_and_gradients()
    rule = make_rule(name, **OPTIONS[name])
    path = run(
        rule,
        np.array(w, dtype=dtype, ctx=mx.cpu(1)),
        [np.array(g, dtype=dtype, ctx=mx.cpu(1)) for g in gradients],
    )
    assert {type(w) for w in path} == {np.ndarray}
    assert {(w.ctx, w.dtype) for w in path} == {(mx.cpu(1), onp.dtype(dtype))}
    onp.testing.assert_allclose(
        [w.asnumpy() for w in path],
        run(rule, w, gradients),
        rtol=1e-4 if dtype == "float32" else 1e-12,
        atol=1e-5 if dtype == "float32" else 1e-12,
    )


@EVERY_NAME
def test_a_rule_changes_neither_weight_nor_state(name):
    (w, gradients), rule = start_and_gradients(), make_rule(name)
    _, state = rule.update(w, gradients[0], rule.init(w), 1)
    before = [array.copy() for array in (w, gradients[1], *state)]
    once = rule.update(w, gradients[1], state, 2)
    again = rule.update(w, gradients[1], state, 2)
    for array, copy in zip((w, gradients[1], *state), before, strict=True):
        onp.testing.assert_array_equal(array, copy)
    onp.testing.assert_array_equal(once[0], again[0])
    assert len(once[1]) == rule.num_states


@pytest.mark.parametrize("name", MXNETS)
def test_steps_are_those_of_mxnets_own(name):
    w, gradients = start_and_gradients()
    own, options = MXNETS[name]
    onp.testing.assert_allclose(
        run_mxnet(make_optimizer(name, **OPTIONS[name]), w, gradients),
        run_mxnet(mx.optimizer.create(own, **options), w, gradients),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("name", MXNETS)
def test_default_options_are_mxnets_own(name):
    w, gradients = start_and_gradients()
    own = MXNETS[name][0]
    options = {"momentum": 0.9} if "momentum" in MXNETS[name][1] else {}
    onp.testing.assert_allclose(
        run_mxnet(make_optimizer(name), w, gradients),
        run_mxnet(mx.optimizer.create(own, **options), w, gradients),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("name", COUPLED)
def test_weight_decay_is_mxnets_own(name):
    w, gradients = start_and_gradients()
    own, options = MXNETS[name]
    ours = make_optimizer(name, wd=0.3, **OPTIONS[name])
    theirs = mx.optimizer.create(own, wd=0.3, **options)
    path = run_mxnet(ours, w, gradients)
    onp.testing.assert_allclose(
        path, run_mxnet(theirs, w, gradients), rtol=1e-5, atol=1e-6
    )
    rule = make_rule(name, wd=0.3, **OPTIONS[name])
    onp.testing.assert_allclose(
        path, run(rule, w, gradients), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("name", ["adagrad", "adadelta", "nesterov"])
def test_weight_decay_is_a_gradient_where_mxnets_own_is_not(name):
    w, gradients = start_and_gradients()
    path = run(make_rule(name, wd=0.3, **OPTIONS[name]), w, gradients)
    rule = make_rule(name, **OPTIONS[name])
    state = rule.init(w)
    own, options = MXNETS[name]
    theirs = run_mxnet(
        mx.optimizer.create(own, wd=0.3, **options), w, gradients
    )
    for t, g in enumerate(gradients, start=1):
        w, state = rule.update(w, g + 0.3 * w, state, t)
        onp.testing.assert_allclose(path[t - 1], w)
    assert abs(theirs[1] - path[1]).max() > 1e-3


def classic(values):
    return np.array(values, dtype="float32").as_nd_ndarray()


def test_adamw_is_mxnets_operator():
    w, gradients = start_and_gradients()
    ours = AdamW(lr=0.1, beta1=0.8, beta2=0.9, epsilon=0.1, wd=0.3)
    weight, mean, var = (classic(x) for x in (w, 0 * w, 0 * w))
    for t, (g, expected) in enumerate(
        zip(gradients, run(ours, w, gradients), strict=True), start=1
    ):
        mx.nd.contrib.adamw_update(
            *(weight, classic(g), mean, var),
            rescale_grad=classic([1.0]),
            lr=math.sqrt(1 - 0.9**t) / (1 - 0.8**t),
            eta=0.1,
            beta1=0.8,
            beta2=0.9,
            epsilon=0.1,
            wd=0.3,
            out=weight,
        )
        onp.testing.assert_allclose(
            weight.asnumpy(), expected, rtol=1e-5, atol=1e-6
        )


def test_only_adamw_decays_a_weight_without_gradient_at_its_own_rate():
    w = onp.array([4.0])
    steps = {}
    for rule in (Adam(lr=0.1, wd=0.5), AdamW(lr=0.1, wd=0.5)):
        after, _ = rule.update(w, 0 * w, rule.init(w), 1)
        steps[type(rule)] = (w - after).item()
    assert steps[AdamW] == pytest.approx(0.1 * 0.5 * 4)
    assert steps[Adam] == pytest.approx(0.1)  # the size of any first step


def test_a_first_step_of_adam_is_the_learning_rate():
    g = onp.array([-1e-3, 50.0])
    for corrected, size in ((True, 0.1), (False, 0.1 * 0.1 / 0.001**0.5)):
        rule = Adam(lr=0.1, bias_correction=corrected, epsilon=1e-12)
        w, _ = rule.update(0 * g, g, rule.init(g), 1)
        onp.testing.assert_allclose(w, -size * onp.sign(g), rtol=1e-5)


def test_both_forms_of_nesterovs_momentum_are_one():
    def gradient(w):
        return onp.array([1.0, 20.0]) * w + onp.sin(w)

    rule = Nesterov(lr=0.03, momentum=0.8)
    w = u = onp.array([-3.0, 2.0])
    state, v = rule.init(w), 0 * u
    for t in range(1, 31):
        w, state = rule.update(w, gradient(w), state, t)
        u, v = nesterov_look_ahead(gradient, u, v, lr=0.03, momentum=0.8)
        onp.testing.assert_allclose(w, u - 0.8 * v, rtol=1e-12, atol=1e-14)
        onp.testing.assert_allclose(state[0], v, rtol=1e-12, atol=1e-14)
    assert abs(w).max() < 0.5


@pytest.mark.parametrize("momentum", [Momentum, Nesterov])
def test_momentum_of_zero_is_gradient_descent(momentum):
    w, gradients = start_and_gradients()
    onp.testing.assert_allclose(
        run(momentum(lr=0.2, momentum=0), w, gradients),
        run(make_rule("sgd", lr=0.2), w, gradients),
    )


def test_a_constant_gradient_builds_up_momentum():
    rule, w = Momentum(lr=0.1, momentum=0.9), onp.zeros(1)
    path = onp.array(run(rule, w, onp.ones((200, 1)))).ravel()
    assert path[-2] - path[-1] == pytest.approx(0.1 / (1 - 0.9))


# As optimizers of MXNet.


def net_and_data(ctx=None):
    rng = onp.random.default_rng(0)
    X = np.array(rng.normal(size=(64, 5)), dtype="float32", ctx=ctx)
    # A Trainer numbers parameters by their sorted names, and keeps the states
    # by number: counted by process, dense10 would come before dense9.
    net = nn.HybridSequential(prefix="net_")
    with net.name_scope():
        net.add(nn.Dense(8, activation="tanh", in_units=5))
        net.add(nn.Dense(3, in_units=8))
    mx.random.seed(7)
    net.initialize(mx.init.Xavier(), ctx=ctx)
    return net, X, np.argmax(X[:, :3], axis=1).astype("int32")


def weights(net):
    return onp.concatenate(
        [p.data().asnumpy().ravel() for p in net.collect_params().values()]
    )


def trained(trainer, net, X, y, num_steps=5):
    loss = gluon.loss.SoftmaxCrossEntropyLoss()
    for _ in range(num_steps):
        with autograd.record():
            total = loss(net(X), y).sum()
        total.backward()
        trainer.step(len(X))
    return weights(net)


def of_a_trainer(optimizer, options, ctx=None):
    net, X, y = net_and_data(ctx)
    trainer = gluon.Trainer(
        net.collect_params(), optimizer, options, kvstore=None
    )
    return trained(trainer, net, X, y)


@pytest.mark.parametrize("ctx", [mx.cpu(), mx.cpu(1)], ids=str)
@pytest.mark.parametrize("name", MXNETS)
def test_a_trainer_takes_the_steps_of_mxnets_own(name, ctx):
    own, options = MXNETS[name]
    ours = of_a_trainer(f"scratch_{name}", OPTIONS[name], ctx)
    onp.testing.assert_allclose(
        ours, of_a_trainer(own, options, ctx), rtol=1e-4, atol=1e-5
    )
    assert abs(ours - weights(net_and_data(ctx)[0])).max() > 1e-3


def schedule():
    return mx.lr_scheduler.FactorScheduler(2, 0.5, base_lr=0.2)


@pytest.mark.parametrize(
    "make_options",
    [
        lambda: {"clip_gradient": 0.01},
        lambda: {"lr_scheduler": schedule()},
        # The learning rate wins, with a line that MXNet prints.
        lambda: {"lr_scheduler": schedule(), "learning_rate": 0.5},
    ],
    ids=["clip", "schedule", "both"],
)
def test_a_trainers_options_are_kept(make_options):
    ours = of_a_trainer("scratch_sgd", make_options())
    onp.testing.assert_allclose(
        ours, of_a_trainer("sgd", make_options()), rtol=1e-4, atol=1e-6
    )
    assert abs(ours - of_a_trainer("scratch_sgd", {})).max() > 1e-4


def test_multipliers_of_a_parameter_are_kept():
    def run(optimizer):
        net, X, y = net_and_data()
        net[0].weight.lr_mult, net[1].weight.wd_mult = 0.0, 3.0
        options = {"learning_rate": 0.5, "wd": 0.1}
        params = net.collect_params()
        before = net[0].weight.data().asnumpy()
        after = trained(
            gluon.Trainer(params, optimizer, options, kvstore=None), net, X, y
        )
        onp.testing.assert_array_equal(net[0].weight.data().asnumpy(), before)
        return after

    onp.testing.assert_allclose(
        run("scratch_sgd"), run("sgd"), rtol=1e-4, atol=1e-6
    )


@EVERY_NAME
def test_a_trainers_state_can_be_saved(name, tmp_path):
    def trainer_of(net):
        params = net.collect_params()
        return gluon.Trainer(params, f"scratch_{name}", {}, kvstore=None)

    net, X, y = net_and_data()
    trainer = trainer_of(net)
    trained(trainer, net, X, y)
    trainer.save_states(str(tmp_path / "states"))
    net.save_parameters(str(tmp_path / "weights"))
    expected = trained(trainer, net, X, y)
    again, X, y = net_and_data()
    again.load_parameters(str(tmp_path / "weights"))
    resumed = trainer_of(again)
    resumed.load_states(str(tmp_path / "states"))
    onp.testing.assert_array_equal(trained(resumed, again, X, y), expected)


@EVERY_NAME
def test_fit_takes_the_name_and_the_optimizer(name):
    def run(optimizer):
        net, X, y = net_and_data()
        batches = MiniBatches(X, y, 16, shuffle=False)
        history = fit(net, batches, None, 3, optimizer, lr=0.1)
        assert history.train_loss[-1] < history.train_loss[0]
        return weights(net)

    onp.testing.assert_array_equal(
        run(f"scratch_{name}"), run(make_optimizer(name))
    )


def test_a_half_precision_weight_may_have_a_master_copy():
    weight = np.ones((3,), dtype="float16")
    optimizer = make_optimizer("momentum", lr=1e-4, multi_precision=True)
    update = mx.optimizer.get_updater(optimizer)
    for _ in range(60):
        update(0, np.ones((3,), dtype="float16"), weight)
    assert weight.asnumpy().max() < 0.97  # each step alone rounds to nothing


def test_an_optimizer_can_be_pickled():
    again = pickle.loads(pickle.dumps(make_optimizer("adam", beta1=0.5)))
    assert again.rule == Adam(beta1=0.5)


def test_the_learning_rate_has_two_names():
    optimizer = make_optimizer("rmsprop", learning_rate=0.2, rho=0.5, wd=0.1)
    assert optimizer.rule == RMSProp(lr=0.2, rho=0.5, wd=0.1)
    assert (optimizer.learning_rate, optimizer.wd) == (0.2, 0.1)
    assert make_optimizer("rmsprop", lr=0.2).learning_rate == 0.2
    assert make_optimizer("adadelta", learning_rate=None).learning_rate == 1


def test_any_rule_makes_an_optimizer():
    optimizer = ScratchOptimizer(AdaDelta(rho=0.5), clip_gradient=1.0)
    assert (optimizer.learning_rate, optimizer.clip_gradient) == (1.0, 1.0)


@pytest.mark.parametrize("make", [make_rule, make_optimizer])
@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("adan", {}, "'adan' is not known.*sgd, momentum.*adamw"),
        ("adam", {"momentum": 0.9}, "take momentum.*: lr, wd, beta1, beta2"),
        ("sgd", {"lr": 0}, "lr is a number above 0, not 0"),
        ("sgd", {"lr": -1}, "lr is a number above 0, not -1"),
        ("sgd", {"lr": float("nan")}, "lr is a number above 0, not nan"),
        ("sgd", {"lr": True}, "lr is a number, not True"),
        ("sgd", {"wd": -0.1}, "wd is a number from 0, not -0.1"),
        ("momentum", {"momentum": 1}, r"momentum lies in \[0, 1\), not 1"),
        ("nesterov", {"momentum": -0.1}, r"lies in \[0, 1\), not -0.1"),
        ("adagrad", {"epsilon": 0}, "epsilon is a number above 0, not 0"),
        ("rmsprop", {"rho": 1}, r"rho lies in \[0, 1\), not 1"),
        ("adadelta", {"rho": -1}, r"rho lies in \[0, 1\), not -1"),
        ("adam", {"beta1": 1}, r"beta1 lies in \[0, 1\), not 1"),
        ("adam", {"beta2": 1.5}, r"beta2 lies in \[0, 1\), not 1.5"),
    ],
)
def test_what_is_not_known_or_out_of_range_is_refused(
    make, name, options, message
):
    with pytest.raises(ValueError, match=message):
        make(name, **options)


def test_a_trainers_options_are_no_rules():
    with pytest.raises(ValueError, match="does not take clip_gradient"):
        make_rule("sgd", clip_gradient=1)
    with pytest.raises(ValueError, match="give lr or learning_rate, not both"):
        make_optimizer("sgd", lr=0.1, learning_rate=0.1)


def test_names_of_mxnets_own_stay_theirs():
    assert type(mx.optimizer.create("adam")) is mx.optimizer.Adam
    assert type(mx.optimizer.create("scratch_adam")) is ScratchOptimizer
