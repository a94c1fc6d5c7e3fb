"""How many inputs and outputs a weight has."""

from __future__ import annotations

import math

Shape = tuple[int, ...]


def fans(shape: Shape) -> tuple[int, int]:
    """Returns fan-in and fan-out of a weight.

    Parameters
    ----------
    shape : tuple of int
        (units, in_units) of a dense layer, or (channels, in_channels, kh, kw)
        of a convolution, with any number of kernel dimensions.

    Returns
    -------
    fan_in, fan_out : int
        For a convolution in_channels * kh * kw and channels * kh * kw. A
        strided convolution has fewer outputs for each input; as everywhere in
        the field that is not counted.

    Raises
    ------
    ValueError
        If the weight has fewer than two dimensions.
    """
    if len(shape) < 2:
        raise ValueError(
            "fan-in and fan-out need a weight of two or more dimensions "
            f"(units, in_units, ...), not one of shape {shape}"
        )
    kernel_size = math.prod(shape[2:])
    return shape[1] * kernel_size, shape[0] * kernel_size
