"""Where small networks begin."""

from d2l_ext.networks.stems import small_stem

from measuring import initialized, maps, sizes


def test_it_keeps_height_and_width():
    X = maps(channels=2, size=5)
    net = initialized(small_stem(6), X)
    assert net(X).shape == (2, 6, 5, 5)
    assert sizes(net) == 9 * 2 * 6 + 2 * 6
    assert (net(X) >= 0).all()
