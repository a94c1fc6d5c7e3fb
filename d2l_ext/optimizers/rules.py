"""Rules for a step: the base class, gradient descent and momentum."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar, TypeVar

import numpy as onp

#: An array of NumPy or of mxnet.np. NumPy's functions work on both: given an
#: array of MXNet, they call MXNet's function of that name.
Array = TypeVar("Array")
State = tuple[Any, ...]


@dataclass(frozen=True)
class Rule:
    r"""An optimizer's rule for the step from one point to the next.

    Parameters
    ----------
    lr : float
        The learning rate :math:`\eta`, greater than 0.
    wd : float
        The weight decay :math:`\lambda`, 0 or more.

    Raises
    ------
    ValueError
        If a parameter is outside its range.
    """

    lr: float = 0.01
    wd: float = 0.0

    #: How many arrays of the shape of the weight the state is made of.
    num_states: ClassVar[int] = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            _require_in_range(field.name, getattr(self, field.name))

    def init(self, w: Any) -> State:
        """Returns the state before the first step, arrays of zeros.

        Parameters
        ----------
        w : numpy.ndarray or np.ndarray
            The weight, of any shape and a floating type.
        """
        return tuple(onp.zeros_like(w) for _ in range(self.num_states))

    def update(
        self,
        w: Array,
        g: Array,
        state: State,
        t: int = 1,
        *,
        lr: float | None = None,
        wd: float | None = None,
    ) -> tuple[Array, State]:
        """Returns the weight and the state after a step; changes neither.

        Parameters
        ----------
        w, g : numpy.ndarray or np.ndarray
            The weight and the gradient there, of one shape.
        state : tuple
            From :meth:`init` or the step before.
        t : int
            The number of the step, from 1.
        lr, wd : float, optional
            Others than the rule's own, for this step.
        """
        lr = self.lr if lr is None else lr
        wd = self.wd if wd is None else wd
        gradient, decay = self._decayed(w, g, lr, wd)
        step, state = self._step(gradient, state, t, lr)
        return w - step - decay, state

    def _decayed(self, w: Any, g: Any, lr: float, wd: float) -> Any:
        """Returns the gradient to go by and what is subtracted besides."""
        return (g + wd * w if wd else g), 0

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        """Returns what is subtracted from the weight, and the new state."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Rule):
    r"""Gradient descent: :math:`w \leftarrow w - \eta g`.

    With the gradient of a mini-batch it is stochastic.

    Source: Robbins and Monro (1951).
    """

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        return lr * g, state


@dataclass(frozen=True)
class Momentum(Rule):
    r"""Gradient descent with a velocity.

    .. math::

        v \leftarrow \gamma v + \eta g, \qquad w \leftarrow w - v

    Parameters
    ----------
    momentum : float
        :math:`\gamma`, in [0, 1).

    Source: Polyak (1964); Sutskever et al. (2013), equations 1 and 2.
    """

    momentum: float = 0.9
    num_states: ClassVar[int] = 1

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        (v,) = state
        v = self.momentum * v + lr * g
        return v, (v,)


@dataclass(frozen=True)
class Nesterov(Momentum):
    r"""Nesterov's momentum, in the form that frameworks implement.

    .. math::

        v \leftarrow \gamma v + \eta g, \qquad
        w \leftarrow w - (\gamma v + \eta g)

    The weight kept here is the look-ahead point, at which the gradient is
    taken: with the weight :math:`u` of :func:`nesterov_look_ahead`, it is
    :math:`w = u - \gamma v`.

    Parameters
    ----------
    momentum : float
        :math:`\gamma`, in [0, 1).

    Source: Nesterov (1983); Sutskever et al. (2013), equations 3 and 4;
    Bengio, Boulanger-Lewandowski and Pascanu (2013), section 3.5.
    """

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        v, state = super()._step(g, state, t, lr)
        return self.momentum * v + lr * g, state


def nesterov_look_ahead(
    gradient: Any, w: Array, v: Array, *, lr: float, momentum: float
) -> tuple[Array, Array]:
    r"""Takes one step of Nesterov's momentum as it was first written.

    .. math::

        v \leftarrow \gamma v + \eta \nabla f(w - \gamma v), \qquad
        w \leftarrow w - v

    Parameters
    ----------
    gradient : callable
        Maps a point to the gradient there.
    w, v : numpy.ndarray or np.ndarray
        The weight and its velocity, at first zero.
    lr, momentum : float
        :math:`\eta` and :math:`\gamma`.

    Returns
    -------
    w, v
        After the step.
    """
    point: Any = w - momentum * v  # type: ignore[operator]
    v = momentum * v + lr * gradient(point)  # type: ignore[operator]
    return w - v, v  # type: ignore[operator]


def _require_in_range(name: str, value: Any) -> None:
    """Raises ``ValueError`` unless a rule's parameter is in its range."""
    if isinstance(value, bool):
        if name != "bias_correction":
            raise ValueError(f"{name} is a number, not {value!r}")
    elif name in ("lr", "epsilon"):
        if not 0 < value < math.inf:
            raise ValueError(f"{name} is a number above 0, not {value!r}")
    elif name == "wd":
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} is a number from 0, not {value!r}")
    elif not 0 <= value < 1:
        raise ValueError(f"{name} lies in [0, 1), not {value!r}")
