"""Rules with a learning rate for each entry: AdaGrad to AdamW."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from d2l_ext.optimizers.rules import Rule, State

import numpy as onp


@dataclass(frozen=True)
class AdaGrad(Rule):
    r"""A learning rate for each entry that falls with its past gradients.

    .. math::

        s \leftarrow s + g^2, \qquad
        w \leftarrow w - \frac{\eta}{\sqrt{s + \epsilon}} g

    Parameters
    ----------
    epsilon : float
        Greater than 0.

    Source: Duchi, Hazan and Singer (2011), figure 1, diagonal form.
    """

    epsilon: float = 1e-7
    num_states: ClassVar[int] = 1

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        (s,) = state
        s = s + onp.square(g)
        return lr * g / onp.sqrt(s + self.epsilon), (s,)


@dataclass(frozen=True)
class RMSProp(Rule):
    r"""AdaGrad with a moving average in the place of the sum.

    .. math::

        s \leftarrow \rho s + (1 - \rho) g^2, \qquad
        w \leftarrow w - \frac{\eta}{\sqrt{s + \epsilon}} g

    Parameters
    ----------
    rho : float
        :math:`\rho`, in [0, 1); MXNet calls it ``gamma1``.
    epsilon : float
        Greater than 0.

    Source: Tieleman and Hinton (2012), lecture 6.5.
    """

    lr: float = 0.001
    rho: float = 0.9
    epsilon: float = 1e-8
    num_states: ClassVar[int] = 1

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        (s,) = state
        s = self.rho * s + (1 - self.rho) * onp.square(g)
        return lr * g / onp.sqrt(s + self.epsilon), (s,)


@dataclass(frozen=True)
class AdaDelta(Rule):
    r"""Steps in the units of the weight, from the steps before.

    .. math::

        s \leftarrow \rho s + (1 - \rho) g^2, \qquad
        \Delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}} g, \qquad
        d \leftarrow \rho d + (1 - \rho) \Delta^2, \qquad
        w \leftarrow w - \eta \Delta

    Parameters
    ----------
    lr : float
        :math:`\eta`; 1 is the rule of the paper, which has none, and of
        MXNet, which ignores its learning rate.
    rho : float
        :math:`\rho`, in [0, 1).
    epsilon : float
        Greater than 0. It sets the size of the first steps.

    Source: Zeiler (2012), algorithm 1.
    """

    lr: float = 1.0
    rho: float = 0.9
    epsilon: float = 1e-5
    num_states: ClassVar[int] = 2

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        s, d = state
        s = self.rho * s + (1 - self.rho) * onp.square(g)
        delta = onp.sqrt(d + self.epsilon) / onp.sqrt(s + self.epsilon) * g
        d = self.rho * d + (1 - self.rho) * onp.square(delta)
        return lr * delta, (s, d)


@dataclass(frozen=True)
class Adam(Rule):
    r"""Momentum and RMSProp, both corrected for their start at zero.

    .. math::

        m \leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
        s \leftarrow \beta_2 s + (1 - \beta_2) g^2, \qquad
        w \leftarrow w - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
        \frac{m}{\sqrt{s} + \epsilon}

    This :math:`\epsilon` is the paper's :math:`\hat\epsilon`; that of its
    algorithm 1 is :math:`\epsilon / \sqrt{1 - \beta_2^t}`.

    Parameters
    ----------
    beta1, beta2 : float
        :math:`\beta_1` and :math:`\beta_2`, in [0, 1).
    epsilon : float
        Greater than 0.
    bias_correction : bool
        Without it the factor next to :math:`\eta` is 1, to show what it does.

    Source: Kingma and Ba (2015), algorithm 1 and the end of section 2.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    bias_correction: bool = True
    num_states: ClassVar[int] = 2

    def _step(
        self, g: Any, state: State, t: int, lr: float
    ) -> tuple[Any, State]:
        m, s = state
        m = self.beta1 * m + (1 - self.beta1) * g
        s = self.beta2 * s + (1 - self.beta2) * onp.square(g)
        if self.bias_correction:
            lr = lr * math.sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        return lr * m / (onp.sqrt(s) + self.epsilon), (m, s)


@dataclass(frozen=True)
class AdamW(Adam):
    r"""Adam with weight decay that its scaling does not touch.

    .. math::

        w \leftarrow w - \eta \lambda w
        - \eta \frac{\sqrt{1 - \beta_2^t}}{1 - \beta_1^t}
        \frac{m}{\sqrt{s} + \epsilon}

    The rest is as in :class:`Adam`. As in other frameworks, :math:`\lambda` is
    multiplied by the learning rate. MXNet has the operator, but no optimizer.

    Source: Loshchilov and Hutter (2019), algorithm 2.
    """

    wd: float = 0.01

    def _decayed(self, w: Any, g: Any, lr: float, wd: float) -> Any:
        return g, lr * wd * w
