"""What a worker of the cluster does: measures in a process of its own.

The function is sent to the workers by value, with the text of
:mod:`tools.evidence.process`: they have the wheel, and no checkout.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from typing import Any

#: How a measurement is set up, whatever the settings of who starts it are.
SETTINGS = {
    "D2L_EXT_CTX": "cpu",
    "D2L_EXT_SCALE": "quick",
    "D2L_EXT_GATE": "off",
    "OMP_NUM_THREADS": "1",
    "TQDM_DISABLE": "1",
    "MPLBACKEND": "agg",
}
#: What would make one machine's numbers other than another's.
CLEARED = ("D2L_EXT_", "OMP_", "DNNL_", "GOMP_", "MXNET_", "NPY_")


def measure(program: str, job: dict[str, Any], limit: float) -> dict[str, Any]:
    """Runs a job in a fresh process, for at most ``limit`` seconds.

    Parameters
    ----------
    program : str
        The text of :mod:`tools.evidence.process`.
    job : dict
        As its ``run`` takes it, with the ``budget``.
    limit : float
        Then the process and what it started are ended.

    Returns
    -------
    dict
        ``lines``, what the process told; ``seconds``, on the clock; and
        ``status``, which is ``ok``, ``failed`` or ``timeout``, with
        ``error``.
    """
    outer = {k: v for k, v in os.environ.items() if not k.startswith(CLEARED)}
    own = {"D2L_EXT_SEED": str(job["seed"]), "D2L_EXT_BUDGET": job["budget"]}
    start = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryFile() as told,
        tempfile.TemporaryFile() as complaints,
    ):
        process = subprocess.Popen(
            [sys.executable, "-c", program],
            cwd=folder,
            env=outer | SETTINGS | own,
            stdin=subprocess.PIPE,
            stdout=told,
            stderr=complaints,
            start_new_session=True,
        )
        assert process.stdin is not None
        status, error = "ok", ""
        try:
            # If it ended at once, its status says why.
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps(job).encode() + b"\n")
                process.stdin.flush()
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            status, error = "timeout", f"did not end within {limit:g} seconds"
        finally:
            # Its standard input stays open until now: it ends with us.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            with suppress(BrokenPipeError):
                process.stdin.close()
        told.seek(0)
        complaints.seek(0)
        lines = []
        for line in told.read().decode(errors="replace").splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                break  # half a line, where the process was ended
        if status == "ok" and process.returncode:
            text = complaints.read().decode(errors="replace").strip()
            last = text.splitlines()[-1] if text else ""
            ended = f"the process ended with status {process.returncode}"
            status, error = "failed", f"{ended}: {last}" if last else ended
    return {
        "lines": lines,
        "status": status,
        "error": error,
        "seconds": time.monotonic() - start,
    }
