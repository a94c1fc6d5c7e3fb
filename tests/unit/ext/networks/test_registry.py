"""Networks are to be had by their names."""

from __future__ import annotations

from d2l_ext.networks import (
    NETWORKS,
    get_network,
)

import pytest
from classic import images, initialized


@pytest.mark.parametrize("name", NETWORKS)
def test_each_network_is_to_be_had_by_its_name(name):
    first = {"mlp": [[5]], "small_resnet": [8]}.get(name, [])
    net = get_network(name, *first, num_classes=3)
    X = images(2, size=32)
    assert initialized(net, X)(X).shape == (2, 3)


def test_an_unknown_name_lists_those_that_are_known():
    message = "'resnet19' is not known.*densenet, dropout_mlp.*resnet18"
    with pytest.raises(ValueError, match=message):
        get_network("resnet19")
