"""How figures look: one color for one method."""

from __future__ import annotations

import os
import subprocess
import sys

from d2l_ext import plotting
from d2l_ext.plotting import (
    COLORS,
    PALETTE,
    color_of,
    plot_curves,
)

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

LABELS = {"xlabel": "step", "ylabel": "loss"}


def colors(ax):
    return {line.get_label(): to_hex(line.get_color()) for line in ax.lines}


def test_the_style_is_the_default():
    assert {key: plt.rcParams[key] for key in plotting.STYLE} == {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in plotting.STYLE.items()
    }


def test_the_colors_of_the_palette_differ():
    assert len(set(PALETTE)) == len(PALETTE) == 8


@pytest.mark.parametrize("label", COLORS)
def test_a_method_has_its_color_in_every_figure(label):
    alone = plot_curves({label: [1, 2]}, **LABELS)
    last = plot_curves({"other": [1], "another": [2], label: [3]}, **LABELS)
    assert colors(alone)[label] == colors(last)[label] == color_of(label, 5)
    assert color_of(label) == COLORS[label]


@given(
    labels=st.lists(
        st.sampled_from(["a", "b", "c", "no normalization", "whole data"]),
        min_size=1,
        unique=True,
    )
)
@settings(deadline=None, max_examples=20)
def test_no_two_curves_of_a_figure_share_a_color(labels):
    ax = plot_curves({label: [1, 2] for label in labels}, **LABELS)
    assert len(set(colors(ax).values())) == len(labels)
    plt.close(ax.figure)


def test_more_curves_than_colors_start_again():
    ax = plot_curves({str(i): [i, i] for i in range(10)}, **LABELS)
    assert list(colors(ax).values()) == [*PALETTE, *PALETTE[:2]]
    assert [color_of("x", i) for i in range(10)] == [*PALETTE, *PALETTE[:2]]


NOTEBOOK = """\
import sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance()
shell.run_cell("from d2l_ext import plotting")
callbacks = shell.events.callbacks["post_execute"]
print([callback.__name__ for callback in callbacks])
"""


def test_a_notebook_shows_its_first_figure_at_once():
    result = subprocess.run(
        [sys.executable, "-c", NOTEBOOK],
        env=dict(
            os.environ, MPLBACKEND="module://matplotlib_inline.backend_inline"
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "flush_figures" in result.stdout


def test_a_script_loads_no_backend_of_notebooks():
    code = "import sys; from d2l_ext import plotting; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=dict(os.environ, MPLBACKEND="agg"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "matplotlib_inline.backend_inline" not in result.stdout.split()
