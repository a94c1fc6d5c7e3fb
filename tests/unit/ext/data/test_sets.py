"""The data set of the scale that is set, and every one by its name."""

from __future__ import annotations

from d2l_ext import load_digits, load_fashion_mnist, load_images
from d2l_ext.data.sets import SETS

import pytest


def test_every_set_is_to_be_had_by_its_name():
    assert {
        "digits": load_digits,
        "fashion-mnist": load_fashion_mnist,
    } == SETS


@pytest.mark.parametrize(
    ("scale", "name"), [("quick", "digits"), ("full", "fashion-mnist")]
)
def test_images_are_those_of_the_scale(
    monkeypatch, with_settings, scale, name
):
    with_settings(scale=scale)
    for one in SETS:
        monkeypatch.setitem(SETS, one, lambda one=one, **o: (one, o))
    options = {"quick": {"size": 8}, "full": {"resize": 96}}
    assert load_images(**options) == (name, options[scale])
