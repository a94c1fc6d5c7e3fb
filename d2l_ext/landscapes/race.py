r"""Runs optimizers over a landscape, and records their paths."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

from d2l_ext.landscapes.functions import Landscape
from d2l_ext.optimizers import Rule
from d2l_ext.training.history import DivergenceWarning
from d2l_ext.validate import whole_number

import numpy as np

#: Beyond this many widths of the picture a path has diverged.
_FAR = 1e6


def descend(
    landscape: Landscape,
    rule: Rule,
    num_steps: int,
    start: Sequence[float] | None = None,
) -> np.ndarray:
    """Returns the path of an optimizer, in float64.

    Parameters
    ----------
    landscape : Landscape
        Where.
    rule : Rule
        The optimizer, such as ``Momentum(lr=0.01)``.
    num_steps : int
        How many steps, 1 or more.
    start : sequence of two floats, optional
        By default that of the landscape.

    Returns
    -------
    numpy.ndarray
        The points, of shape (k + 1, 2), with the start first. ``k`` is
        ``num_steps``, or less if the path diverges: then it ends with its last
        point that is less than a million times the picture away.

    Raises
    ------
    ValueError
        If ``num_steps`` or ``start`` is not as said.
    """
    whole_number("num_steps", num_steps)
    w = _start(landscape, start)
    far = _FAR * max(
        np.ptp(landscape.xlim), np.ptp(landscape.ylim), np.max(abs(w))
    )
    path, state = [w], rule.init(w)
    # A diverging path may overflow on its last step, and is cut there.
    with np.errstate(over="ignore", invalid="ignore"):
        for t in range(1, num_steps + 1):
            g = np.array(landscape.gradient(*w), dtype=float)
            w, state = rule.update(w, g, state, t)
            if not (abs(w) < far).all():
                break
            path.append(w)
    return np.stack(path)


def race(
    landscape: Landscape,
    optimizers: Mapping[str, Rule],
    num_steps: int,
    start: Sequence[float] | None = None,
) -> dict[str, np.ndarray]:
    """Lets optimizers run from one start, and returns paths to draw.

    Parameters
    ----------
    landscape, num_steps, start
        As for :func:`descend`.
    optimizers : mapping of str to Rule
        The rules by the names that a figure calls them.

    Returns
    -------
    dict of str to numpy.ndarray
        By the same names the points of each path, of shape
        (num_steps + 1, 2), none of them outside the picture: a path that
        leaves it runs along its edge until it returns. One that diverges
        stays where it was last, with a :class:`d2l_ext.DivergenceWarning` if
        there is a minimum that it misses.

    Raises
    ------
    ValueError
        If there is no optimizer, or an argument is not as said.
    """
    if not optimizers:
        raise ValueError("a race needs at least one optimizer")
    for name, rule in optimizers.items():
        if not isinstance(rule, Rule):
            raise ValueError(
                f"optimizer {name!r} is a rule of d2l_ext.optimizers, such "
                f"as SGD(lr=0.1), not {rule!r}"
            )
    low, high = zip(landscape.xlim, landscape.ylim, strict=True)
    paths = {}
    for name, rule in optimizers.items():
        path = descend(landscape, rule, num_steps, start)
        missing = num_steps + 1 - len(path)
        # Where there is no minimum, down is forever.
        if missing and landscape.minimum is not None:
            warnings.warn(
                f"{landscape.name}: {name} diverges at step {len(path)} "
                f"(learning rate {rule.lr:g}), and its path ends there. Try "
                "a learning rate ten times smaller.",
                DivergenceWarning,
                stacklevel=2,
            )
        path = np.pad(path, ((0, missing), (0, 0)), mode="edge")
        paths[name] = path.clip(low, high)
    return paths


def _start(landscape: Landscape, start: Sequence[float] | None) -> np.ndarray:
    w = np.array(landscape.start if start is None else start, dtype=float)
    if w.shape != (2,) or not np.isfinite(w).all():
        raise ValueError(f"start is two finite numbers (x, y), not {start!r}")
    return w
