r"""How weights are drawn before training.

Importing this module registers each initializer with MXNet, so that
``net.initialize(init='he')`` takes its name. Weights are drawn with mean zero;
biases and shifts start at zero and scales at one, as with MXNet's own.

With :math:`n_{in}` and :math:`n_{out}` (fan-in and fan-out) we count the
inputs of one output and the outputs of one input:

=================  ==========================================  =============
name               variance of a weight                        meant for
=================  ==========================================  =============
``small_normal``   :math:`0.01^2`                              comparison
``unit_normal``    :math:`1`                                   comparison
``glorot``         :math:`2 / (n_{in} + n_{out})`              tanh, sigmoid
``glorot_in``      :math:`1 / n_{in}`, which is LeCun's        tanh, SELU
``lecun``          :math:`1 / n_{in}`                          tanh, SELU
``he``             :math:`2 / n_{in}`                          ReLU
``orthonormal``    :math:`1 / \max(n_{in}, n_{out})`           deep, linear
=================  ==========================================  =============
"""

from d2l_ext.initializers.fans import fans
from d2l_ext.initializers.fixed import SmallNormal, UnitNormal
from d2l_ext.initializers.registry import INITIALIZERS, make_initializer
from d2l_ext.initializers.scaled import Glorot, He, LeCun, Orthonormal

__all__ = [
    "INITIALIZERS",
    "Glorot",
    "He",
    "LeCun",
    "Orthonormal",
    "SmallNormal",
    "UnitNormal",
    "fans",
    "make_initializer",
]
