"""How MXNet computes on a CPU: its scheduler and its threads."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import types
from collections.abc import Iterator

from d2l_ext.engine.cuda import cuda_build

#: More threads than this do not help networks as small as the book's.
MAX_THREADS = 4


def choose_engine() -> None:
    """Sets how MXNet computes on a CPU, unless the user has set it.

    MXNet's default is a scheduler in a thread of its own and half as many
    OpenMP threads as there are cores. On few cores these get in each other's
    way; on two cores, without the scheduler and with a thread a core, LeNet
    and ResNet-20 train about 1.5 times as fast, and an error is raised by the
    line that causes it. A GPU needs the scheduler, so a CUDA build keeps it.
    """
    if cuda_build() is not None:
        return
    if hasattr(os, "sched_getaffinity"):
        num_cores = len(os.sched_getaffinity(0))
    else:
        num_cores = os.cpu_count() or 1
    os.environ.setdefault("MXNET_ENGINE_TYPE", "NaiveEngine")
    os.environ.setdefault("OMP_NUM_THREADS", str(min(num_cores, MAX_THREADS)))


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
