"""What the layers of a network cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from d2l_ext.engine.hooks import blocks, watched
from d2l_ext.training.checks import check_initialized

from mxnet import autograd, gluon, np
from mxnet.gluon import nn

if TYPE_CHECKING:
    import pandas as pd

#: The layers that are counted: all with a weight for each input they see.
COUNTED = (nn.Conv1D, nn.Conv2D, nn.Conv3D, nn.Dense)


def layer_costs(net: gluon.Block, *inputs: np.ndarray) -> pd.DataFrame:
    """Returns parameters and multiply-adds of convolutions and dense layers.

    A number of the output costs as many multiply-adds as it has weights; of
    a grouped convolution those of its group. Biases, norms, activations and
    pooling are left out, and so are recurrent layers.

    Parameters
    ----------
    net : gluon.Block
        An initialized network.
    inputs : np.ndarray
        What it is called with, (m, ...) each.

    Returns
    -------
    pandas.DataFrame
        A row a call of a layer, in their order, with ``layer`` (its class),
        ``shape`` (of its output, without m), ``parameters`` (0 where they
        were counted before: the layer is shared) and ``multiply_adds`` (for
        one example).

    Raises
    ------
    ValueError
        If ``net`` has no such layer, or is not initialized on the context of
        the input.
    """
    import pandas as pd

    layers = [
        block
        for block in dict.fromkeys(blocks(net))
        if isinstance(block, COUNTED)
    ]
    if not layers:
        raise ValueError(
            f"{type(net).__name__} has no convolution and no dense layer"
        )
    check_initialized(net, inputs[0])
    rows: list[dict[str, object]] = []
    counted: set[gluon.Parameter] = set()

    def note(layer: gluon.Block, _: object, output: np.ndarray) -> None:
        new = set(layer.collect_params().values()) - counted
        counted.update(new)
        of_output = layer.weight.data(output.ctx)[0].size
        rows.append(
            {
                "layer": type(layer).__name__,
                "shape": output.shape[1:],
                "parameters": sum(p.data(output.ctx).size for p in new),
                "multiply_adds": output[0].size * of_output,
            }
        )

    with watched(net, layers, after=note), autograd.predict_mode():
        net(*inputs)
    return pd.DataFrame(rows)
