"""The names that MXNet 1.9.1 expects, and today's NumPy and Python lack."""

from __future__ import annotations

import builtins
import importlib.util
import re
import types
from collections.abc import Callable
from typing import Any

import numpy

#: Functions that left NumPy for a package of their own.
_FINANCIAL = (
    *("fv", "pmt", "nper", "ipmt", "ppmt"),
    *("pv", "rate", "irr", "npv", "mirr"),
)


def _not_in_numpy(name: str) -> Callable[..., Any]:
    def removed(*_args: Any, **_kwargs: Any) -> Any:
        raise NotImplementedError(
            f"mxnet.np.{name} calls numpy.{name}, which NumPy "
            f"{numpy.__version__} no longer has"
        )

    removed.__name__ = name
    return removed


def legacy_names() -> dict[str, Any]:
    """Returns the names that MXNet 1.9.1 expects and this NumPy lacks.

    Aliases map to what NumPy's release notes give as their replacement.
    Functions that left NumPy without one (the financial ones) map to a
    function that raises ``NotImplementedError``.
    """
    inf, nan = float("inf"), float("nan")
    names: dict[str, Any] = {
        name: getattr(builtins, name)
        for name in ("bool", "int", "float", "object", "complex", "str")
    }
    names |= {"PZERO": 0.0, "NZERO": -0.0, "PINF": inf, "NINF": -inf}
    names |= {"Inf": inf, "infty": inf, "NaN": nan, "NAN": nan}
    names |= {"float_": numpy.float64, "unicode_": numpy.str_}
    names |= {
        "round_": numpy.round,
        "product": numpy.prod,
        "cumproduct": numpy.cumprod,
        "alltrue": numpy.all,
        "sometrue": numpy.any,
        "row_stack": numpy.vstack,
        "in1d": lambda a, b, **kwargs: numpy.isin(numpy.ravel(a), b, **kwargs),
        "msort": lambda a: numpy.sort(a, axis=0),
        "compat": types.SimpleNamespace(basestring=str),
    }
    if hasattr(numpy, "trapezoid"):
        names["trapz"] = numpy.trapezoid
    names |= {name: _not_in_numpy(name) for name in _FINANCIAL}
    return {
        name: value for name, value in names.items() if name not in vars(numpy)
    }


class _Version(tuple):
    """The little of distutils' versions that MXNet compares with."""

    def __new__(cls, version: str) -> _Version:
        numbers = re.findall(r"\d+", version)
        return super().__new__(cls, (int(number) for number in numbers))


def distutils_stand_in() -> dict[str, types.ModuleType]:
    """Returns modules to stand in for distutils, gone since Python 3.12."""
    if importlib.util.find_spec("distutils") is not None:
        return {}
    package = types.ModuleType("distutils")
    package.__path__ = []
    version = types.ModuleType("distutils.version")
    vars(version).update(LooseVersion=_Version, StrictVersion=_Version)
    return {"distutils": package, "distutils.version": version}


class NumpyStandIn(types.ModuleType):
    """A module that has the legacy names and delegates the rest to NumPy."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__("numpy", numpy.__doc__)
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        return getattr(numpy, name)

    def __dir__(self) -> list[str]:
        return sorted({*dir(numpy), *self.__dict__})
