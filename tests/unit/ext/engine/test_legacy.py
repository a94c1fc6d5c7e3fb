"""The legacy names are what they were in the NumPy of MXNet's time."""

from __future__ import annotations

from d2l_ext.engine import legacy

import mxnet as mx
import numpy as np
import pytest


@pytest.fixture(scope="module")
def stand_in():
    return mx.numpy.fallback.onp


@pytest.mark.parametrize(
    "name",
    [
        *("bool", "int", "float", "object", "complex", "str"),
        *("float_", "unicode_", "PZERO", "NZERO", "PINF", "NINF"),
        *("Inf", "infty", "NaN", "NAN", "round_", "product", "cumproduct"),
        *("alltrue", "sometrue", "row_stack", "in1d", "msort", "trapz"),
        *("fv", "pmt", "nper", "ipmt", "ppmt"),
        *("pv", "rate", "irr", "npv", "mirr", "compat"),
    ],
)
def test_the_stand_in_has_each_legacy_name(stand_in, name):
    assert name in dir(stand_in)
    assert name in vars(stand_in) or name in vars(np)


def test_a_legacy_name_that_this_numpy_has_is_its_own(stand_in):
    names = legacy.legacy_names()
    assert names.keys().isdisjoint(vars(np))
    assert names.keys() == vars(stand_in).keys() & names.keys()


# NumPy 2.0 to 2.3 still have some of them, and warn.
@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("in1d", ([[1, 2], [3, 4]], [2, 3]), [False, True, True, False]),
        ("msort", ([[3, 1], [2, 5]],), [[2, 1], [3, 5]]),
        ("trapz", ([1.0, 2.0, 4.0],), 4.5),
        ("round_", (2.375, 1), 2.4),
        ("product", ([2, 3, 4],), 24),
        ("cumproduct", ([2, 3, 4],), [2, 6, 24]),
        ("alltrue", ([True, False],), False),
        ("sometrue", ([True, False],), True),
        ("row_stack", (([1, 2], [3, 4]),), [[1, 2], [3, 4]]),
    ],
)
def test_a_legacy_function_does_what_it_did(
    stand_in, name, arguments, expected
):
    np.testing.assert_allclose(getattr(stand_in, name)(*arguments), expected)


def test_legacy_numbers_are_what_they_were(stand_in):
    assert np.signbit([stand_in.PZERO, stand_in.NZERO]).tolist() == [0, 1]
    assert stand_in.PINF == stand_in.Inf == stand_in.infty == np.inf
    assert -np.inf == stand_in.NINF
    assert np.isnan([stand_in.NaN, stand_in.NAN]).all()
    assert stand_in.float_ is np.float64
    assert stand_in.bool in (bool, np.bool_)


def test_the_stand_in_is_numpy_in_all_else(stand_in):
    assert stand_in.ndarray is np.ndarray
    assert stand_in.linalg is np.linalg
    assert stand_in.__name__ == "numpy"
    assert stand_in.__version__ == np.__version__
    assert set(dir(np)) <= set(dir(stand_in))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = stand_in.no_such_name


def test_a_function_that_left_numpy_says_so_when_it_is_called():
    with pytest.raises(NotImplementedError) as refused:
        mx.np.mirr([-100.0, 60.0, 60.0], 0.1, 0.1)
    assert "mxnet.np.mirr calls numpy.mirr" in str(refused.value)
    assert f"NumPy {np.__version__} no longer has" in str(refused.value)
