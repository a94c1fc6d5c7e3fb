"""Runs every chapter under nbval, on each context that this machine has.

Without a GPU that is ``cpu(1)``, a context of its own to MXNet, which refuses
to mix it with ``cpu``: it stands in for a GPU. On ``cpu`` the book is built.
To each copy of a chapter that is run a last cell is added, which fails unless
every array and network that the chapter made is on the context asked for.

    python -m tools.run_chapters [--contexts CONTEXTS] [chapter.ipynb ...]

As many chapters run side by side as there are cores, whatever their contexts.
With ``--full FOLDER`` they run at full scale instead, on the four files of
Fashion-MNIST's names in that folder, which may hold fewer images than the
real ones.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
from functools import partial
from pathlib import Path

import nbformat

from tools.side_by_side import (
    Job,
    cores,
    expected_seconds,
    run_all,
    run_command,
)

ROOT = Path(__file__).resolve().parent.parent
#: A machine that does other things as well takes its time; a cell that hangs
#: is ended in the end.
CELL_TIMEOUT = 900
STARTUP_TIMEOUT = 300

AUDIT = """\
import d2l_ext
from mxnet import gluon as _gluon, np as _np

_asked = d2l_ext.context()
_found = []
for _name, _value in list(globals().items()):
    if _name.startswith("_"):
        continue
    if isinstance(_value, _np.ndarray):
        _found.append((_name, [_value.ctx]))
    elif isinstance(_value, d2l_ext.MiniBatches):
        _found.append((_name, [_value.X.ctx, _value.y.ctx]))
    elif isinstance(_value, _gluon.Block):
        _found += [
            (f"{_name}.{_p.name}", _p.list_ctx())
            for _p in _value.collect_params().values()
            if _p._data is not None
        ]
_elsewhere = [item for item in _found if item[1] != [_asked] * len(item[1])]
assert not _elsewhere, f"not on {_asked}: {_elsewhere}"
assert _found or "np" not in globals(), "the chapter made no array"
"""

#: Becomes the first cell of a chapter that runs on files of other checksums.
OTHER_FILES = """\
import functools as _functools
from d2l_ext.data.download import Source as _Source
from d2l_ext.data.sets import SETS as _SETS

_SETS["fashion-mnist"] = _functools.partial(
    _SETS["fashion-mnist"], source=_Source((), {checksums})
)
"""


def contexts() -> list[str]:
    """Returns the contexts to run on, besides that of the book."""
    from d2l_ext.engine.device import why_no_gpu

    return ["cpu(1)"] + (["gpu"] if why_no_gpu() is None else [])


def copy_with_audit(chapter: Path, folder: Path) -> Path:
    """Writes the chapter with the auditing cell at its end."""
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        # Chapters are kept without counts, and nbval takes an output without
        # one for that of a cell that was never run.
        if cell.get("outputs"):
            cell.execution_count = 1
    notebook.cells.append(nbformat.v4.new_code_cell(AUDIT, id="audit"))
    copy = folder / chapter.name
    nbformat.write(notebook, copy)
    return copy


def missing_files(images: Path) -> list[str]:
    """Returns the files of Fashion-MNIST that a folder lacks."""
    from d2l_ext.data.download import FASHION_MNIST

    return [f for f in FASHION_MNIST.checksums if not (images / f).is_file()]


def set_full(notebook: Path, images: Path) -> None:
    """Makes a copy of a chapter read ``images``, and compare no output."""
    from d2l_ext.data.download import FASHION_MNIST

    checksums = {
        name: "sha256:"
        + hashlib.sha256((images / name).read_bytes()).hexdigest()
        for name in FASHION_MNIST.checksums
    }
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        cell.metadata.pop("tags", None)
    source = OTHER_FILES.format(checksums=checksums)
    content.cells.insert(0, nbformat.v4.new_code_cell(source, id="files"))
    nbformat.write(content, notebook)


def command(notebook: Path) -> list[str]:
    """Returns the command that runs nbval on a notebook."""
    words = [sys.executable, "-m", "pytest", "--nbval-lax", "-q"]
    words += ["--nbval-current-env", "--timeout=0"]
    words += [f"--nbval-cell-timeout={CELL_TIMEOUT}"]
    words += [f"--nbval-kernel-startup-timeout={STARTUP_TIMEOUT}"]
    # The cells of a notebook are tests that must keep their order, and the
    # project's settings of pytest are for its own tests.
    words += ["-p", "no:randomly", "-p", "no:cacheprovider", "-c", os.devnull]
    return [*words, os.fspath(notebook)]


def environment(context: str, data: Path | None = None) -> dict[str, str]:
    """Returns the environment to run on a context.

    With a folder of data, at full scale.
    """
    # They run side by side: a thread each. Here, and nowhere that people
    # read, a claim that is measured otherwise than recorded is a failure.
    chosen = dict(
        os.environ,
        D2L_EXT_CTX=context,
        D2L_EXT_GATE="on",
        CI="1",
        OMP_NUM_THREADS="1",
    )
    for name in ("D2L_EXT_SEED", "D2L_EXT_SCALE", "D2L_EXT_BUDGET"):
        chosen.pop(name, None)
    if data is not None:
        chosen |= {"D2L_EXT_SCALE": "full", "D2L_EXT_DATA": str(data)}
    return chosen


def main() -> int:
    """Runs the chapters on all contexts and returns 0 if all pass."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.run_chapters",
        description=__doc__.splitlines()[0],
    )
    parser.add_argument("chapters", nargs="*", type=Path)
    parser.add_argument(
        "--contexts", help="names with commas between, such as cpu,cpu(1)"
    )
    parser.add_argument(
        "--full", type=Path, metavar="FOLDER", help="run at full scale on it"
    )
    arguments = parser.parse_args()
    if arguments.full:
        missing = missing_files(arguments.full)
        if missing:
            parser.error(f"{arguments.full} has no {', '.join(missing)}")
    chapters = arguments.chapters or sorted(ROOT.glob("chapters/**/*.ipynb"))
    names = arguments.contexts.split(",") if arguments.contexts else contexts()
    print(f"nbval: {len(chapters)} chapters on {', '.join(names)} ...")
    with tempfile.TemporaryDirectory() as folder:
        data = None
        if arguments.full:
            data = Path(folder, "data")
            data.mkdir()
            (data / "fashion-mnist").symlink_to(arguments.full.resolve())
        jobs = []
        for number, context in enumerate(names):
            for chapter in chapters:
                # Of its own: what a chapter writes is in nobody's way.
                own = Path(folder, str(number), chapter.stem)
                own.mkdir(parents=True)
                copy = copy_with_audit(chapter, own)
                if arguments.full:
                    set_full(copy, arguments.full)
                jobs.append(
                    Job(
                        f"{chapter.stem} on {context}",
                        partial(
                            run_command,
                            *command(copy),
                            cwd=own,
                            environ=environment(context, data),
                        ),
                        expected_seconds(chapter),
                    )
                )
        failures = run_all(jobs, cores())
    for name, report in failures.items():
        print(f"\n--- {name}\n{report}")
    if failures:
        print(f"failed: {', '.join(failures)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
