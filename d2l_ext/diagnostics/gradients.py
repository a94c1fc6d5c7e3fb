"""Derivatives by autograd held against central differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as onp
from mxnet import autograd, np

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class GradientCheck:
    """What :func:`gradient_check` found.

    Attributes
    ----------
    relative_error : float
        The largest over the directions of ``|a - n| / max(|a|, |n|)``, with a
        the derivative by autograd and n the one by central differences.
    tolerance : float
        What it is held against.
    directions : list of (float, float)
        Both derivatives, direction by direction.
    """

    relative_error: float
    tolerance: float
    directions: list[tuple[float, float]]

    @property
    def passed(self) -> bool:
        """Whether the relative error is within the tolerance."""
        return self.relative_error <= self.tolerance

    def __bool__(self) -> bool:
        return self.passed


def gradient_check(
    f: Callable[..., np.ndarray],
    *inputs: np.ndarray,
    num_directions: int = 5,
    h: float | None = None,
    tolerance: float | None = None,
) -> GradientCheck:
    r"""Compares autograd's derivatives with central differences.

    Of each input a few random directions :math:`d` of unit length are
    checked, not every coordinate: the derivative along one is

    .. math::

        \frac{f(x + h d) - f(x - h d)}{2 h} = d \cdot \nabla f(x) + O(h^2).

    Parameters
    ----------
    f : callable
        From arrays to one number, with the same result at each call (fix the
        mask of dropout). It runs in training mode.
    inputs : np.ndarray
        Where to check, float32 or float64, of any shape. Their gradients are
        overwritten.
    num_directions : int
        How many directions to check for each input.
    h : float, optional
        The step; by default the cube root of the machine's precision in the
        inputs' type, near which the error is smallest.
    tolerance : float, optional
        How large a relative error passes; by default 1e-6 in float64 and 2e-2
        in float32, where rounding leaves no more.

    Returns
    -------
    GradientCheck
        True in a condition if the check passed.

    Raises
    ------
    ValueError
        If there is no input, an input is not floating-point, or ``f`` does
        not give one finite number.
    """
    if not inputs:
        raise ValueError("gradient_check needs an input to differentiate by")
    for x in inputs:
        if onp.dtype(x.dtype).kind != "f":
            raise ValueError(
                f"gradients need floating-point inputs, not {x.dtype}"
            )
    precision = max(float(onp.finfo(x.dtype).eps) for x in inputs)
    h = precision ** (1 / 3) if h is None else h
    if tolerance is None:
        tolerance = 1e-6 if precision < 1e-10 else 2e-2
    for x in inputs:
        x.attach_grad()
    with autograd.record():
        value = f(*inputs)
    _require_number(value)
    value.backward()
    gradients = [x.grad.asnumpy() for x in inputs]
    rng = onp.random.default_rng(0)
    pairs: list[tuple[float, float]] = []
    for i, gradient in enumerate(gradients):
        for _ in range(num_directions):
            d = rng.normal(size=gradient.shape)
            d /= onp.linalg.norm(d)
            numeric = _central_difference(f, inputs, i, d, h)
            pairs.append((float((gradient * d).sum()), numeric))
    error = max(_relative_error(*pair) for pair in pairs)
    return GradientCheck(error, tolerance, pairs)


def _require_number(value: np.ndarray) -> None:
    if not isinstance(value, np.ndarray) or value.size != 1:
        shape = getattr(value, "shape", type(value).__name__)
        raise ValueError(f"f must give one number, and gives {shape}")
    if not onp.isfinite(value.item()):
        raise ValueError(f"f must give a finite number, and gives {value}")


def _central_difference(
    f: Callable[..., np.ndarray],
    inputs: Sequence[np.ndarray],
    i: int,
    d: onp.ndarray,
    h: float,
) -> float:
    def at(step: float) -> float:
        x = inputs[i]
        moved = np.array(x.asnumpy() + step * d, dtype=x.dtype, ctx=x.ctx)
        with autograd.train_mode():
            return f(*inputs[:i], moved, *inputs[i + 1 :]).item()

    return (at(h) - at(-h)) / (2 * h)


def _relative_error(a: float, n: float) -> float:
    return abs(a - n) / max(abs(a), abs(n), 1e-8)
