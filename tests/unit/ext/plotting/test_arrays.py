"""Arrays as grids of squares."""

from __future__ import annotations

from d2l_ext.plotting import plot_entries

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgba


def colored(ax: plt.Axes) -> list[tuple[float, float]]:
    """Returns the lower left corners of the squares in color."""
    (collection,) = ax.collections
    grey = to_rgba("#e3e3e3")
    return [
        tuple(path.vertices[0])
        for path, color in zip(
            collection.get_paths(), collection.get_facecolor(), strict=True
        )
        if tuple(color) != grey
    ]


@pytest.fixture(autouse=True)
def close() -> object:
    yield
    plt.close("all")


def test_a_column_of_a_matrix_is_one_feature() -> None:
    mask = np.zeros((3, 2), dtype=bool)
    mask[:, 1] = True
    (ax,) = plot_entries({"a matrix": mask})
    assert [x for x, _ in colored(ax)] == [1.1] * 3
    assert ax.get_title() == "a matrix"
    assert ax.get_xlabel() == "2 features"
    assert ax.get_ylabel() == "3 examples"


def test_a_channel_is_a_grid_in_each_example() -> None:
    mask = np.zeros((2, 3, 4, 5), dtype=bool)
    mask[:, 2] = True
    first, second = plot_entries({"one": mask, "all": np.ones((1, 1, 2, 2))})
    assert len(colored(first)) == 2 * 4 * 5
    assert min(x for x, _ in colored(first)) == pytest.approx(2 * 5.6)
    assert first.get_xlabel() == "3 channels"
    assert len(colored(second)) == 4
    first.figure.canvas.draw()


@pytest.mark.parametrize(
    ("masks", "says"),
    [
        ({}, "at least one"),
        ({"cube": np.ones((2, 2, 2))}, "'cube' has 3 axes"),
    ],
)
def test_what_is_no_array_of_examples_is_refused(
    masks: dict, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        plot_entries(masks)
