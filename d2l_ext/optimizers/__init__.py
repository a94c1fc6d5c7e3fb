r"""Optimizers from scratch, each rule written once and usable two ways.

A :class:`~d2l_ext.optimizers.Rule` is a pair of pure functions on arrays,
NumPy's or MXNet's::

    rule = Momentum(lr=0.1)
    state = rule.init(w)
    for t in range(1, num_steps + 1):
        w, state = rule.update(w, gradient(w), state, t)

:class:`~d2l_ext.optimizers.ScratchOptimizer` makes an
``mxnet.optimizer.Optimizer`` of a rule. Importing this package registers one
for each rule, so that ``gluon.Trainer`` and :func:`d2l_ext.fit` take
``'scratch_sgd'``, ``'scratch_adam'`` and so on.

The rules take the same steps as MXNet 1.9.1's own, with :math:`\epsilon` where
MXNet has it: inside the root in AdaGrad, RMSProp and AdaDelta, outside of it
in Adam. There are two differences. Weight decay ``wd`` is here the gradient of
:math:`\frac{\lambda}{2} \lVert w \rVert^2`, added to the gradient of the loss
by all rules but AdamW. MXNet's AdaGrad and AdaDelta subtract it apart from
their scaling, and its NAG adds that of the weight after the step to the
momentum. And a clipped gradient is that of the loss alone.
"""

from d2l_ext.optimizers.adaptive import (
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    RMSProp,
)
from d2l_ext.optimizers.decoupled import DecoupledOptimizer
from d2l_ext.optimizers.registry import (
    OPTIMIZERS,
    ScratchOptimizer,
    make_optimizer,
    make_rule,
)
from d2l_ext.optimizers.rules import (
    SGD,
    Momentum,
    Nesterov,
    Rule,
    nesterov_look_ahead,
)
from d2l_ext.optimizers.schedules import (
    Constant,
    CosineDecay,
    CosineRestarts,
    OneCycle,
    Schedule,
    StepDecay,
    WarmUp,
)

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Constant",
    "CosineDecay",
    "CosineRestarts",
    "DecoupledOptimizer",
    "Momentum",
    "Nesterov",
    "OneCycle",
    "RMSProp",
    "Rule",
    "Schedule",
    "ScratchOptimizer",
    "StepDecay",
    "WarmUp",
    "make_optimizer",
    "make_rule",
    "nesterov_look_ahead",
]
