"""What the tests of layers and networks measure of a network."""

import numpy as onp
from mxnet import init, np


def initialized(net, X):
    """Returns the network with its parameters drawn and their shapes known."""
    net.initialize(init.Xavier(), ctx=X.ctx)
    net(X)
    return net


def sizes(net):
    """Returns how many numbers are learned."""
    return sum(
        int(onp.prod(parameter.shape))
        for parameter in net.collect_params().values()
        if parameter.grad_req != "null"
    )


def shapes(net, X):
    """Returns the shape of each child's output, examples left out."""
    result = []
    for layer in net:
        X = layer(X)
        result.append(X.shape[1:])
    return result


def maps(m=2, channels=8, size=6, ctx=None):
    """Returns random feature maps (m, channels, size, size)."""
    return np.random.normal(size=(m, channels, size, size), ctx=ctx)
