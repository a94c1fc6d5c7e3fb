"""What happens inside a network: statistics of its layers, its gradients."""

from d2l_ext.diagnostics.costs import layer_costs
from d2l_ext.diagnostics.examples import example_losses
from d2l_ext.diagnostics.gradients import GradientCheck, gradient_check
from d2l_ext.diagnostics.layers import dead_units, layer_statistics
from d2l_ext.diagnostics.range_test import RangeTest, lr_range_test

__all__ = [
    "GradientCheck",
    "RangeTest",
    "dead_units",
    "example_losses",
    "gradient_check",
    "layer_costs",
    "layer_statistics",
    "lr_range_test",
]
