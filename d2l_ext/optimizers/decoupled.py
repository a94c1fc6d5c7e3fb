r"""Weights that shrink beside the step, and not through the gradient.

Under gradient descent L2 in the loss and weight decay are one. Under Adam
they are not: its scaling divides the gradient of a penalty by the size of the
whole gradient, so that weights with large gradients hardly shrink. Decoupled
decay is subtracted apart from the scaling.
"""

from __future__ import annotations

import math
from typing import Any

from d2l_ext.optimizers.registry import ScratchOptimizer
from d2l_ext.optimizers.rules import Rule, State

import numpy as onp


class DecoupledOptimizer(ScratchOptimizer):
    r"""A rule with L2 or L1 penalties that its scaling does not touch.

    With :math:`\Delta_t` for what the rule subtracts,

    .. math::

        u_t &= w_t - \eta_t \lambda_2 w_t - \Delta_t \\
        w_{t + 1} &= \operatorname{sign}(u_t)
        \max(|u_t| - \eta_t \lambda_1, 0).

    The second line, soft thresholding, is the proximal step of
    :math:`\lambda_1 \lVert w \rVert_1`: a weight that it takes to zero is
    exactly zero. Only weights with two axes or more shrink: no biases,
    scales and shifts.

    Parameters
    ----------
    rule : Rule
        From :func:`d2l_ext.optimizers.make_rule`. Its own ``wd`` is 0: that
        decay would come on top of this one. With Adam and ``l2`` the steps
        are AdamW's.
    l1, l2 : float
        :math:`\lambda_1` and :math:`\lambda_2`, from 0. A parameter's
        ``wd_mult`` multiplies both.
    options
        Those of :class:`d2l_ext.optimizers.ScratchOptimizer`.

    Raises
    ------
    ValueError
        If ``l1`` or ``l2`` is not a number from 0, or the rule decays, too.

    Source: Loshchilov and Hutter (2019), algorithms 1 and 2; for L1 Beck and
    Teboulle (2009), section 1.
    """

    def __init__(
        self, rule: Rule, *, l1: float = 0.0, l2: float = 0.0, **options: Any
    ) -> None:
        for name, value in (("l1", l1), ("l2", l2)):
            if not 0 <= value < math.inf:
                raise ValueError(f"{name} is a number from 0, not {value!r}")
        if rule.wd:
            raise ValueError(
                f"the rule decays by itself, with wd={rule.wd:g}: give it "
                "wd=0, and l2 here"
            )
        super().__init__(rule, **options)
        self.l1, self.l2 = l1, l2

    def update(self, index: int, weight: Any, grad: Any, state: State) -> None:
        w = weight.as_np_ndarray()
        before = w.copy()
        super().update(index, weight, grad, state)
        if w.ndim < 2:
            return
        shrinks = self._get_lr(index) * self._wd_mult(index)
        if self.l2:
            w -= shrinks * self.l2 * before
        if self.l1:
            size = onp.maximum(onp.abs(w) - shrinks * self.l1, 0)
            w[:] = onp.sign(w) * size

    def _wd_mult(self, index: int) -> float:
        parameter = self.param_dict.get(index)
        return 1.0 if parameter is None else parameter.wd_mult
