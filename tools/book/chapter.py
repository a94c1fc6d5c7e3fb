"""Executes one chapter."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.book.sources import PACKAGES

#: A kernel that does not start on a busy machine is given up in the end.
STARTUP_TIMEOUT = 300

#: Runs in the kernel after the last cell. Names are loaded when they are
#: first used, so that only now it is known what the chapter loaded.
PROBE = f"""\
import json as _json, os as _os, sys as _sys
_files = {{
    vars(_module).get("__file__")
    for _name, _module in list(_sys.modules.items())
    if _name.partition(".")[0] in {PACKAGES!r}
}}
print(_json.dumps({{
    "modules": sorted(_file for _file in _files if _file),
    "cpu_seconds": sum(_os.times()[:4]),
}}))
"""


class ChapterError(Exception):
    """Why a chapter did not run to its end, and in which cell."""


@dataclass(frozen=True)
class Execution:
    """An executed chapter.

    Attributes
    ----------
    notebook : nbformat.NotebookNode
        With the outputs.
    modules : list of str
        The files of our packages that it loaded.
    cpu_seconds : float
        The time of processors that its kernel took.
    """

    notebook: Any
    modules: list[str]
    cpu_seconds: float


async def execute(notebook: Any, folder: Path, timeout: float) -> Execution:
    """Executes a chapter in a kernel of its own.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The chapter; it is changed in place.
    folder : pathlib.Path
        Where the kernel runs.
    timeout : float
        How long a cell may take, in seconds.

    Raises
    ------
    ChapterError
        If a cell raises an error or takes longer, or if the kernel dies.
    """
    started = ["-"]
    client = NotebookClient(
        notebook,
        timeout=timeout,
        startup_timeout=STARTUP_TIMEOUT,
        # jupyter-cache would take the times of cells for another code.
        record_timing=False,
        resources={"metadata": {"path": os.fspath(folder)}},
        # Not a remark of each kernel on how it is connected.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        on_cell_start=lambda cell, cell_index: started.append(cell["id"]),
    )
    probe = nbformat.v4.new_code_cell(PROBE, id="probe")
    notebook.cells.append(probe)
    try:
        await client.async_execute()
    except CellExecutionError as error:
        trace = re.sub(r"\x1b\[[0-9;]*m", "", error.traceback).strip()
        message = f"{error.ename}: {error.evalue}\n\n{trace}"
        raise ChapterError(f"cell {started[-1]}: {message}") from error
    # A kernel that dies, that never starts, or that took too long.
    except (RuntimeError, TimeoutError) as error:
        message = f"{type(error).__name__}: {error}"
        raise ChapterError(f"cell {started[-1]}: {message}") from error
    finally:
        notebook.cells.remove(probe)
    answer = "".join(output["text"] for output in probe.outputs)
    return Execution(notebook, **json.loads(answer))
