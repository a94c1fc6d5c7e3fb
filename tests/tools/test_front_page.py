"""The figure on the first page."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
from sphinx.application import Sphinx

from tools import front_page

# Sphinx reads its theme's templates with warnings of its own.
pytestmark = pytest.mark.filterwarnings("default")


def test_each_rate_is_a_race_and_the_title_says_who_arrived():
    data = front_page.figure().data
    rates, steps = data["controls"]
    assert rates["values"] == list(front_page.RATES)
    last = len(steps["values"]) - 1
    assert steps["start"] == last
    assert len(data["frames"]) == len(rates["values"]) * (last + 1)
    winners = {
        re.search(r"Arrived: (\w+)", data["titles"][f"{i},{last}"]).group(1)
        for i in range(len(rates["values"]))
    }
    # The point of the figure: who wins depends on the rate.
    assert {"Momentum", "Adam", "AdaGrad"} <= winners
    assert data["titles"]["0,0"].endswith("Arrived: nobody yet")


def test_the_pictured_rates_show_what_the_alt_text_says():
    data = front_page.figure().data
    rates, steps = data["controls"]
    last = len(steps["values"]) - 1
    first, second = (
        data["titles"][f"{rates['values'].index(lr)},{last}"]
        for lr in front_page.PICTURED
    )
    assert "Arrived: Momentum" in first
    assert "Arrived: AdaGrad" in second
    assert "SGD" not in second


def test_a_path_has_arrived_where_it_stays():
    near, far = [0.05, 0.0], [3.0, 0.0]
    paths = {
        "stays": np.array([far, far, near, near]),
        "returns": np.array([far, near, far, near]),
        "never": np.array([far, near, near, far]),
    }
    assert front_page.arrived(paths, (0.0, 0.0)) == {"stays": 2, "returns": 3}


def test_the_directive_puts_the_figure_on_a_page(tmp_path):
    (tmp_path / "conf.py").write_text('extensions = ["tools.front_page"]\n')
    (tmp_path / "index.rst").write_text("Index\n=====\n\n.. race-of-rates::\n")
    warnings, out = io.StringIO(), tmp_path / "out"
    Sphinx(
        *(tmp_path, tmp_path, out, tmp_path / "trees", "html"),
        status=None,
        warning=warnings,
    ).build()
    html = (out / "index.html").read_text(encoding="utf-8")
    assert 'class="d2l-figure" data-kind="frames"' in html
    assert "race" not in warnings.getvalue()
