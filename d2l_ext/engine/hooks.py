"""Watches the layers of a network while it computes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from d2l_ext.engine.internals import is_compiled, set_compiled

from mxnet import gluon, np

Hook = Callable[..., Any]


def blocks(net: gluon.Block) -> list[gluon.Block]:
    """Returns ``net`` and all blocks inside it, children first."""
    found: list[gluon.Block] = []
    net.apply(found.append)
    return found


@contextlib.contextmanager
def eager(net: gluon.Block) -> Iterator[None]:
    """Runs ``net`` layer by layer: hooks do not run in a hybridized graph."""
    compiled = [block for block in blocks(net) if is_compiled(block)]
    for block in compiled:
        set_compiled(block, False)
    try:
        yield
    finally:
        for block in compiled:
            set_compiled(block, True)


@contextlib.contextmanager
def watched(
    net: gluon.Block,
    layers: Sequence[gluon.Block],
    *,
    before: Hook | None = None,
    after: Hook | None = None,
) -> Iterator[None]:
    """Calls hooks around each of ``layers`` for as long as it is entered.

    Parameters
    ----------
    net : gluon.Block
        The network that holds the layers.
    layers : sequence of gluon.Block
        The layers to watch.
    before : callable, optional
        Called as ``before(layer, inputs)`` with the tuple of its inputs.
    after : callable, optional
        Called as ``after(layer, inputs, output)``.
    """
    with eager(net), contextlib.ExitStack() as stack:
        for layer in layers:
            if before is not None:
                handle = layer.register_forward_pre_hook(before)
                stack.callback(handle.detach)
            if after is not None:
                handle = layer.register_forward_hook(after)
                stack.callback(handle.detach)
        yield


@contextlib.contextmanager
def probed(
    net: gluon.Block, layers: Sequence[gluon.Block]
) -> Iterator[list[tuple[gluon.Block, np.ndarray, np.ndarray]]]:
    """Adds a zero to each layer's output, with a gradient of its own.

    MXNet differentiates by variables only, and the output of a layer is none.
    The derivative by the zero that is added to it is the same one.

    Yields
    ------
    list of (layer, output, probe)
        One for each call of a layer, in order; after ``backward()``,
        ``probe.grad`` is the derivative by the output, of the same shape.
    """
    calls: list[tuple[gluon.Block, np.ndarray, np.ndarray]] = []

    def with_probe(layer: gluon.Block, forward: Hook) -> Hook:
        def forward_with_probe(*inputs: np.ndarray) -> np.ndarray:
            output = forward(*inputs)
            probe = np.zeros_like(output)
            probe.attach_grad()
            calls.append((layer, output, probe))
            return output + probe

        return forward_with_probe

    with eager(net), contextlib.ExitStack() as stack:
        for layer in dict.fromkeys(layers):
            layer.forward = with_probe(layer, layer.forward)
            stack.callback(vars(layer).pop, "forward")
        yield calls
