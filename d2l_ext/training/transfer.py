"""Transfer of what a network has learned: weights, freezing, slower layers.

Parameters are chosen by where they are, ``0.weight`` or
``features.3.gamma``, with the wildcards of a shell: ``"0.*"`` is all of the
first layer, ``"*.bias"`` all biases, ``"*"`` everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from d2l_ext.data.minibatches import MiniBatches
from d2l_ext.engine.internals import children, named_parameters
from d2l_ext.training.checks import Batches, check_initialized
from d2l_ext.validate import positive

from mxnet import autograd, gluon, np

#: How many names a message lists.
MAX_NAMES = 12


def _selected(
    net: gluon.Block, select: str | Sequence[str]
) -> dict[str, gluon.Parameter]:
    """Returns the parameters whose names match one of the patterns."""
    parameters = named_parameters(net)
    found: dict[str, gluon.Parameter] = {}
    for pattern in [select] if isinstance(select, str) else select:
        matching = {
            name: parameter
            for name, parameter in parameters.items()
            if fnmatchcase(name, pattern)
        }
        if not matching:
            names = list(parameters)
            more = ", …" if len(names) > MAX_NAMES else ""
            raise ValueError(
                f"no parameter is called {pattern!r}; there are: "
                + (", ".join(names[:MAX_NAMES]) or "none")
                + more
            )
        found |= matching
    return found


def freeze(net: gluon.Block, select: str | Sequence[str] = "*") -> list[str]:
    """Excludes parameters from training, until :func:`unfreeze`.

    They get no gradient (``grad_req='null'``), which saves the time of the
    backward pass through the first layers, too. A batch normalization that is
    frozen normalizes training batches with their own statistics all the same,
    and Gluon's updates its running ones as long as a gradient passes it, that
    is, unless all before it is frozen, too. :func:`extract_features` does
    neither.

    Parameters
    ----------
    net : gluon.Block
        A network, initialized or not.
    select : str or sequence of str
        Patterns of names; by default all.

    Returns
    -------
    list of str
        The names of what was frozen.

    Raises
    ------
    ValueError
        If a pattern matches no parameter; the message lists the names. If a
        dense layer would learn its bias without its weight: on a CPU, MXNet
        1.9.1 gives that bias a gradient of zero.
    """
    return _require_gradients(net, select, "null")


def unfreeze(net: gluon.Block, select: str | Sequence[str] = "*") -> list[str]:
    """Has parameters learned again; running statistics are never learned.

    Parameters, results and errors are those of :func:`freeze`.
    """
    return _require_gradients(net, select, "write")


def _require_gradients(
    net: gluon.Block, select: str | Sequence[str], grad_req: str
) -> list[str]:
    """Sets ``grad_req`` and returns the names of what it changed."""
    chosen = _selected(net, select)
    learned = {
        name: grad_req == "write" if name in chosen else p.grad_req != "null"
        for name, p in named_parameters(net).items()
    }
    for name, parameter in named_parameters(net).items():
        bias = name.removesuffix("weight") + "bias"
        is_dense = name.endswith("weight") and len(parameter.shape or ()) == 2
        if is_dense and not learned[name] and learned.get(bias):
            raise ValueError(
                f"{bias} would learn nothing without {name}: MXNet gives it a "
                "gradient of zero. Freeze both or none, or let the weight "
                f"stand by set_lr_mult(net, {{{name!r}: 0}})"
            )
    before = {name: p.grad_req for name, p in chosen.items()}
    for parameter in chosen.values():
        if (parameter.grad_req == "null") != (grad_req == "null"):
            # Stays 'null' where Gluon has nothing to differentiate.
            parameter.grad_req = grad_req
    return [name for name, p in chosen.items() if p.grad_req != before[name]]


def set_lr_mult(
    net: gluon.Block, multipliers: Mapping[str, float]
) -> dict[str, float]:
    """Sets what the learning rate of parameters is multiplied by.

    At a multiplier of 0 a parameter does not decay either, as decay is
    multiplied by the rate; :func:`freeze` saves the gradient besides.

    Parameters
    ----------
    net : gluon.Block
        A network, initialized or not.
    multipliers : mapping of str to float
        Multipliers, from 0, by pattern; of several patterns that match a
        parameter the last one counts. Others keep theirs, at first 1.

    Returns
    -------
    dict of str to float
        The multiplier of each parameter of the network.

    Raises
    ------
    ValueError
        If a pattern matches no parameter, or a multiplier is no number from
        0; nothing is set then.
    """
    chosen: dict[gluon.Parameter, float] = {}
    for pattern, multiplier in multipliers.items():
        if not 0 <= multiplier < math.inf:
            raise ValueError(
                f"the multiplier of {pattern!r} is a number from 0, not "
                f"{multiplier!r}"
            )
        for parameter in _selected(net, pattern).values():
            chosen[parameter] = float(multiplier)
    for parameter, multiplier in chosen.items():
        parameter.lr_mult = multiplier
    return {name: p.lr_mult for name, p in named_parameters(net).items()}


def set_discriminative_lr(
    net: gluon.Block, factor: float = 2.6
) -> dict[str, float]:
    r"""Lets each layer learn more slowly than the one after it.

    With the learning rate :math:`\eta` for the last of :math:`L` layers with
    parameters, layer :math:`l` has

    .. math::

        \eta_l = \eta / f^{L - l}.

    Parameters
    ----------
    net : gluon.Block
        A network whose children are its layers, such as an
        ``HybridSequential``.
    factor : float
        :math:`f`, greater than 0; 1 is one rate for all.

    Returns
    -------
    dict of str to float
        The multiplier of each parameter of the network.

    Raises
    ------
    ValueError
        If ``factor`` is no number above 0, or no layer has parameters.

    Source: Howard and Ruder (2018), section 3.2.
    """
    positive("factor", factor)
    groups = [
        found
        for layer in children(net)
        if (found := list(named_parameters(layer).values()))
    ]
    if not groups:
        raise ValueError(f"{type(net).__name__} has no layers to tell apart")
    for depth, group in enumerate(reversed(groups)):
        for parameter in group:
            parameter.lr_mult = float(factor) ** -depth
    return {name: p.lr_mult for name, p in named_parameters(net).items()}


def transfer_weights(
    source: gluon.Block,
    target: gluon.Block,
    select: str | Sequence[str] = "*",
) -> list[str]:
    """Copies weights and running statistics to another network.

    Parameters
    ----------
    source : gluon.Block
        The network that has learned.
    target : gluon.Block
        An initialized network with the same names and shapes where it
        matters, on any context.
    select : str or sequence of str
        Which parameters of ``source``; by default all. Leave out the last
        layer where the classes are others.

    Returns
    -------
    list of str
        The names of what was copied.

    Raises
    ------
    ValueError
        If a pattern matches nothing, a network is not initialized, or what
        is chosen has no place in ``target``; nothing is copied then.
    """
    chosen, places = _selected(source, select), named_parameters(target)
    for name, parameter in chosen.items():
        if name not in places:
            raise ValueError(
                f"the networks do not fit: the target has no {name}; choose "
                "what to copy with select"
            )
        for which, each in (("source", parameter), ("target", places[name])):
            _require_initialized(which, name, each)
        ours, theirs = places[name].shape, parameter.shape
        if not _fits(theirs, ours):
            raise ValueError(
                f"the networks do not fit: {name} has shape {theirs} in the "
                f"source and {ours} in the target; choose what to copy with "
                "select"
            )
    for name, parameter in chosen.items():
        places[name].set_data(parameter.data())
    return list(chosen)


def _fits(given: Sequence[int], place: Sequence[int] | None) -> bool:
    """Whether shapes are one; the place may have sizes that are not known."""
    return place is None or (
        len(given) == len(place)
        and all(
            there in (-1, 0, size)
            for size, there in zip(given, place, strict=True)
        )
    )


def _require_initialized(
    which: str, name: str, parameter: gluon.Parameter
) -> None:
    try:
        parameter.list_ctx()
        if which == "source":
            parameter.data()
    except RuntimeError:
        raise ValueError(
            f"the {which} is not initialized ({name}): call "
            "net.initialize(init.Xavier(), ctx=d2l_ext.context()), and let "
            "the source compute once"
        ) from None


def extract_features(
    body: gluon.Block,
    data_iter: Batches,
    batch_size: int | None = None,
    shuffle: bool = True,
) -> MiniBatches:
    """Returns data whose examples are what a network makes of others.

    A network that does not learn computes the same for an example in each
    epoch: so it need compute only once, in prediction mode, and what is
    trained on its outputs is a small network.

    Parameters
    ----------
    body : gluon.Block
        An initialized network, from (m, ...) to features (m, ...).
    data_iter : iterable of (X, y)
        Mini-batches on the context of the network.
    batch_size : int, optional
        That of the new mini-batches; by default that of the first one.
    shuffle : bool
        Whether they are shuffled.

    Returns
    -------
    MiniBatches
        The features and their labels, on the same context.

    Raises
    ------
    ValueError
        If there are no data, or the network is not initialized where they
        are.
    """
    features, labels = [], []
    for X, y in data_iter:
        check_initialized(body, X)
        with autograd.predict_mode():
            features.append(body(X))
        labels.append(y)
    if not labels:
        raise ValueError("the data are empty: no mini-batch")
    return MiniBatches(
        np.concatenate(features),  # (m, ...) each -> (n, ...)
        np.concatenate(labels),
        batch_size or len(labels[0]),
        shuffle,
        labels[0].ctx,
    )
