"""An experiment as data: what is compared, over which rates and seeds.

A comparison is fair if both sides get the same care. A :class:`Study` gives
it: all sides train from the same seeds on the same batches for as long, each
at the learning rate that is best for it, chosen without the test images.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from d2l_ext.data import MiniBatches
from d2l_ext.evidence.trial import Trial, epochs, seeds, trial
from d2l_ext.training import evaluate
from d2l_ext.training.progress import progress_bar
from d2l_ext.validate import positive, whole_number

import numpy as onp
from mxnet import gluon

if TYPE_CHECKING:
    import pandas as pd

Data = tuple[MiniBatches, MiniBatches]

#: How a rate is chosen: the lowest of these numbers wins.
CHOICES = ("train_loss", "valid_loss")
#: How often a grid is widened at the edge at which its best rate lies.
MAX_WIDENED = 4


class Side:
    """One side of a comparison: a network and how it is trained.

    Parameters
    ----------
    make_net : callable
        Returns a new network.
    options
        Passed to ``trial``, and so to :func:`d2l_ext.fit`: what this side
        does otherwise than the others. ``rates`` replaces the rates of the
        study, and ``data`` its data.
    """

    def __init__(
        self, make_net: Callable[[], gluon.Block], **options: Any
    ) -> None:
        if not callable(make_net):
            raise ValueError(
                "a side begins with a function that returns a new network, "
                f"such as lambda: lenet(), not {make_net!r}"
            )
        self.make_net = make_net
        self.rates = options.pop("rates", None)
        self.data = options.pop("data", None)
        self.options = options


@dataclass(frozen=True)
class Run:
    """One training run of a study.

    Attributes
    ----------
    side : str
    seed : int
    rate : float
        The learning rate.
    trial : Trial
        The network, its history and its test accuracy.
    numbers : dict of str to float
        ``train_loss``, ``test_acc``, ``valid_loss`` where that chooses the
        rate, and what the study measures besides.
    chosen : bool
        Whether the rate is the best one of this side and seed.
    """

    side: str
    seed: int
    rate: float
    trial: Trial
    numbers: dict[str, float]
    chosen: bool = False


@dataclass
class Results:
    """What a study found.

    Attributes
    ----------
    runs : list of Run
        All of them, in the order of sides, seeds and rates.
    """

    runs: list[Run] = field(default_factory=list)

    @property
    def table(self) -> pd.DataFrame:
        """One row a run: side, seed, rate, chosen and each number."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "side": run.side,
                    "seed": run.seed,
                    "rate": run.rate,
                    "chosen": run.chosen,
                    **run.numbers,
                }
                for run in self.runs
            ]
        )

    def best(self, side: str) -> list[Run]:
        """Returns the runs of a side at its best rates, one a seed.

        Raises
        ------
        KeyError
            If there is no such side.
        """
        found = [run for run in self.runs if run.side == side and run.chosen]
        if not found:
            sides = ", ".join(dict.fromkeys(run.side for run in self.runs))
            raise KeyError(f"no side {side!r}; there are: {sides}")
        return found

    def values(self, side: str, number: str = "test_acc") -> onp.ndarray:
        """Returns a number of a side at its best rates, shape (seeds,)."""
        return onp.array([run.numbers[number] for run in self.best(side)])

    def by_rate(self, side: str, number: str = "test_acc") -> onp.ndarray:
        """Returns a number of a side at each rate, shape (seeds, rates).

        Only where no rate is chosen, so that all seeds have the same ones.
        """
        self.best(side)  # refuses an unknown side
        rows: dict[int, list[float]] = {}
        for run in self.runs:
            if run.side == side:
                rows.setdefault(run.seed, []).append(run.numbers[number])
        return onp.array(list(rows.values()))

    def rates(self, side: str) -> list[float]:
        """Returns the best rate of a side for each seed."""
        return [run.rate for run in self.best(side)]

    def curves(self, side: str, name: str = "test_acc") -> onp.ndarray:
        """Returns a list of the histories, shape (seeds, epochs).

        A run that diverged keeps its last value; ``NaN`` if it had none.
        """
        found = [getattr(r.trial.history, name) for r in self.best(side)]
        length = max(map(len, found))
        padded = [[*c, *[c[-1] if c else math.nan] * length] for c in found]
        return onp.array([c[:length] for c in padded])


class Study:
    """Sides that are compared over learning rates and seeds.

    Parameters
    ----------
    sides : mapping of str to Side or callable
        What is compared, by name; a function alone makes the network.
    data : (train_iter, test_iter) or callable
        The data of all sides; or a function of the seed that returns them, so
        that the split varies with the seed.
    rates : float or sequence of float
        The learning rate; or those to choose from, in ascending order, for
        each side and seed by itself.
    num_epochs : int
        How long each side trains; ten times as long with
        ``D2L_EXT_BUDGET=long``.
    num_seeds : int
        How many seeds; see ``seeds``.
    choose : str or None
        What chooses a rate: ``"train_loss"``, the mean loss of the last
        epoch; ``"valid_loss"``, that on a fifth of the training images, which
        is held out. None if the rates are what is studied: all are kept then,
        and none is better.
    curves : bool
        Whether the histories have a test accuracy for each epoch.
    measure : mapping of str to callable, optional
        Further numbers of a run: functions of its ``Trial``.
    options
        Options of ``trial`` that all sides share.

    Raises
    ------
    ValueError
        If there is no side, or ``rates``, ``num_epochs``, ``num_seeds`` or
        ``choose`` is none.
    """

    def __init__(
        self,
        sides: Mapping[str, Side | Callable[[], gluon.Block]],
        data: Data | Callable[[int], Data],
        *,
        rates: float | Sequence[float],
        num_epochs: int,
        num_seeds: int = 1,
        choose: str | None = "train_loss",
        curves: bool = False,
        measure: Mapping[str, Callable[[Trial], float]] | None = None,
        **options: Any,
    ) -> None:
        if not sides:
            raise ValueError("a study needs at least one side")
        if choose not in (*CHOICES, None):
            raise ValueError(
                f"choose={choose!r} chooses no rate; use one of: "
                + ", ".join(map(repr, (*CHOICES, None)))
            )
        self._sides = {
            name: side if isinstance(side, Side) else Side(side)
            for name, side in sides.items()
        }
        self._data = data
        self._rates = _checked(rates)
        for side in self._sides.values():
            if side.rates is not None:
                side.rates = _checked(side.rates)
        self._num_epochs = epochs(whole_number("num_epochs", num_epochs))
        self._num_seeds = whole_number("num_seeds", num_seeds)
        self._choose = choose
        self._options = {"curves": curves, **options}
        self._measure = dict(measure or {})

    def run(self, progress: bool | None = None) -> Results:
        """Trains all sides at all rates from all seeds.

        Parameters
        ----------
        progress : bool, optional
            Whether to show a progress bar; by default unless ``CI`` is set.

        Raises
        ------
        ValueError
            If the best rate of a side is at the edge of its grid, and still
            there after the grid was widened :data:`MAX_WIDENED` times.
        """
        results = Results()
        all_seeds = seeds(self._num_seeds)
        total = len(all_seeds) * sum(
            len(side.rates or self._rates) for side in self._sides.values()
        )
        with progress_bar(total, "run", progress) as bar:
            for name, side in self._sides.items():
                for seed in all_seeds:
                    results.runs += self._best_of(name, side, seed, bar)
        return results

    def _best_of(
        self, name: str, side: Side, seed: int, bar: Any
    ) -> Iterator[Run]:
        """Returns the runs of a side and a seed, the best one marked."""
        data = side.data or self._data
        train_iter, test_iter = data(seed) if callable(data) else data
        valid_iter = None
        if self._choose == "valid_loss":
            train_iter, valid_iter = train_iter.split()
        rates = list(side.rates or self._rates)
        runs: dict[float, Run] = {}
        tuned = self._choose is not None and len(rates) > 1
        for widened in range(MAX_WIDENED + 1):
            for rate in rates:
                if rate not in runs:
                    batches = train_iter, test_iter, valid_iter
                    runs[rate] = self._run(name, side, seed, rate, *batches)
                    bar.update()
            if not tuned:
                break
            best = min(rates, key=lambda rate: self._score(runs[rate]))
            rates = _widened(rates, best)
            if len(rates) == len(runs):
                break
            if widened == MAX_WIDENED:
                raise ValueError(
                    f"the best learning rate of {name!r}, {best:g}, is at "
                    f"the edge of {', '.join(f'{r:g}' for r in sorted(runs))}"
                    "; give other rates"
                )
        for rate in rates:
            run = runs[rate]
            yield Run(
                run.side,
                run.seed,
                run.rate,
                run.trial,
                run.numbers,
                chosen=not tuned or rate == best,
            )

    def _run(
        self,
        name: str,
        side: Side,
        seed: int,
        rate: float,
        train_iter: MiniBatches,
        test_iter: MiniBatches,
        valid_iter: MiniBatches | None,
    ) -> Run:
        done = trial(
            side.make_net,
            train_iter,
            test_iter,
            seed=seed,
            lr=rate,
            num_epochs=self._num_epochs,
            progress=False,
            **self._options | side.options,
        )
        numbers = {"train_loss": done.train_loss, "test_acc": done.test_acc}
        if valid_iter is not None:
            loss = evaluate(done.net, valid_iter)[0]
            numbers["valid_loss"] = loss if math.isfinite(loss) else math.inf
        for number, function in self._measure.items():
            numbers[number] = float(function(done))
        return Run(name, seed, rate, done, numbers)

    def _score(self, run: Run) -> float:
        return run.numbers[str(self._choose)]


def _checked(rates: float | Sequence[float]) -> list[float]:
    found = onp.atleast_1d(onp.asarray(rates, dtype=float))  # (k,)
    for rate in found:
        positive("a learning rate", float(rate))
    if not len(found) or (onp.diff(found) <= 0).any():
        raise ValueError(
            f"rates are one or more numbers in ascending order, not {rates}"
        )
    return found.tolist()


def _widened(rates: list[float], best: float) -> list[float]:
    """Returns the rates, and one beyond an edge at which the best one is."""
    if best == rates[-1]:
        return [*rates, rates[-1] * rates[-1] / rates[-2]]
    if best == rates[0]:
        return [rates[0] * rates[0] / rates[1], *rates]
    return rates
