r"""Optimizers from scratch, each rule written once and usable two ways.

A :class:`Rule` is a pair of pure functions on arrays, NumPy's or MXNet's::

    rule = Momentum(lr=0.1)
    state = rule.init(w)
    for t in range(1, num_steps + 1):
        w, state = rule.update(w, gradient(w), state, t)

:class:`ScratchOptimizer` makes an ``mxnet.optimizer.Optimizer`` of a rule.
Importing this module registers one for each rule, so that ``gluon.Trainer``
and :func:`d2l_ext.fit` take ``'scratch_sgd'``, ``'scratch_adam'`` and so on.

The rules take the same steps as MXNet 1.9.1's own, with :math:`\epsilon` where
MXNet has it: inside the root in AdaGrad, RMSProp and AdaDelta, outside of it
in Adam. There are two differences. Weight decay ``wd`` is here the gradient of
:math:`\frac{\lambda}{2} \lVert w \rVert^2`, added to the gradient of the loss
by all rules but AdamW. MXNet's AdaGrad and AdaDelta subtract it apart from
their scaling, and its NAG adds that of the weight after the step to the
momentum. And a clipped gradient is that of the loss alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, ClassVar, TypeVar

import mxnet as mx
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


for _name in OPTIMIZERS:
    # MXNet's own `register` would make 'scratchadam' of a class ScratchAdam.
    mx.optimizer.Optimizer.opt_registry[f"scratch_{_name}"] = partial(
        make_optimizer, _name
    )
