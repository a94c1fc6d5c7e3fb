"""The networks of the book, one paper a module."""

from d2l_ext.networks.densenet import densenet, small_densenet
from d2l_ext.networks.googlenet import small_googlenet
from d2l_ext.networks.lenet import lenet
from d2l_ext.networks.mlp import dropout_mlp, mlp
from d2l_ext.networks.mobilenet import small_mobilenet
from d2l_ext.networks.registry import NETWORKS, get_network
from d2l_ext.networks.resnet import num_weight_layers, resnet18, small_resnet
from d2l_ext.networks.separable import separable_stack
from d2l_ext.networks.xception import small_xception

__all__ = [
    "NETWORKS",
    "densenet",
    "dropout_mlp",
    "get_network",
    "lenet",
    "mlp",
    "num_weight_layers",
    "resnet18",
    "separable_stack",
    "small_densenet",
    "small_googlenet",
    "small_mobilenet",
    "small_resnet",
    "small_xception",
]
