r"""Learning-rate schedules: from the number of the step to its rate.

A schedule is a pure function of :math:`t`, the number of the step from 1. It
is the ``schedule`` of :func:`d2l_ext.fit` and the ``lr_scheduler`` of an
optimizer of MXNet::

    schedule = WarmUp(CosineDecay(0.1, num_steps=900), num_steps=100)
    fit(net, train_iter, schedule=schedule)
    gluon.Trainer(params, "sgd", {"lr_scheduler": schedule})

A training has ``num_epochs * len(train_iter)`` steps. As in MXNet's own, a
rate is reached *at* the step that ends a phase: a decay over :math:`T` steps
is at its final rate in step :math:`T`. Unlike those, which change while they
are called, a schedule can be called for any step, in any order, and drawn.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from d2l_ext.validate import positive, whole_number

import mxnet as mx


@dataclass
class Schedule(mx.lr_scheduler.LRScheduler):
    """A learning rate for each step.

    Parameters
    ----------
    lr : float
        The base learning rate, greater than 0: the largest one.

    Raises
    ------
    ValueError
        If a rate is none, if a length is missing or is no whole number from
        1, or if a schedule is called for a step before 0.
    """

    lr: float

    def __post_init__(self) -> None:
        positive("lr", self.lr)

    def __call__(self, num_update: float) -> float:
        """Returns the learning rate of a step.

        Parameters
        ----------
        num_update : float
            The number :math:`t` of the step, from 1. At 0, which is what
            Gluon's trainer asks for before its first step, it is the rate
            that the schedule starts from; between two steps it lies between
            their rates, or is one of them.
        """
        if not num_update >= 0:
            raise ValueError(f"a step is counted from 1, not {num_update!r}")
        return self._rate(num_update)

    def _rate(self, t: float) -> float:
        raise NotImplementedError

    @property
    def base_lr(self) -> float:
        """What MXNet calls ``lr``; its optimizers may not change it.

        They overwrite that of a scheduler by their own, which in Adam,
        RMSProp and some others is there even if nobody gave it.
        """
        return self.lr

    @base_lr.setter
    def base_lr(self, value: float) -> None:
        raise ValueError(
            f"the schedule starts from lr={self.lr:g} and the optimizer from "
            f"{value:g}: give the optimizer learning_rate={self.lr:g}, too"
        )


@dataclass
class Constant(Schedule):
    r"""The same rate in each step: :math:`\eta_t = \eta`."""

    def _rate(self, t: float) -> float:
        return self.lr


@dataclass
class StepDecay(Schedule):
    r"""A rate that drops by a factor, again and again.

    After :math:`k` drops it is :math:`\eta_t = \eta f^k`.

    Parameters
    ----------
    lr : float
        :math:`\eta`, the rate before the first drop.
    step : int or sequence of int
        After how many steps it drops each time; or after which steps, in
        ascending order.
    factor : float
        :math:`f`, in (0, 1].

    Raises
    ------
    ValueError
        If an argument is missing or outside its range.

    MXNet has both forms as ``FactorScheduler`` and ``MultiFactorScheduler``.
    """

    step: int | Sequence[int] | None = None
    factor: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        _in_unit("factor", self.factor)
        if isinstance(self.step, Sequence) and not isinstance(self.step, str):
            steps = [whole_number("step", step) for step in self.step]
            if not steps or sorted(set(steps)) != steps:
                raise ValueError(
                    "step is a number of steps, or several in ascending "
                    f"order, not {self.step!r}"
                )
            self.step = tuple(steps)
        else:
            self.step = _length(self, "step", self.step)

    def _rate(self, t: float) -> float:
        if isinstance(self.step, int):
            drops = max(0, math.ceil(t / self.step) - 1)
        else:
            drops = bisect.bisect_left(self.step or (), t)
        return self.lr * self.factor**drops


@dataclass
class CosineDecay(Schedule):
    r"""A rate that falls along half a cosine, and stays at its end.

    .. math::

        \eta_t = \eta_T + (\eta - \eta_T)
        \frac{1 + \cos(\pi t / T)}{2}, \qquad t \le T

    Parameters
    ----------
    lr : float
        :math:`\eta`.
    num_steps : int
        :math:`T`, after which the rate is ``final_lr``.
    final_lr : float
        :math:`\eta_T`, from 0 to ``lr``.

    Raises
    ------
    ValueError
        If an argument is missing or outside its range.

    Source: Loshchilov and Hutter (2017), equation 5, for one cycle. MXNet's
    is ``CosineScheduler``.
    """

    num_steps: int | None = None
    final_lr: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self.num_steps = _length(self, "num_steps", self.num_steps)
        _at_most("final_lr", self.final_lr, self.lr)

    def _rate(self, t: float) -> float:
        assert self.num_steps is not None
        return _cosine(self.lr, self.final_lr, t / self.num_steps)


@dataclass
class CosineRestarts(CosineDecay):
    r"""The cosine again and again, from the full rate each time.

    Each cycle ends at its lowest rate, in a minimum that can be kept for an
    ensemble (see :class:`d2l_ext.training.Snapshots`), and the next step
    begins the next cycle.

    The other parameters are those of :class:`CosineDecay`.

    Parameters
    ----------
    num_steps : int
        The length of the first cycle.
    growth : int
        How many times as long as the one before each later cycle is.

    Raises
    ------
    ValueError
        If an argument is missing or outside its range.

    Source: Loshchilov and Hutter (2017), section 3.
    """

    growth: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        self.growth = whole_number("growth", self.growth)

    def ends(self, num_cycles: int) -> list[int]:
        """Returns the number of the last step of each of the first cycles."""
        assert self.num_steps is not None
        ends, length = [0], self.num_steps
        for _ in range(whole_number("num_cycles", num_cycles)):
            ends.append(ends[-1] + length)
            length *= self.growth
        return ends[1:]

    def _rate(self, t: float) -> float:
        assert self.num_steps is not None
        length = self.num_steps
        if self.growth == 1:
            t -= length * max(0, math.ceil(t / length) - 1)
        while t > length:
            t -= length
            length *= self.growth
        return _cosine(self.lr, self.final_lr, t / length)


@dataclass
class OneCycle(Schedule):
    r"""Up to a large rate and down to nearly none, along two half cosines.

    It rises from :math:`\eta / d` to :math:`\eta` over the first
    :math:`w = p T` of :math:`T` steps, and falls to
    :math:`\eta / (d d_T)` over the others.

    Parameters
    ----------
    lr : float
        :math:`\eta`, the largest rate.
    num_steps : int
        :math:`T`, at least 2; then the rate stays.
    pct_start : float
        :math:`p`, the part of the steps in which it rises, in (0, 1).
    div_factor, final_div_factor : float
        :math:`d` and :math:`d_T`, from 1.

    Raises
    ------
    ValueError
        If an argument is missing or outside its range.

    The parameters are those of PyTorch's ``OneCycleLR``, whose momentum falls
    as the rate rises; here it is the optimizer's.

    Source: Smith and Topin (2018), in the form with two phases of fastai.
    """

    num_steps: int | None = None
    pct_start: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        super().__post_init__()
        self.num_steps = _length(self, "num_steps", self.num_steps, 2)
        if not 0 < self.pct_start < 1:
            raise ValueError(
                f"pct_start lies between 0 and 1, not {self.pct_start!r}"
            )
        for name in ("div_factor", "final_div_factor"):
            if not 1 <= getattr(self, name) < math.inf:
                raise ValueError(
                    f"{name} is 1 or more, not {getattr(self, name)!r}"
                )

    def _rate(self, t: float) -> float:
        assert self.num_steps is not None
        start = self.lr / self.div_factor
        peak = self.pct_start * self.num_steps
        if t < peak:
            return _cosine(start, self.lr, t / peak)
        over = (t - peak) / (self.num_steps - peak)
        return _cosine(self.lr, start / self.final_div_factor, over)


class WarmUp(Schedule):
    r"""Rates that rise in a line to those of another schedule.

    .. math::

        \eta_t = \eta_0 + (\eta - \eta_0) \frac{t}{w}, \quad t \le w;
        \qquad \text{then } \eta_t = \text{schedule}(t - w)

    Parameters
    ----------
    schedule : Schedule
        What follows, counted from its own first step; :math:`\eta` is its
        rate before it.
    num_steps : int
        :math:`w`, the length of the warm-up.
    start_lr : float
        :math:`\eta_0`, from 0 to :math:`\eta`.

    Raises
    ------
    ValueError
        If an argument is missing or outside its range.

    MXNet's schedulers have it as ``warmup_steps``, where its cosine counts
    these steps in its length.

    Source: Goyal et al. (2017), section 2.2.
    """

    def __init__(
        self,
        schedule: Schedule,
        num_steps: int | None = None,
        start_lr: float = 0.0,
    ) -> None:
        if not isinstance(schedule, Schedule):
            raise ValueError(
                "a warm-up leads to a schedule, such as Constant(0.1), not "
                f"to {schedule!r}"
            )
        super().__init__(schedule.lr)
        self.schedule = schedule
        self.num_steps = _length(self, "num_steps", num_steps)
        self.start_lr = _at_most("start_lr", start_lr, schedule(0))

    def _rate(self, t: float) -> float:
        if t > self.num_steps:
            return self.schedule(t - self.num_steps)
        target = self.schedule(0)
        return self.start_lr + (target - self.start_lr) * t / self.num_steps

    def __repr__(self) -> str:
        return (
            f"WarmUp({self.schedule!r}, num_steps={self.num_steps}, "
            f"start_lr={self.start_lr})"
        )


def _cosine(first: float, last: float, over: float) -> float:
    """Returns the rate on the half cosine when a part of it is over."""
    over = min(over, 1.0)
    return last + (first - last) * (1 + math.cos(math.pi * over)) / 2


def _length(
    schedule: Schedule, name: str, value: Any, smallest: int = 1
) -> int:
    if value is None:
        raise ValueError(
            f"{type(schedule).__name__} needs {name}: how many steps it "
            "takes; a training has num_epochs * len(train_iter)"
        )
    return whole_number(name, value, smallest)


def _in_unit(name: str, value: float) -> float:
    if not 0 < value <= 1:
        raise ValueError(f"{name} lies above 0 and up to 1, not {value!r}")
    return value


def _at_most(name: str, value: float, largest: float) -> float:
    if not 0 <= value <= largest:
        raise ValueError(f"{name} is 0 to {largest:g}, not {value!r}")
    return value
