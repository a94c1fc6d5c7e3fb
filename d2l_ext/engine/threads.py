"""How MXNet computes on a CPU: its scheduler and its threads."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import types
from collections.abc import Iterator
from pathlib import Path

from d2l_ext.engine.cuda import cuda_build

#: More threads than this do not help networks as small as the book's.
MAX_THREADS = 4

#: How often GNU OpenMP's threads look for work before they sleep, about a
#: tenth of a millisecond. Between two layers that is enough. Its own default
#: is minutes: a thread that waits for another then keeps the core that the
#: other needs, and beside one busy program training nearly stands still.
SPIN_COUNT = 10_000

#: Where Linux keeps a container's share of the processors: microseconds of
#: them in each period, and the period.
QUOTA = Path("/sys/fs/cgroup/cpu.max")

#: The variables that were not set and that we chose, with the reason.
chosen: dict[str, str] = {}


def choose_engine() -> None:
    """Sets how MXNet computes on a CPU, unless the user has set it.

    MXNet's default is a scheduler in a thread of its own and half as many
    OpenMP threads as there are cores. On few cores these get in each other's
    way; on two cores, without the scheduler and with a thread a core, LeNet
    and ResNet-20 train about 1.5 times as fast, and an error is raised by the
    line that causes it. A GPU needs the scheduler, so a CUDA build keeps it.

    What is chosen depends on the processors that this process may use, and
    not on what else they do: the same program computes the same again.
    """
    if cuda_build() is not None:
        return
    cores = usable_cores()
    _choose("MXNET_ENGINE_TYPE", "NaiveEngine", "no scheduler on a CPU")
    _choose(
        "OMP_NUM_THREADS",
        str(min(cores, MAX_THREADS)),
        f"one for each usable core, at most {MAX_THREADS}",
    )
    if "OMP_WAIT_POLICY" not in os.environ:
        _choose(
            "GOMP_SPINCOUNT",
            str(SPIN_COUNT),
            "threads that wait long sleep, for the sake of a busy machine",
        )


def usable_cores(quota: Path = QUOTA) -> int:
    """Returns the number of cores that this process may use.

    Fewer than the machine has if the process is bound to some of them, or if
    its container has a share of them only.
    """
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    try:
        share, period = map(int, quota.read_text(encoding="ascii").split())
        return max(1, min(cores, share // period))
    # No such file, or "max" in it: no limit. A period is never 0.
    except (OSError, ValueError):
        return cores


def _choose(name: str, value: str, reason: str) -> None:
    if name not in os.environ:
        os.environ[name] = value
        chosen[name] = reason


def start_engine(mxnet: types.ModuleType) -> None:
    """Has MXNet start its engine, without the line that names it."""
    with without_engine_line():
        mxnet.nd.waitall()
    if hasattr(os, "register_at_fork"):
        # A process that is forked (a worker of Gluon's DataLoader) has OpenMP
        # threads that never answer, unless it computes with one.
        set_threads = mxnet.base._LIB.MXSetNumOMPThreads
        os.register_at_fork(after_in_child=lambda: set_threads(1))


@contextlib.contextmanager
def without_engine_line() -> Iterator[None]:
    """Takes the line that names the engine out of what MXNet prints.

    The library writes it to the file descriptor of standard error, past
    Python; whatever else is written meanwhile is written afterwards.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        stderr = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            caught.seek(0)
            for line in caught:
                if b"MXNet start using engine" not in line:
                    os.write(2, line)
            os.close(stderr)
