"""One run of a chapter, and where it is kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Coroutine
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tools.contradictions import records
from tools.machines.conditions import Condition, busy_processes, surroundings
from tools.side_by_side import wait_for


@dataclass(frozen=True)
class Run:
    """What one chapter gave under one condition.

    Attributes
    ----------
    chapter, condition : str
    seconds : float
    claims : list of dict
        The machine-readable form of each claim's box.
    error : str or None
        Why the chapter did not run to its end.
    changed : list of str
        The cells whose kept output, which nbval compares, was another one.
    """

    chapter: str
    condition: str
    seconds: float
    claims: list[dict[str, Any]]
    error: str | None = None
    changed: list[str] = field(default_factory=list)


def execute(chapter: Path, condition: Condition, limit: float) -> Run:
    """Runs a chapter under a condition, for at most ``limit`` seconds."""
    notebook = nbformat.read(chapter, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=None,
        # A busy machine takes its time.
        startup_timeout=limit,
        kernel_name="python3",
        resources={"metadata": {"path": os.fspath(chapter.parent)}},
    )
    before = kept_outputs(notebook)
    environ = surroundings(condition, os.environ)
    start, error = time.monotonic(), None
    with busy_processes((os.cpu_count() or 1) * condition.busy):
        try:
            wait_for(_within(client.async_execute(env=environ), limit))
        except CellExecutionError as failed:
            error = f"{failed.ename}: {failed.evalue}"
        except TimeoutError:
            error = f"did not end within {limit:g} seconds"
        except RuntimeError as failed:  # a kernel that dies, or never starts
            error = str(failed)
    seconds = time.monotonic() - start
    claims = list(records([notebook]))
    after = kept_outputs(notebook)
    changed = [name for name in before if before[name] != after[name]]
    return Run(chapter.stem, condition.name, seconds, claims, error, changed)


def kept_outputs(notebook: Any) -> dict[str, str]:
    """Returns the text of the cells whose output nbval compares, by id."""
    return {
        cell.id: "".join(
            output.get("text", output.get("data", {}).get("text/plain", ""))
            for output in cell.outputs
        )
        for cell in notebook.cells
        if "nbval-check-output" in cell.metadata.get("tags", ())
    }


async def _within(execution: Coroutine[Any, Any, Any], limit: float) -> None:
    """Waits until the end or the limit, whatever becomes of the kernel."""
    task = asyncio.ensure_future(execution)
    await asyncio.wait({task}, timeout=limit)
    if not task.done():
        raise TimeoutError
    task.result()


def place(root: Path, chapter: Path, condition: Condition) -> Path:
    """Returns the file that keeps a run, named by what it depends on."""
    total = hashlib.sha256(chapter.read_bytes())
    for path in sorted((root / "d2l_ext").rglob("*.py")):
        total.update(path.relative_to(root).as_posix().encode() + b"\0")
        total.update(path.read_bytes())
    for path in sorted((root / "data").glob("*.npz")):
        total.update(path.read_bytes())
    own = {
        name: claim
        for name, claim in _declared(root).items()
        if claim["chapter"] == chapter.stem
    }
    total.update(json.dumps([own, asdict(condition)], default=str).encode())
    name = f"{chapter.stem}.{condition.name}.{total.hexdigest()[:16]}.json"
    return root / "_build" / "machines" / name


def read(path: Path) -> Run | None:
    """Returns the run that a file keeps; ``None`` if it keeps none."""
    try:
        return Run(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write(path: Path, run: Run) -> None:
    """Keeps a run, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(asdict(run), indent=1), encoding="utf-8")
    partial.replace(path)


def with_claims(root: Path) -> list[Path]:
    """Returns the chapters that measure claims."""
    chapters = {claim["chapter"] for claim in _declared(root).values()}
    found = sorted((root / "chapters").rglob("*.ipynb"))
    return [path for path in found if path.stem in chapters]


def _declared(root: Path) -> dict[str, dict[str, Any]]:
    text = (root / "evidence" / "claims.yml").read_text(encoding="utf-8")
    return yaml.safe_load(text)
