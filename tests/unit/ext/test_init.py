"""The package's public names, and that nothing is loaded before its use."""

from __future__ import annotations

import inspect
from importlib import import_module

import d2l_ext

import mxnet as mx
import pytest

NAMES = sorted(set(d2l_ext.__all__) - {"__version__"})
#: What has to be there for `import mxnet`.
ENGINE = ("cuda", "legacy", "mends", "threads")


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_the_one_of_its_module(name):
    public = getattr(d2l_ext, name)
    home = import_module(d2l_ext._HOME[name])
    assert public is getattr(home, name)
    assert inspect.getdoc(public)


def test_a_module_is_an_attribute_that_is_loaded_at_its_first_use(run_python):
    (before, names), error = run_python(
        """
        import json, sys, d2l_ext
        before = [name for name in sys.modules if "d2l_ext." in name]
        names = [getattr(d2l_ext, n).__name__ for n in d2l_ext._MODULES]
        print(json.dumps([before, names]))
        """
    )
    assert error is None
    assert set(before) <= {
        *("d2l_ext._version", "d2l_ext.engine", "d2l_ext.engine.wheel"),
        *(f"d2l_ext.engine.{name}" for name in ENGINE),
    }
    assert names == [f"d2l_ext.{name}" for name in d2l_ext._MODULES]


def test_all_that_is_public_is_listed():
    assert {*NAMES, *d2l_ext._MODULES, "__version__"} <= set(dir(d2l_ext))


def test_a_star_import_gives_the_public_names():
    names = {}
    exec("from d2l_ext import *", names)
    assert {*NAMES, "__version__"} == set(names) - {"__builtins__"}


@pytest.mark.parametrize("name", ["fitt", "_fit", "History2"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=f"no attribute '{name}'"):
        getattr(d2l_ext, name)


def test_numpy_semantics_are_on():
    assert mx.util.is_np_array()
    assert mx.util.is_np_shape()
