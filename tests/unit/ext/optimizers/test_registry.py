"""Optimizers of MXNet: steps as MXNet's own, and Gluon's trainer."""

import pickle

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.optimizers import (
    OPTIMIZERS,
    AdaDelta,
    Adam,
    RMSProp,
    ScratchOptimizer,
    make_optimizer,
    make_rule,
)
from d2l_ext.training import fit

import mxnet as mx
import numpy as onp
import pytest
from formulas import MXNETS, OPTIONS, run, run_mxnet, start_and_gradients
from mxnet import autograd, gluon, np
from mxnet.gluon import nn

EVERY_NAME = pytest.mark.parametrize("name", OPTIMIZERS)
#: Whose weight decay is MXNet's own.
COUPLED = ("sgd", "momentum", "rmsprop", "adam")


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
