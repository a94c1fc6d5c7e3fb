"""What NumPy 2 changed beneath MXNet's modules, changed back in them.

:mod:`~d2l_ext.engine.legacy` gives names back that NumPy removed; here is
what has another *effect*: how a scalar in a tuple is written, what sums of
float32 are, what an array is to NumPy. NumPy itself stays as it is.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

import numpy


def mend(module: types.ModuleType) -> None:
    """Mends a module of MXNet that has just been executed, if it needs it."""
    if module.__name__ in _MENDS:
        _MENDS[module.__name__](module)


# Parameters go to C++ as text, and NumPy 2 writes (np.int64(2), 3) where
# NumPy 1 wrote (2, 3).


class _TextType(type):
    """MXNet asks ``isinstance(backend, str)`` where we change ``str``."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, str)


class Text(metaclass=_TextType):
    """``str`` as it was: scalars within a tuple or a list are numbers.

    To find the few texts that NumPy 2 changed costs one search of the text.
    """

    def __new__(cls, value: object = "") -> str:  # type: ignore[misc]
        text = str(value)
        if isinstance(value, (tuple, list)) and "np." in text:
            return _written(value)
        return text


def _written(value: object) -> str:
    """Returns ``repr(value)`` as NumPy 1 wrote it."""
    if type(value) is tuple:
        comma = "," if len(value) == 1 else ""
        return f"({', '.join(map(_written, value))}{comma})"
    if type(value) is list:
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, numpy.str_):
        return repr(str(value))
    return str(value) if isinstance(value, numpy.generic) else repr(value)


def _write_as_before(module: types.ModuleType) -> None:
    vars(module)["str"] = Text


# Sums of metrics: 0.0 + numpy.float32(1) was float64, and is float32 (NEP 50).


class _Float64:
    """An attribute that keeps NumPy's floating-point numbers as float64."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, metric: Any, owner: type) -> Any:
        if metric is None:
            return self
        try:
            return vars(metric)[self._name]
        except KeyError:
            raise AttributeError(self._name) from None

    def __set__(self, metric: Any, value: Any) -> None:
        if isinstance(value, numpy.floating):
            value = numpy.float64(value)
        vars(metric)[self._name] = value


def _sum_in_float64(module: types.ModuleType) -> None:
    for name in (
        *("sum_metric", "global_sum_metric"),
        *("num_inst", "global_num_inst"),
    ):
        setattr(module.EvalMetric, name, _Float64(name))


# numpy.linalg.qr and others return named tuples now. MXNet makes a tuple of
# the same class from a list, which no named tuple takes.


def _take_named_tuples(module: types.ModuleType) -> None:
    for name in ("_as_mx_np_array", "_as_onp_array"):
        setattr(module, name, _without_names(getattr(module, name)))


def _without_names(convert: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(convert)
    def converted(value: Any, *arguments: Any, **options: Any) -> Any:
        if hasattr(value, "_fields"):
            value = tuple(value)
        return convert(value, *arguments, **options)

    return converted


# An array of MXNet is a sequence of arrays of MXNet without end, which NumPy
# 1 cut off at 32 axes and NumPy 2 refuses.


def _be_an_array(module: types.ModuleType) -> None:
    def __array__(
        self: Any, dtype: Any = None, copy: bool | None = None
    ) -> numpy.ndarray:
        if copy is False:
            raise ValueError("an array of MXNet is copied to become NumPy's")
        return self.asnumpy().astype(dtype or self.dtype, copy=False)

    module.NDArray.__array__ = __array__


# ndarray.tostring was another name of ndarray.tobytes, and is gone.


def _say_tobytes(module: types.ModuleType) -> None:
    for function in (module.pack, module.pack_img):
        code = function.__code__
        names = ["tobytes" if n == "tostring" else n for n in code.co_names]
        function.__code__ = code.replace(co_names=tuple(names))


_MENDS: dict[str, Callable[[types.ModuleType], None]] = {
    # All that write what users give as a parameter.
    "mxnet._ctypes.ndarray": _write_as_before,
    "mxnet._ctypes.symbol": _write_as_before,
    "mxnet.symbol.symbol": _write_as_before,
    "mxnet.io.io": _write_as_before,
    "mxnet.metric": _sum_in_float64,
    "mxnet.ndarray.ndarray": _be_an_array,
    "mxnet.numpy.multiarray": _take_named_tuples,
    "mxnet.recordio": _say_tobytes,
}
