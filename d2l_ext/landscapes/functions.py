r"""Functions of two variables, to watch optimizers on."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

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
