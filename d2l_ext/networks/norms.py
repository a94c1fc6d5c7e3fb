"""A layer with its activation and, before or after it, a normalization."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from d2l_ext.layers import BatchNorm, make_activation

from mxnet import gluon
from mxnet.gluon import nn

#: What ``norm=`` takes: a name, or a function that returns a new block.
Norm = str | Callable[[], gluon.Block] | None


NORMS: dict[str, Callable[[], gluon.Block]] = {
    "batch": nn.BatchNorm,
    "scratch": BatchNorm,
}


POSITIONS = ("before", "after")


def _norm_block(norm: Norm) -> gluon.Block | None:
    if norm is None:
        return None
    if callable(norm):
        return norm()
    if norm not in NORMS:
        raise ValueError(
            f"norm={norm!r} is not known; use None, a function that returns "
            "a block, or one of: " + ", ".join(NORMS)
        )
    return NORMS[norm]()


def activated(
    layer: gluon.Block, activation: str, norm: Norm, position: str
) -> list[gluon.Block]:
    """Returns the layer, its activation and, before or after it, the norm."""
    if position not in POSITIONS:
        raise ValueError(
            f"norm_position={position!r} is not known; use one of: "
            + ", ".join(POSITIONS)
        )
    normalization, function = _norm_block(norm), make_activation(activation)
    if normalization is None:
        return [layer, function]
    if position == "before":
        return [layer, normalization, function]
    return [layer, function, normalization]


def sequential(blocks: Sequence[gluon.Block]) -> gluon.Block:
    """Chains blocks, hybridizable if all of them are."""
    hybrid = all(isinstance(block, gluon.HybridBlock) for block in blocks)
    net = nn.HybridSequential() if hybrid else nn.Sequential()
    net.add(*blocks)
    return net
