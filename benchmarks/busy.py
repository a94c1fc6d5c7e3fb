"""How training shares the processors with other programs.

Each number of threads trains for a few seconds in a process of its own, with
nothing beside it, beside one busy program, and beside one for each core. The
settings take turns, so that a machine whose speed drifts favors none.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping

#: As many threads as the defaults of the package choose.
ALL = min(os.cpu_count() or 1, 4)
#: The variables of each setting; the first sets none.
SETTINGS: dict[str, dict[str, str]] = {"default": {}}
for _count in sorted({1, 2, 4, ALL}):
    SETTINGS[f"OMP_NUM_THREADS={_count}"] = {"OMP_NUM_THREADS": str(_count)}
# As OpenMP does by itself: whoever waits keeps its core for minutes.
SETTINGS["default, spinning"] = {"OMP_WAIT_POLICY": "ACTIVE"}
NETWORKS = {
    "LeNet + BN": "lenet_steps",
    "ResNet-20": "resnet20_steps",
    "ResNet-18 at 96×96": "resnet18_steps",
}
#: What the defaults have to reach, of the better of two settings that all do
#: without, or of the spinning one that was the default before.
BUSY_GOAL, QUIET_GOAL = 0.8, 0.95

Rates = Mapping[str, float]


@contextlib.contextmanager
def busy_programs(count: int) -> Iterator[None]:
    """Keeps as many cores busy as asked for."""
    programs = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def rates(
    side: str, count: int, rounds: int, run: Callable[..., float]
) -> dict[str, float]:
    """Returns the median examples a second of each setting.

    Parameters
    ----------
    side : str
        What trains, of those in ``sides.py``.
    count : int
        The number of busy programs beside it.
    rounds : int
    run : callable
        Runs a side in a process with more variables and returns its number.
    """
    measured: dict[str, list[float]] = {name: [] for name in SETTINGS}
    with busy_programs(count):
        for _ in range(rounds):
            for name, variables in SETTINGS.items():
                measured[name].append(run(side, variables=variables))
    return {name: statistics.median(each) for name, each in measured.items()}


def share(found: Rates, busy: bool) -> tuple[float, float]:
    """Returns the share that the defaults reach, and the one to reach."""
    if not busy:
        return found["default"] / found["default, spinning"], QUIET_GOAL
    better = max(found[f"OMP_NUM_THREADS={count}"] for count in (1, ALL))
    return found["default"] / better, BUSY_GOAL
