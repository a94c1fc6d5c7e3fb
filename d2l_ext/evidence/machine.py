"""What this process computes on, in words."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from d2l_ext.engine.device import context

#: Where Linux names the processor.
CPUINFO = Path("/proc/cpuinfo")


def describe() -> str:
    """Returns in words what this process computes on."""
    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    return (
        f"{_processor()}, {os.cpu_count()} processors, OMP_NUM_THREADS "
        f"{threads}, {context()}"
    )


def _processor() -> str:
    try:
        lines = CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return f"{value.strip()} ({platform.machine()})"
    return f"{platform.system()} {platform.machine()}"
