"""Batch normalization: the formulas, Gluon's block, and whole-data averages.

``Formula`` writes both passes out in float64 NumPy; all else is held to it.
"""

from dataclasses import dataclass

import d2l_ext
from d2l_ext.diagnostics import gradient_check
from d2l_ext.layers import BatchNorm, batch_norm, population_statistics

import mxnet as mx
import numpy as onp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mxnet import autograd, gluon, np
from mxnet.gluon import nn
from norm_formulas import assert_all_close, differentiated

EPSILON = 1e-5
COMPARE = settings(deadline=None, max_examples=40)
BOTH_BLOCKS = pytest.mark.parametrize(
    "block", [BatchNorm, nn.BatchNorm], ids=["ours", "gluon"]
)


@dataclass
class Case:
    """Random numbers for a shape and a feature axis."""

    shape: tuple
    axis: int
    seed: int

    def __post_init__(self):
        rng = onp.random.default_rng(self.seed)
        self.num_features = self.shape[self.axis]
        self.X = 1 + 2 * rng.normal(size=self.shape)
        self.dY = rng.normal(size=self.shape)
        self.gamma, self.mean = rng.normal(size=(2, self.num_features))
        self.beta = rng.normal(size=self.num_features)
        self.var = 0.1 + rng.random(self.num_features)


@st.composite
def cases(draw):
    """Two to five dimensions, any axis, two or more values a feature."""
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    if onp.prod(shape) // shape[axis] < 2:
        shape[axis - 1] = draw(st.integers(2, 4))
    return Case(tuple(shape), axis, draw(st.integers(0, 2**32 - 1)))


class Formula:
    """Both passes of batch normalization, and the statistics, in NumPy."""

    def __init__(self, case, mean=None, var=None, epsilon=EPSILON):
        self.others = tuple(
            i
            for i in range(len(case.shape))
            if i != case.axis % len(case.shape)
        )
        self.wide = [1] * len(case.shape)
        self.wide[case.axis] = -1
        self.case, X = case, case.X
        self.m = X.size // case.num_features
        self.of_batch = mean is None
        self.mean = X.mean(self.others) if mean is None else mean
        self.var = X.var(self.others) if var is None else var
        self.sigma = onp.sqrt(self.row(self.var) + epsilon)
        self.X_hat = (X - self.row(self.mean)) / self.sigma
        self.Y = self.row(case.gamma) * self.X_hat + self.row(case.beta)

    def row(self, values):
        return values.reshape(self.wide)

    def gradients(self):
        """Returns the derivatives of sum(Y * dY) by X, gamma and beta."""
        dY, X_hat = self.case.dY, self.X_hat
        dgamma, dbeta = (dY * X_hat).sum(self.others), dY.sum(self.others)
        dX_hat = dY
        if self.of_batch:
            dX_hat = dY - self.row(dbeta / self.m)
            dX_hat = dX_hat - X_hat * self.row(dgamma / self.m)
        return self.row(self.case.gamma) / self.sigma * dX_hat, dgamma, dbeta


def arrays(*values, dtype="float64"):
    return [np.array(value, dtype=dtype) for value in values]


def initialized(block, case, dtype="float32"):
    """Returns the block with the case's gamma and beta."""
    block.initialize()
    block(np.array(case.X, dtype=dtype))
    for name in ("gamma", "beta"):
        values = np.array(getattr(case, name), dtype=dtype)
        getattr(block, name).set_data(values)
    return block


def of_block(block, case):
    """Returns the output and the gradients by X, gamma and beta."""
    (X,) = arrays(case.X, dtype="float32")
    results = differentiated(block, case.dY, X)
    return [*results, *(p.grad().asnumpy() for p in (block.gamma, block.beta))]


def running(block):
    return (
        block.running_mean.data().asnumpy(),
        block.running_var.data().asnumpy(),
    )


# The function.


@given(case=cases())
@COMPARE
def test_training_mode_is_the_formula_forward_and_backward(case):
    def f(X, gamma, beta):
        return batch_norm(X, gamma, beta, axis=case.axis)[0]

    results = differentiated(
        f, case.dY, *arrays(case.X, case.gamma, case.beta)
    )
    expected = Formula(case)
    assert_all_close(results, [expected.Y, *expected.gradients()], 1e-7)


@given(case=cases())
@COMPARE
def test_given_statistics_are_constants_of_the_formula(case):
    mean, var = arrays(case.mean, case.var)

    def f(X, gamma, beta):
        return batch_norm(X, gamma, beta, mean, var, axis=case.axis)[0]

    results = differentiated(
        f, case.dY, *arrays(case.X, case.gamma, case.beta)
    )
    expected = Formula(case, case.mean, case.var)
    assert_all_close(results, [expected.Y, *expected.gradients()], 1e-7)


@given(case=cases())
@COMPARE
def test_the_statistics_used_are_returned(case):
    X, gamma, beta, mean, var = arrays(
        case.X, case.gamma, case.beta, case.mean, case.var
    )
    of_batch = batch_norm(X, gamma, beta, axis=case.axis)[1:]
    expected = Formula(case)
    assert_all_close(of_batch, [expected.mean, expected.var], 1e-9)
    given_ones = batch_norm(X, gamma, beta, mean, var, axis=case.axis)[1:]
    assert_all_close(given_ones, [case.mean, case.var], 0)


@pytest.mark.parametrize(
    ("shape", "axis"), [((6, 3), 1), ((4, 2, 3, 3), 1), ((3, 2, 2, 4), -1)]
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_autograd_agrees_with_central_differences(shape, axis, dtype):
    case = Case(shape, axis, seed=1)
    (weights,) = arrays(case.dY, dtype=dtype)

    def f(X, gamma, beta):
        return (batch_norm(X, gamma, beta, axis=axis)[0] * weights).sum()

    variables = arrays(case.X, case.gamma, case.beta, dtype=dtype)
    assert gradient_check(f, *variables)


def test_epsilon_is_added_to_the_variance():
    case = Case((5, 2), 1, seed=2)
    Y, _, _ = batch_norm(*arrays(case.X, case.gamma, case.beta), epsilon=3.0)
    assert_all_close([Y], [Formula(case, epsilon=3.0).Y], 1e-9)


@pytest.mark.parametrize("constant", [0.0, 1.0, -7.0, 255.0])
@pytest.mark.parametrize("m", [2, 3, 10, 100])
@BOTH_BLOCKS
def test_a_constant_feature_gives_beta_and_a_finite_gradient(
    block, constant, m
):
    X = onp.random.default_rng(0).normal(size=(m, 2))
    X[:, 0] = constant
    case = Case((m, 2), 1, seed=3)
    case.X = X
    Y, dX, dgamma, dbeta = of_block(initialized(block(), case), case)
    onp.testing.assert_allclose(Y[:, 0], case.beta[0], rtol=1e-5)
    for gradient in (dX, dgamma, dbeta):
        assert onp.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("shapes", "axis", "message"),
    [
        (
            [(3,), (3,), (3,)],
            1,
            r"two or more dimensions.*not one of .*\(3,\)",
        ),
        ([(2, 3), (2,), (3,)], 1, r"\(2, 3\) with 3 features along axis 1"),
        ([(2, 3), (2,), (2,)], 1, r"gamma of shape \(2,\)"),
        ([(2, 3), (3,), (1,)], 1, r"beta of shape \(1,\)"),
        ([(2, 3), (3, 1), (3, 1)], 1, r"gamma of shape \(3, 1\)"),
        ([(2, 3), (3,), (3,)], 2, r"axis=2, which .* \(2, 3\) does not have"),
        ([(2, 3), (3,), (3,)], -3, r"axis=-3, which .* does not have"),
        ([(1, 3), (3,), (3,)], 1, r"at least two values.*\(1, 3\).*only one"),
        ([(3, 1), (3,), (3,)], 0, r"at least two values"),
        ([(2, 3), (3,), (3,), (1,), (3,)], 1, r"mean of shape \(1,\)"),
        ([(2, 3), (3,), (3,), (3,), (2,)], 1, r"var of shape \(2,\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(shapes, axis, message):
    with pytest.raises(ValueError, match=message):
        batch_norm(*(np.ones(shape) for shape in shapes), axis=axis)


@pytest.mark.parametrize("position", range(1, 5))
def test_types_and_contexts_that_do_not_fit_are_named(position):
    def call(**options):
        values = [np.ones((2, 3)), *(np.ones(3) for _ in range(4))]
        values[position] = np.ones(3, **options)
        batch_norm(*values)

    name = ("X", "gamma", "beta", "mean", "var")[position]
    with pytest.raises(ValueError, match=f"float32.*{name} in float64"):
        call(dtype="float64")
    with pytest.raises(ValueError, match=rf"cpu\(0\).*{name}.*on cpu\(1\)"):
        call(ctx=mx.cpu(1))


def test_a_mean_without_a_variance_is_refused():
    X, one = np.ones((2, 3)), np.ones(3)
    for statistics in ({"mean": one}, {"var": one}):
        with pytest.raises(ValueError, match="both mean and var, or neither"):
            batch_norm(X, one, one, **statistics)


# The block.


@given(case=cases())
@COMPARE
def test_the_block_is_the_formula_and_gluons_block(case):
    ours, gluons = (
        of_block(initialized(block(axis=case.axis), case), case)
        for block in (BatchNorm, nn.BatchNorm)
    )
    expected = Formula(case)
    expected = [expected.Y, *expected.gradients()]
    # In float32 a feature of almost equal values is amplified 300 times.
    assert_all_close(ours, expected, 3e-3)
    assert_all_close(gluons, expected, 3e-3)


@given(case=cases())
@COMPARE
def test_prediction_mode_is_that_of_gluons_block(case):
    (X,) = arrays(case.X, dtype="float32")
    outputs = []
    for block in (BatchNorm, nn.BatchNorm):
        layer = initialized(block(axis=case.axis), case)
        mean, var = arrays(case.mean, case.var, dtype="float32")
        layer.running_mean.set_data(mean)
        layer.running_var.set_data(var)
        outputs.append(layer(X).asnumpy())
    expected = Formula(case, case.mean, case.var).Y
    assert_all_close(outputs, [expected, expected], 1e-3)


def training_steps(layer, batches):
    for X in batches:
        with autograd.record():
            Y = layer(np.array(X, dtype="float32"))
        Y.backward()


def averaged(batches, momentum, unbiased):
    """Returns what NumPy makes the running statistics after the batches."""
    mean, var = onp.zeros(3), onp.ones(3)
    for X in batches:
        correction = len(X) / (len(X) - 1) if unbiased else 1
        mean = momentum * mean + (1 - momentum) * X.mean(0)
        var = momentum * var + (1 - momentum) * X.var(0) * correction
    return mean, var


@pytest.mark.parametrize("momentum", [0.0, 0.9, 0.5])
@pytest.mark.parametrize(
    ("block", "unbiased"), [(BatchNorm, True), (nn.BatchNorm, False)]
)
def test_running_statistics_average_the_batches(block, unbiased, momentum):
    rng = onp.random.default_rng(4)
    batches = [rng.normal(2, 3, size=(m, 3)) for m in (5, 2, 7, 4)]
    layer = block(momentum=momentum)
    layer.initialize()
    training_steps(layer, batches)
    expected = averaged(batches, momentum, unbiased)
    assert_all_close(running(layer), expected, 1e-5)


def test_a_channels_m_counts_every_pixel():
    X = onp.random.default_rng(5).normal(size=(2, 3, 4, 5))
    layer = BatchNorm(momentum=0.0)
    layer.initialize()
    training_steps(layer, [X])
    expected = X.mean((0, 2, 3)), X.var((0, 2, 3)) * 40 / 39
    assert_all_close(running(layer), expected, 1e-5)


@pytest.mark.parametrize(
    ("block", "in_forward"), [(BatchNorm, True), (nn.BatchNorm, False)]
)
def test_gluon_updates_in_the_backward_pass_and_we_in_the_forward(
    block, in_forward
):
    layer = block()
    layer.initialize()
    X = 1 + np.arange(6.0).reshape(3, 2)
    with autograd.record():
        Y = layer(X)
    after_forward = running(layer)[0].copy()
    Y.backward()
    after_backward = running(layer)[0]
    assert (after_forward != 0).all() == in_forward
    assert (after_backward != 0).all()
    assert (after_forward == after_backward).all() == in_forward


def test_prediction_changes_no_running_statistic():
    layer = BatchNorm()
    layer.initialize()
    layer(np.arange(6.0).reshape(3, 2))
    with autograd.record(train_mode=False):
        layer(np.arange(6.0).reshape(3, 2))
    assert_all_close(running(layer), [[0, 0], [1, 1]], 0)


def test_no_gradient_flows_through_the_running_statistics():
    layer = BatchNorm()
    layer.initialize()
    X = np.arange(6.0).reshape(3, 2)
    training_steps(layer, [X])
    with autograd.record():
        Y = layer(X)
    Y.backward()
    assert layer.running_mean.grad_req == layer.running_var.grad_req == "null"


def test_in_prediction_an_example_does_not_depend_on_its_batch():
    X = np.random.normal(size=(8, 3, 2, 2))
    layer = BatchNorm()
    layer.initialize()
    training_steps(layer, [X, X + 1])
    together = layer(X)
    assert abs(running(layer)[0]).min() > 0
    alone = np.concatenate([layer(X[i : i + 1]) for i in range(8)])
    assert_all_close([alone], [together], 1e-6)
    with autograd.train_mode():
        assert abs(layer(X[:4]) - together[:4]).max() > 0.1


def test_a_batch_of_one_trains_only_if_it_has_more_values_than_one():
    layer = BatchNorm(in_channels=3)
    layer.initialize()
    one = np.ones((1, 3))
    assert layer(one).shape == (1, 3)
    with (
        pytest.raises(ValueError, match=r"use a larger batch, or prediction"),
        autograd.record(),
    ):
        layer(one)
    assert_all_close(running(layer), [onp.zeros(3), onp.ones(3)], 0)
    with autograd.record():
        assert layer(np.ones((1, 3, 2, 1))).shape == (1, 3, 2, 1)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("scale", [True, False])
def test_without_center_or_scale_beta_and_gamma_stay(center, scale):
    X = 3 * np.random.normal(size=(8, 2))
    X.attach_grad()
    weights = np.random.normal(size=X.shape)
    results = []
    for block in (BatchNorm, nn.BatchNorm):
        layer = block(center=center, scale=scale)
        layer.initialize()
        trainer = gluon.Trainer(layer.collect_params(), "sgd")
        for _ in range(2):
            with autograd.record():
                total = (layer(X) * weights).sum()
            total.backward()
            trainer.step(1)
        gamma, beta = layer.gamma.data(), layer.beta.data()
        assert (gamma == 1).all() == (not scale)
        assert (beta == 0).all() == (not center)
        results.append([layer(X), gamma, beta])
    assert_all_close(results[0][1:], results[1][1:], 1e-4)


def test_the_number_of_features_is_taken_from_the_first_input():
    for layer in (BatchNorm(), BatchNorm(in_channels=3)):
        layer.initialize()
        assert layer(np.ones((2, 3, 4))).shape == (2, 3, 4)
        shapes = {p.shape for p in layer.collect_params().values()}
        assert shapes == {(3,)}
        assert "in_channels=3" in repr(layer)
        for X in (np.ones((2, 4)), np.ones((2, 5, 3))):
            with pytest.raises(ValueError, match=r"gamma of shape \(3,\)"):
                layer(X)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"momentum": 1}, r"momentum lies in \[0, 1\), not 1"),
        ({"momentum": -0.1}, "momentum.*not -0.1"),
        ({"momentum": float("nan")}, "momentum.*not nan"),
        ({"epsilon": 0}, "epsilon is greater than 0, not 0"),
        ({"epsilon": float("nan")}, "epsilon.*not nan"),
        ({"in_channels": -1}, "in_channels is 0 or more, not -1"),
    ],
)
def test_options_outside_their_range_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        BatchNorm(**options)


def test_an_axis_that_the_input_does_not_have_is_named():
    layer = BatchNorm(axis=2)
    layer.initialize()
    with pytest.raises(ValueError, match=r"axis=2, which .*\(2, 3\)"):
        layer(np.ones((2, 3)))


@BOTH_BLOCKS
def test_running_statistics_are_saved_with_the_network(block, tmp_path):
    file = str(tmp_path / "net.params")
    X = np.random.normal(size=(6, 3))
    trained, restored = two_norms(BatchNorm), two_norms(block)
    training_steps(trained, [X + 5, 2 * X])
    trained[2].gamma.set_data(np.array([1.0, 2.0, 3.0, 4.0]))
    trained.save_parameters(file)
    restored.load_parameters(file)
    assert_all_close(running(restored[2]), running(trained[2]), 0)
    assert_all_close([restored(X)], [trained(X)], 1e-5)


def test_everything_stays_on_the_context_of_the_input():
    ctx = mx.cpu(1)
    layer = BatchNorm()
    layer.initialize(ctx=ctx)
    X = np.random.normal(size=(4, 3), ctx=ctx)
    X.attach_grad()
    with autograd.record():
        Y = layer(X)
    Y.backward()
    results = [Y, X.grad, layer(X), layer.gamma.grad(), layer.beta.grad()]
    results += [p.data() for p in layer.collect_params().values()]
    assert {result.ctx for result in results} == {ctx}
    assert abs(layer.running_mean.data()).min() > 0


def test_each_context_of_a_block_has_its_running_statistics():
    layer = BatchNorm(momentum=0, in_channels=2)
    contexts = [mx.cpu(0), mx.cpu(1)]
    layer.initialize(ctx=contexts)
    for i, ctx in enumerate(contexts):
        X = np.array([[i, 1], [i, 3]], dtype="float32", ctx=ctx)
        with autograd.record():
            layer(X)
    means = [layer.running_mean.data(ctx) for ctx in contexts]
    assert_all_close(means, [[0, 2], [1, 2]], 1e-6)


# Statistics of the whole data.


def batches_of(sizes, shape, seed=6):
    rng = onp.random.default_rng(seed)
    return [
        (np.array(rng.normal(1, 2, (m, *shape)), dtype="float32"), np.zeros(m))
        for m in sizes
    ]


def whole_data(inputs, others):
    """Returns the weighted average of the batches' unbiased statistics."""
    n = sum(len(X) for X in inputs)
    mean = sum(len(X) * X.mean(others) for X in inputs) / n
    var = sum(len(X) * X.var(others, ddof=1) for X in inputs) / n
    return mean, var


@BOTH_BLOCKS
@pytest.mark.parametrize(
    ("sizes", "shape", "others"),
    [
        ((4, 4, 4), (3,), 0),
        ((6, 6, 2), (3,), 0),
        ((3, 2), (2, 4, 5), (0, 2, 3)),
    ],
)
def test_population_statistics_average_the_batches(
    block, sizes, shape, others
):
    data = batches_of(sizes, shape)
    layer = block()
    layer.initialize()
    net = nn.Sequential()
    net.add(layer)
    net(data[0][0])
    statistics = population_statistics(net, data)
    inputs = [X.asnumpy().astype("float64") for X, _ in data]
    expected = whole_data(inputs, others)
    assert_all_close(running(layer), expected, 1e-5)
    assert_all_close(statistics[layer.name], expected, 1e-5)


def two_norms(block):
    net = nn.HybridSequential() if block is nn.BatchNorm else nn.Sequential()
    inner = type(net)()
    inner.add(nn.Dense(4), block())
    net.add(inner, nn.Activation("relu"), block())
    net.initialize(mx.init.Normal(1))
    return net


@BOTH_BLOCKS
def test_a_later_layer_sees_the_earlier_ones_in_training_mode(block):
    data = batches_of((5, 5, 3), (3,))
    net = two_norms(block)
    net(data[0][0])
    dense, first = net[0][0], net[0][1]
    seen = {first: [], net[2]: []}
    for X, _ in data:
        Z = dense(X).asnumpy().astype("float64")
        Y = (Z - Z.mean(0)) / onp.sqrt(Z.var(0) + EPSILON)
        seen[first].append(Z)
        seen[net[2]].append(onp.maximum(Y, 0))
    population_statistics(net, data)
    for layer, inputs in seen.items():
        assert_all_close(running(layer), whole_data(inputs, 0), 1e-4)


def test_population_statistics_leave_a_compiled_network_compiled():
    data = batches_of((5, 3), (3,))
    results = []
    for hybridize in (False, True):
        d2l_ext.seed(0)
        net = two_norms(nn.BatchNorm)
        if hybridize:
            net.hybridize()
        net(data[0][0])
        weight = net[0][0].weight.data().copy()
        results.append(population_statistics(net, data).values())
        assert net._active == net[0]._active == net[2]._active == hybridize
        assert (net[0][0].weight.data() == weight).all()
    for eager, compiled in zip(*results, strict=True):
        assert_all_close(compiled, eager, 1e-6)


def test_population_statistics_are_what_prediction_uses_next():
    ((X, _),) = data = batches_of((200,), (3,))
    net = two_norms(nn.BatchNorm)
    net.hybridize()
    before = net(X)
    population_statistics(net, data)
    with autograd.train_mode():
        expected = net(X)
    # All the data are one batch: only m/(m-1) is between the two modes.
    assert abs(net(X) - before).max() > 0.5
    assert abs(net(X) - expected).max() < 0.02 * abs(expected).max()


def test_a_layer_that_is_called_twice_averages_over_both_calls():
    class Twice(nn.Block):
        def __init__(self):
            super().__init__()
            self.norm = BatchNorm()

        def forward(self, X):
            self.norm(X)
            return self.norm(3 * X)

    data = batches_of((4, 3), (2,))
    net = Twice()
    net.initialize()
    population_statistics(net, data)
    inputs = [f * X.asnumpy() for X, _ in data for f in (1, 3)]
    assert_all_close(running(net.norm), whole_data(inputs, 0), 1e-5)


def test_population_statistics_name_what_is_missing():
    net = nn.Sequential()
    net.add(nn.Dense(2))
    net.initialize()
    data = batches_of((3,), (2,))
    with pytest.raises(ValueError, match="no batch normalization layer"):
        population_statistics(net, data)
    net.add(BatchNorm())
    net.initialize(force_reinit=True)
    with pytest.raises(ValueError, match="at least one mini-batch"):
        population_statistics(net, [])
    with pytest.raises(ValueError, match="at least two values"):
        population_statistics(net, batches_of((3, 1), (2,)))


def test_population_statistics_need_the_data_where_the_network_is():
    net = BatchNorm(in_channels=2)
    with pytest.raises(ValueError, match="not initialized"):
        population_statistics(net, batches_of((3,), (2,)))
    net.initialize()
    elsewhere = [(np.ones((3, 2), ctx=mx.cpu(1)), np.zeros(3))]
    with pytest.raises(ValueError, match=r"data are on cpu\(1\).*cpu\(0\)"):
        population_statistics(net, elsewhere)
