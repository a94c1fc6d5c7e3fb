"""The rules by name, and as optimizers of MXNet."""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any

from d2l_ext.optimizers.adaptive import (
    AdaDelta,
    AdaGrad,
    Adam,
    AdamW,
    RMSProp,
)
from d2l_ext.optimizers.rules import SGD, Momentum, Nesterov, Rule, State

import mxnet as mx
import numpy as onp

#: The rules of the book, by name.
OPTIMIZERS: dict[str, type[Rule]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "adagrad": AdaGrad,
    "rmsprop": RMSProp,
    "adadelta": AdaDelta,
    "adam": Adam,
    "adamw": AdamW,
}


class ScratchOptimizer(mx.optimizer.Optimizer):
    """An optimizer of MXNet that updates by one of the rules above.

    Parameters
    ----------
    rule : Rule
        Its learning rate and weight decay are those that the optimizer starts
        with; a scheduler and the parameters' multipliers change them.
    options
        Those of ``mxnet.optimizer.Optimizer``, such as ``clip_gradient`` or
        ``lr_scheduler``.
    """

    def __init__(self, rule: Rule, **options: Any) -> None:
        if options.get("lr_scheduler") is None:
            options.setdefault("learning_rate", rule.lr)
        options.setdefault("wd", rule.wd)
        super().__init__(**options)
        self.rule = rule

    def create_state(self, index: int, weight: Any) -> State:
        state = self.rule.init(weight.as_np_ndarray())
        return tuple(array.as_nd_ndarray() for array in state)

    def update(self, index: int, weight: Any, grad: Any, state: State) -> None:
        self._update_count(index)
        arrays = [array.as_np_ndarray() for array in (weight, *state)]
        w, state = arrays[0], tuple(arrays[1:])
        updated, new_state = self.rule.update(
            w,
            self._of_the_loss(grad.as_np_ndarray()),
            state,
            self._index_update_count[index],
            lr=self._get_lr(index),
            wd=self._get_wd(index),
        )
        for array, value in zip(
            (w, *state), (updated, *new_state), strict=True
        ):
            array[:] = value

    def _of_the_loss(self, grad: Any) -> Any:
        """Returns the gradient of the mean loss, clipped where asked for."""
        grad = grad * self.rescale_grad
        if self.clip_gradient is None:
            return grad
        return onp.clip(grad, -self.clip_gradient, self.clip_gradient)


def make_rule(name: str, **options: Any) -> Rule:
    """Returns a rule of the book, by its name.

    Parameters
    ----------
    name : str
        A name in :data:`OPTIMIZERS`.
    options
        The parameters of its class, such as ``lr`` and ``momentum``.

    Raises
    ------
    ValueError
        If the name or an option is not known, or an option is outside its
        range; the message lists what is known.
    """
    _require_known(name, options, _rule_options(name))
    return OPTIMIZERS[name](**options)


def make_optimizer(name: str, **options: Any) -> ScratchOptimizer:
    """Returns an optimizer for ``gluon.Trainer`` or ``fit``, by its name.

    Parameters
    ----------
    name : str
        A name in :data:`OPTIMIZERS`.
    options
        The parameters of the rule, of which the learning rate may also be
        called ``learning_rate``, and those of ``mxnet.optimizer.Optimizer``.

    Raises
    ------
    ValueError
        If the name or an option is not known, or an option is outside its
        range; the message lists what is known.
    """
    known = _rule_options(name)
    _require_known(name, options, (*known, *_MXNET_OPTIONS))
    if "learning_rate" in options:
        if "lr" in options:
            raise ValueError("give lr or learning_rate, not both")
        options["lr"] = options.pop("learning_rate")
    rule = {key: options.pop(key) for key in known if key in options}
    if rule.get("lr") is None:
        rule.pop("lr", None)
    else:
        options["learning_rate"] = rule["lr"]
    return ScratchOptimizer(OPTIMIZERS[name](**rule), **options)


#: The options of ``mxnet.optimizer.Optimizer`` that are not a rule's.
_MXNET_OPTIONS = (
    *("learning_rate", "lr_scheduler", "clip_gradient", "rescale_grad"),
    *("begin_num_update", "multi_precision"),
    *("param_idx2name", "param_dict", "sym"),
)


def _rule_options(name: str) -> tuple[str, ...]:
    if name not in OPTIMIZERS:
        raise ValueError(
            f"optimizer {name!r} is not known; use one of: "
            + ", ".join(OPTIMIZERS)
        )
    return tuple(field.name for field in fields(OPTIMIZERS[name]))


def _require_known(
    name: str, options: dict[str, Any], known: tuple[str, ...]
) -> None:
    unknown = sorted(options.keys() - set(known))
    if unknown:
        raise ValueError(
            f"optimizer {name!r} does not take {', '.join(unknown)}; its "
            "options are: " + ", ".join(known)
        )


for _name in OPTIMIZERS:
    # MXNet's own `register` would make 'scratchadam' of a class ScratchAdam.
    mx.optimizer.Optimizer.opt_registry[f"scratch_{_name}"] = partial(
        make_optimizer, _name
    )
