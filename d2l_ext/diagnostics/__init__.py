"""What happens inside a network: statistics of its layers, its gradients."""

from d2l_ext.diagnostics.costs import layer_costs
from d2l_ext.diagnostics.gradients import GradientCheck, gradient_check
from d2l_ext.diagnostics.layers import dead_units, layer_statistics

__all__ = [
    "GradientCheck",
    "dead_units",
    "gradient_check",
    "layer_costs",
    "layer_statistics",
]
