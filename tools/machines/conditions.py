"""The machines that readers may have."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

#: Ends by itself when the process that started it is gone.
BUSY = "import os, sys\nwhile os.getppid() == int(sys.argv[1]): 0"


@dataclass(frozen=True)
class Condition:
    """A machine that a reader may have.

    Attributes
    ----------
    name : str
    environ : mapping of str to str
        Variables that make this machine behave like it.
    busy : bool
        Whether as many programs as there are cores compute beside it.
    """

    name: str
    environ: Mapping[str, str]
    busy: bool = False


def held_to(isa: str, numpy_keeps: Collection[str] = ()) -> dict[str, str]:
    """Returns the variables that hold oneDNN and NumPy to old processors.

    Parameters
    ----------
    isa : str
        The newest instructions that oneDNN may use.
    numpy_keeps : collection of str
        What NumPy may use besides what it cannot do without; it names them
        otherwise from version to version.
    """
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    without = [name for name in found if name not in numpy_keeps]
    variables = {"DNNL_MAX_CPU_ISA": isa, "OMP_NUM_THREADS": "1"}
    return variables | {"NPY_DISABLE_CPU_FEATURES": " ".join(without)}


_OLD = ("SSE3", "SSSE3", "SSE41", "POPCNT", "SSE42", "AVX", "F16C")
CONDITIONS = (
    Condition("one-thread", {"OMP_NUM_THREADS": "1"}),
    # Waiting without spinning: the same sums, and the machine stays usable.
    Condition(
        "two-threads", {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}
    ),
    Condition("SSE41", held_to("SSE41")),
    Condition("AVX2", held_to("AVX2", {*_OLD, "FMA3", "AVX2", "X86_V3"})),
    Condition("busy", {"OMP_NUM_THREADS": "1"}, busy=True),
)


def surroundings(
    condition: Condition, outer: Mapping[str, str]
) -> dict[str, str]:
    """Returns the variables that a chapter runs with under a condition."""
    ours = ("D2L_EXT_", "OMP_", "DNNL_", "GOMP_", "MXNET_", "NPY_")
    kept = {k: v for k, v in outer.items() if not k.startswith(ours)}
    quiet = {"TQDM_DISABLE": "1", "D2L_EXT_CTX": "cpu"}
    return kept | quiet | dict(condition.environ)


@contextmanager
def busy_processes(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Keeps ``count`` cores busy for the time of a ``with`` statement."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            command = [sys.executable, "-c", BUSY, str(os.getpid())]
            started.append(subprocess.Popen(command))
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()
