"""Gluon blocks written from scratch, one family a module."""

from d2l_ext.layers.activation_blocks import (
    ELU,
    GELU,
    SELU,
    LeakyReLU,
    Maxout,
    PReLU,
    SiLU,
    make_activation,
)
from d2l_ext.layers.activations import ACTIVATIONS, Activation
from d2l_ext.layers.dense import DenseBlock, TransitionBlock
from d2l_ext.layers.dropout import (
    Dropout,
    SpatialDropout,
    VanillaDropout,
    dropout_mask,
    inverted_dropout,
)
from d2l_ext.layers.example_norm import (
    group_norm,
    instance_norm,
    layer_norm,
    standardize,
)
from d2l_ext.layers.example_norm_blocks import (
    GroupNorm,
    InstanceNorm,
    LayerNorm,
)
from d2l_ext.layers.graphs import MultiInput, MultiOutput, WeightedLoss
from d2l_ext.layers.inception import InceptionBlock
from d2l_ext.layers.norm import BatchNorm, batch_norm, population_statistics
from d2l_ext.layers.recurrent import SequenceEncoder
from d2l_ext.layers.residual import DenseResidual, Residual, zero_residual
from d2l_ext.layers.residual_blocks import (
    BasicBlock,
    BottleneckBlock,
    PreActivationBlock,
)
from d2l_ext.layers.separable import (
    DepthwiseConv2D,
    MobileNetBlock,
    SeparableConv2D,
    XceptionBlock,
)

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "BasicBlock",
    "BatchNorm",
    "BottleneckBlock",
    "DenseBlock",
    "DenseResidual",
    "DepthwiseConv2D",
    "Dropout",
    "GroupNorm",
    "InceptionBlock",
    "InstanceNorm",
    "LayerNorm",
    "LeakyReLU",
    "Maxout",
    "MobileNetBlock",
    "MultiInput",
    "MultiOutput",
    "PReLU",
    "PreActivationBlock",
    "Residual",
    "SeparableConv2D",
    "SequenceEncoder",
    "SiLU",
    "SpatialDropout",
    "TransitionBlock",
    "VanillaDropout",
    "WeightedLoss",
    "XceptionBlock",
    "batch_norm",
    "dropout_mask",
    "group_norm",
    "instance_norm",
    "inverted_dropout",
    "layer_norm",
    "make_activation",
    "population_statistics",
    "standardize",
    "zero_residual",
]
