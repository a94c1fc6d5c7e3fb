"""Sphinx extension: the figure on the book's first page.

The directive ``race-of-rates`` draws four optimizers that run at seven
learning rates. It trains nothing, so that it can be made with the page.
"""

from __future__ import annotations

import warnings
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

RATES = (0.003, 0.01, 0.03, 0.05, 0.1, 0.3, 1.0)
#: Of the static picture; the figure starts with the first.
PICTURED = (0.03, 1.0)
NUM_STEPS = 120
EVERY = 4
#: An optimizer has arrived when it stays this close to the minimum.
CLOSE = 0.1


def figure() -> Any:
    """Returns the figure, as ``d2l_ext.plotting.interactive`` makes it."""
    # Imported here: what uses MXNet is slow to load.
    from d2l_ext import landscapes, plotting
    from d2l_ext.landscapes import ILL_CONDITIONED
    from d2l_ext.optimizers import SGD, AdaGrad, Adam, Momentum
    from d2l_ext.training import DivergenceWarning

    rules = {
        "SGD": SGD,
        "Momentum": Momentum,
        "AdaGrad": AdaGrad,
        "Adam": Adam,
    }
    races = {}
    with warnings.catch_warnings():
        # At a large rate SGD diverges, and that is to be seen.
        warnings.simplefilter("ignore", DivergenceWarning)
        for lr in RATES:
            entrants = {name: rule(lr=lr) for name, rule in rules.items()}
            races[lr] = landscapes.race(ILL_CONDITIONED, entrants, NUM_STEPS)
    arrivals = {
        lr: arrived(paths, ILL_CONDITIONED.minimum)
        for lr, paths in races.items()
    }

    def title(lr: float, step: int) -> str:
        there = sorted(
            (when, name) for name, when in arrivals[lr].items() if when <= step
        )
        names = ", ".join(f"{name} (step {when})" for when, name in there)
        return f"Learning rate {lr:g}. Arrived: {names or 'nobody yet'}"

    drawn, axes = plotting.subplots(2, height=3.2, sharey=True)
    for ax, lr in zip(axes, PICTURED, strict=True):
        landscapes.plot_paths(
            ILL_CONDITIONED, races[lr], ax=ax, title=f"learning rate {lr:g}"
        )
    return landscapes.interactive_rates(
        drawn,
        ILL_CONDITIONED,
        races,
        start=RATES.index(PICTURED[0]),
        every=EVERY,
        title=title,
        alt="Paths of SGD, Momentum, AdaGrad and Adam from one start into a "
        "narrow bowl. At a learning rate of 0.03 Momentum is the first at "
        "the minimum; at 1 AdaGrad is, and SGD leaves the picture.",
        caption="Which optimizer is the fastest? Choose a learning rate and "
        "press Play, then choose another one.",
    )


def arrived(paths: Any, minimum: Any) -> dict[str, int]:
    """Returns the step from which a path stays at the minimum, by its name.

    A path that has not arrived at its end is not in it.
    """
    found = {}
    for name, path in paths.items():
        away = ((path - minimum) ** 2).sum(axis=1) ** 0.5 > CLOSE
        if not away[-1]:
            found[name] = max((k + 1 for k, far in enumerate(away) if far))
    return found


class RaceDirective(SphinxDirective):
    """The directive."""

    def run(self) -> list[nodes.Node]:
        """Returns the figure as it stands in a chapter."""
        text = figure()._repr_mimebundle_()["text/html"]
        return [nodes.raw("", text, format="html")]


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_directive("race-of-rates", RaceDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
