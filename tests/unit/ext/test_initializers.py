"""Initializers: variances, fans, orthogonality, and their names in MXNet."""

import math

import d2l_ext
from d2l_ext.initializers import (
    INITIALIZERS,
    Glorot,
    He,
    LeCun,
    Orthonormal,
    SmallNormal,
    UnitNormal,
    fans,
    make_initializer,
)

import mxnet as mx
import numpy as onp
import pytest
from mxnet import np
from mxnet.gluon import nn

DENSE, CONV = (300, 200), (64, 32, 5, 5)

#: (initializer, shape, variance by hand)
VARIANCES = [
    (SmallNormal(), DENSE, 0.01**2),
    (SmallNormal(0.03), CONV, 0.03**2),
    (UnitNormal(), DENSE, 1),
    (UnitNormal(), CONV, 1),
    (Glorot(), DENSE, 2 / 500),
    (Glorot(), CONV, 2 / (96 * 25)),
    (LeCun(), DENSE, 1 / 200),
    (LeCun(), CONV, 1 / (32 * 25)),
    (He(), DENSE, 2 / 200),
    (He(), CONV, 2 / (32 * 25)),
    (He(slope=0.5), DENSE, 2 / 1.25 / 200),
    (Glorot("uniform"), DENSE, 2 / 500),
    (LeCun("uniform"), CONV, 1 / (32 * 25)),
    (He("uniform"), DENSE, 2 / 200),
    (Orthonormal(), DENSE, 1 / 300),
    (Orthonormal(2), CONV, 4 / (32 * 25)),
]
EVERY_NAME = pytest.mark.parametrize("name", INITIALIZERS)


def drawn(initializer, shape, dtype="float32"):
    weight = np.full(shape, 7.0, dtype=dtype)
    initializer(mx.init.InitDesc("dense0_weight"), weight)
    return weight.asnumpy().astype("float64")


def small_net():
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(6, 3, in_channels=2),
        nn.BatchNorm(in_channels=6),
        nn.Dense(5, in_units=6),
    )
    return net


@pytest.mark.parametrize(
    ("initializer", "shape", "variance"),
    VARIANCES,
    ids=lambda value: getattr(type(value), "__name__", None),
)
def test_weights_have_the_variance_of_the_formula(
    initializer, shape, variance
):
    weight = drawn(initializer, shape)
    std = math.sqrt(variance)
    # Five standard errors of the mean, and of a normal variance.
    assert abs(weight.mean()) < 5 * std / math.sqrt(weight.size)
    tolerance = 5 * math.sqrt(2 / weight.size)
    assert weight.var() == pytest.approx(variance, rel=tolerance)


@pytest.mark.parametrize(
    ("ours", "gluons"),
    [
        (Glorot("uniform"), mx.init.Xavier()),
        (Glorot(), mx.init.Xavier("gaussian", magnitude=1)),
        (LeCun("uniform"), mx.init.Xavier(factor_type="in")),
        (He(), mx.init.MSRAPrelu(factor_type="in", slope=0)),
        (He(slope=0.25), mx.init.MSRAPrelu(factor_type="in")),
        (SmallNormal(), mx.init.Normal(0.01)),
    ],
)
@pytest.mark.parametrize("shape", [DENSE, CONV])
def test_weights_are_distributed_as_gluons(ours, gluons, shape):
    ours, gluons = (onp.sort(drawn(i, shape).ravel()) for i in (ours, gluons))
    quantiles = onp.linspace(0.02, 0.98, 25)
    onp.testing.assert_allclose(
        onp.quantile(ours, quantiles),
        onp.quantile(gluons, quantiles),
        atol=0.04 * gluons.std(),
    )


def test_a_uniform_distribution_has_bounds():
    weight = drawn(Glorot("uniform"), DENSE)
    bound = math.sqrt(6 / 500)
    assert 0.99 * bound < abs(weight).max() <= bound * (1 + 1e-6)
    assert abs(drawn(Glorot(), DENSE)).max() > 1.5 * bound


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((3, 5), (5, 3)),
        ((16, 6, 5, 5), (150, 400)),
        ((4, 2, 3), (6, 12)),
        ((4, 1, 3, 2, 2), (12, 48)),
    ],
)
def test_fans_count_inputs_and_outputs(shape, expected):
    assert fans(shape) == expected


@pytest.mark.parametrize(
    "shape",
    [(30, 50), (50, 30), (40, 40), (6, 2, 5, 5), (40, 2, 3, 3), (1, 1)],
)
def test_rows_or_columns_are_orthonormal(shape):
    weight = drawn(Orthonormal(), shape).reshape(shape[0], -1)
    if shape[0] > weight.shape[1]:
        weight = weight.T
    onp.testing.assert_allclose(
        weight @ weight.T, onp.eye(len(weight)), atol=1e-5
    )


def test_an_orthonormal_matrix_prefers_no_direction():
    corners = [drawn(Orthonormal(), (3, 3))[0, 0] for _ in range(400)]
    assert abs(onp.mean(corners)) < 5 * math.sqrt(1 / 3 / 400)
    diagonals = [drawn(Orthonormal(), (3, 3))[2, 2] for _ in range(400)]
    assert abs(onp.mean(diagonals)) < 5 * math.sqrt(1 / 3 / 400)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@EVERY_NAME
def test_weights_may_be_of_another_type(name, dtype):
    weight = drawn(make_initializer(name), (20, 30), dtype)
    assert weight.std() > 0
    assert weight.max() < 7


@EVERY_NAME
def test_mxnet_takes_the_name(name):
    net = small_net()
    net.initialize(init=name)
    for parameter in net.collect_params().values():
        values = parameter.data().asnumpy()
        if parameter.name.endswith("weight"):
            assert values.std() > 0
        else:  # bias, scale and shift; running mean and variance
            constant = parameter.name.endswith(("gamma", "var"))
            assert (values == constant).all()


@EVERY_NAME
def test_a_layer_takes_the_name(name):
    net = nn.HybridSequential()
    net.add(nn.Dense(30, weight_initializer=name))
    net.initialize(mx.init.Zero())
    net.hybridize()  # then the initializer goes through its written form
    net(np.ones((2, 20)))
    assert net[0].weight.data().asnumpy().std() > 0


@pytest.mark.parametrize(
    "initializer", [case[0] for case in VARIANCES], ids=lambda i: i.dumps()
)
def test_an_initializer_survives_being_written_down(initializer):
    assert mx.initializer.create(initializer.dumps()) == initializer


def test_names_of_mxnets_own_stay_theirs():
    for name, own in (
        ("xavier", mx.init.Xavier),
        ("orthogonal", mx.init.Orthogonal),
        ("normal", mx.init.Normal),
        ("msraprelu", mx.init.MSRAPrelu),
    ):
        assert name not in INITIALIZERS
        assert type(mx.initializer.create(name)) is own


@EVERY_NAME
def test_a_seed_gives_the_same_weights_again(name):
    def weights(seed):
        d2l_ext.seed(seed)
        return drawn(make_initializer(name), (5, 4))

    first = weights(3)
    onp.testing.assert_array_equal(first, weights(3))
    assert (first != weights(4)).any()


@EVERY_NAME
def test_weights_are_drawn_for_every_context(name):
    contexts = [mx.cpu(0), mx.cpu(1)]
    net = small_net()
    net.initialize(init=name, ctx=contexts)
    weight = net[0].weight
    assert weight.list_ctx() == contexts
    assert weight.data(mx.cpu(1)).ctx == mx.cpu(1)
    onp.testing.assert_array_equal(
        *(weight.data(ctx).asnumpy() for ctx in contexts)
    )
    only = small_net()
    only.initialize(init=name, ctx=mx.cpu(1))
    assert only[2].weight.data().ctx == mx.cpu(1)
    assert only[2].weight.data().asnumpy().std() > 0


@pytest.mark.parametrize("name", ["glorot", "lecun", "he", "orthonormal"])
def test_a_vector_has_no_fans(name):
    with pytest.raises(ValueError, match=r"two or more.*not one of shape \(5"):
        drawn(make_initializer(name), (5,))


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("xavier", {}, "'xavier' is not known.*small_normal.*orthonormal"),
        ("he", {"sigma": 1}, "'he' does not take sigma.*distribution, slope"),
        ("he", {"slope": -1}, "slope is a number from 0, not -1"),
        ("glorot", {"distribution": "cauchy"}, "'cauchy'.*normal, uniform"),
        ("small_normal", {"sigma": 0}, "sigma is a number above 0, not 0"),
        ("orthonormal", {"gain": -1}, "gain is a number above 0, not -1"),
    ],
)
def test_what_is_not_known_is_refused(name, options, message):
    with pytest.raises(ValueError, match=message):
        make_initializer(name, **options)


def test_options_reach_the_initializer():
    assert make_initializer("he", slope=0.5) == He(slope=0.5)
    assert make_initializer("he") != He(slope=0.5)
    assert isinstance(make_initializer("glorot_in"), LeCun)
