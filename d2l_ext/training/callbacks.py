"""What happens during training besides training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from d2l_ext.engine.internals import named_parameters
from d2l_ext.training.history import History
from d2l_ext.validate import whole_number

from mxnet import gluon, np

if TYPE_CHECKING:
    import pandas as pd


class Callback:
    """What happens besides training; override what you need."""

    def on_step(self, step: int, net: gluon.Block) -> None:
        """Called after each update of the weights; ``step`` from 1."""

    def on_epoch(self, epoch: int, net: gluon.Block, history: History) -> None:
        """Called after each epoch and its evaluation; ``epoch`` from 1."""


class UpdateRatio(Callback):
    r"""Records how large updates are against the weights.

    For each weight matrix, and each stack of filters, the ratio of norms

    .. math::

        \frac{\lVert w_t - w_{t - 1} \rVert}{\lVert w_{t - 1} \rVert}.

    About 0.001 is a healthy learning rate's, by a rule of thumb. Biases,
    scales and shifts are left out: they start at zero or one.

    Parameters
    ----------
    every : int
        Records each ``every``-th step, except the first, before which nobody
        has seen the weights.

    Attributes
    ----------
    steps : list of int
        The numbers of the steps recorded.

    Raises
    ------
    ValueError
        If ``every`` is not a whole number from 1.

    Source: Karpathy, Johnson and Fei-Fei, CS231n course notes (2016),
    "Babysitting the learning process".
    """

    def __init__(self, every: int = 1) -> None:
        self.every = whole_number("every", every)
        self.steps: list[int] = []
        self._before: dict[str, np.ndarray] = {}
        self._ratios: list[dict[str, np.ndarray]] = []

    def on_step(self, step: int, net: gluon.Block) -> None:
        """Compares the weights with those of the step before."""
        records = step % self.every == 0
        if not records and (step + 1) % self.every:
            return
        weights = {
            name: parameter.data()
            for name, parameter in named_parameters(net).items()
            if parameter.grad_req != "null" and len(parameter.shape) > 1
        }
        if records and self._before:
            self.steps.append(step)
            self._ratios.append(
                {
                    # Stays on the device: a number would wait for the step.
                    name: _norm(weight - self._before[name])
                    / _norm(self._before[name])
                    for name, weight in weights.items()
                }
            )
        self._before = {name: w.copy() for name, w in weights.items()}

    def to_frame(self) -> pd.DataFrame:
        """Returns the ratios, a row a step and a column a weight."""
        import pandas as pd

        rows = [
            {name: float(ratio) for name, ratio in ratios.items()}
            for ratios in self._ratios
        ]
        return pd.DataFrame(rows, index=pd.Index(self.steps, name="step"))


def _norm(x: np.ndarray) -> np.ndarray:
    return np.sqrt(np.square(x).sum())
