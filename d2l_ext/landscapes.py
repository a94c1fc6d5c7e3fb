r"""Functions of two variables to watch optimizers on.

A landscape has its exact gradient and, where there is one, its minimum;
:func:`race` lets rules of :mod:`d2l_ext.optimizers` run from one start.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from d2l_ext.minibatches import whole_number
from d2l_ext.optimizers import Rule
from d2l_ext.training import DivergenceWarning

import numpy as np

Point = tuple[float, float]
Values = np.ndarray | float


@dataclass(frozen=True)
class Landscape:
    """A function of two variables, and the part of it to look at.

    Attributes
    ----------
    name : str
        What a figure calls it.
    f : callable
        ``f(x, y)``, of numbers or of arrays of one shape, such as a grid.
    gradient : callable
        ``gradient(x, y)``, the two partial derivatives, exact, in the shape
        of ``x``.
    minimum : tuple of float or None
        Where the lowest point is; ``None`` if there is none.
    start : tuple of float
        Where a race starts.
    xlim, ylim : tuple of float
        The bounds of the picture.
    """

    name: str
    f: Callable[[Values, Values], Values]
    gradient: Callable[[Values, Values], tuple[Values, Values]]
    minimum: Point | None
    start: Point
    xlim: Point
    ylim: Point

    def grid(
        self, num_points: int = 201
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns x, y and f on a grid over the picture, to draw contours.

        Each is of shape (num_points, num_points).
        """
        x = np.linspace(*self.xlim, num_points)
        y = np.linspace(*self.ylim, num_points)
        X, Y = np.meshgrid(x, y)
        return X, Y, np.asarray(self.f(X, Y))


#: Beale's constants, one for each power of y.
_BEALE = ((1, 1.5), (2, 2.25), (3, 2.625))


def _beale(x: Values, y: Values) -> Values:
    return sum((c - x + x * y**k) ** 2 for k, c in _BEALE)


def _beale_gradient(x: Values, y: Values) -> tuple[Values, Values]:
    residuals = [(k, c - x + x * y**k) for k, c in _BEALE]
    return (
        sum(2 * r * (y**k - 1) for k, r in residuals),
        sum(2 * r * x * k * y ** (k - 1) for k, r in residuals),
    )


#: Flat with steep walls: ``sum((c - x + x * y**k)**2)`` for k = 1, 2, 3.
BEALE = Landscape(
    name="Beale's function",
    f=_beale,
    gradient=_beale_gradient,
    minimum=(3.0, 0.5),
    start=(1.0, 1.5),
    xlim=(-1.0, 4.5),
    ylim=(-2.0, 2.0),
)


def _valley_gradient(x: Values, y: Values) -> tuple[Values, Values]:
    return 0.1 * x / np.sqrt(1 + np.square(x)), 4 * y


#: A floor of slope 0.1 at most along x, between walls that are 40 times as
#: steep a unit of y away.
LONG_VALLEY = Landscape(
    name="long valley",
    f=lambda x, y: 0.1 * np.sqrt(1 + np.square(x)) + 2 * np.square(y),
    gradient=_valley_gradient,
    minimum=(0.0, 0.0),
    start=(-8.0, 1.0),
    xlim=(-10.0, 4.0),
    ylim=(-1.5, 1.5),
)

#: Down along y on both sides, so that nothing but y = 0 keeps one there.
SADDLE = Landscape(
    name="saddle",
    f=lambda x, y: np.square(x) - np.square(y),
    gradient=lambda x, y: (2 * x, -2 * y),
    minimum=None,
    start=(1.0, 0.001),
    xlim=(-1.5, 1.5),
    ylim=(-1.5, 1.5),
)


def quadratic(condition: float = 25.0, angle: float = 0.0) -> Landscape:
    r"""Returns an ill-conditioned quadratic with its minimum at the origin.

    .. math::

        f(x, y) = \tfrac12 (u^2 + \kappa v^2), \qquad
        u = x \cos\theta + y \sin\theta, \quad
        v = y \cos\theta - x \sin\theta

    Parameters
    ----------
    condition : float
        :math:`\kappa`, the condition number, 1 or more. The eigenvalues of
        the second derivative are 1 and :math:`\kappa`.
    angle : float
        :math:`\theta` in radians, between the valley and the x-axis. Other
        than at multiples of a right angle, scaling each coordinate does not
        mend the condition.

    Raises
    ------
    ValueError
        If ``condition`` is less than 1 or ``angle`` is not finite.
    """
    if not 1 <= condition < math.inf:
        raise ValueError(f"condition is a number from 1, not {condition!r}")
    if not math.isfinite(angle):
        raise ValueError(f"angle is a finite number, not {angle!r}")
    cos, sin = math.cos(angle), math.sin(angle)

    def axes(x: Values, y: Values) -> tuple[Values, Values]:
        return x * cos + y * sin, y * cos - x * sin

    def f(x: Values, y: Values) -> Values:
        u, v = axes(x, y)
        return (np.square(u) + condition * np.square(v)) / 2

    def gradient(x: Values, y: Values) -> tuple[Values, Values]:
        u, v = axes(x, y)
        return u * cos - condition * v * sin, u * sin + condition * v * cos

    # Up the valley and a little up its wall, whatever the angle.
    start = -4 * cos - sin, cos - 4 * sin
    return Landscape(
        name="ill-conditioned quadratic",
        f=f,
        gradient=gradient,
        minimum=(0.0, 0.0),
        start=start,
        xlim=(-5.0, 5.0),
        ylim=(-5.0, 5.0),
    )


ILL_CONDITIONED = quadratic()

#: The landscapes of the book, by name.
LANDSCAPES: dict[str, Landscape] = {
    "beale": BEALE,
    "long_valley": LONG_VALLEY,
    "saddle": SADDLE,
    "ill_conditioned": ILL_CONDITIONED,
}

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
