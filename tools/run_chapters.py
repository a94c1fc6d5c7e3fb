"""Runs every chapter under nbval, on each context that this machine has.

Without a GPU that is ``cpu`` and ``cpu(1)``. The second is a context of its
own to MXNet, which refuses to mix it with the first: it stands in for a GPU.
To each copy of a chapter that is run a last cell is added, which fails unless
every array and network that the chapter made is on the context asked for.

    python tools/run_chapters.py [--contexts 'cpu,cpu(1)'] [chapter.ipynb ...]

As many chapters run side by side as there are cores. With ``--full FOLDER``
they run at full scale instead, on the four files of Fashion-MNIST's names in
that folder, which may hold fewer images than the real ones.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

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
    """Returns the contexts to run on."""
    from d2l_ext.engine.device import why_no_gpu

    return ["cpu", "cpu(1)"] + (["gpu"] if why_no_gpu() is None else [])


def split(chapters: list[Path], count: int) -> list[list[Path]]:
    """Returns up to `count` groups of chapters, to run side by side."""
    groups = [chapters[i::count] for i in range(count)]
    return [group for group in groups if group]


def copy_with_audit(chapter: Path, folder: Path) -> None:
    """Writes the chapter with the auditing cell at its end."""
    notebook = nbformat.read(chapter, as_version=4)
    for cell in notebook.cells:
        # Chapters are kept without counts, and nbval takes an output without
        # one for that of a cell that was never run.
        if cell.get("outputs"):
            cell.execution_count = 1
    notebook.cells.append(nbformat.v4.new_code_cell(AUDIT, id="audit"))
    nbformat.write(notebook, folder / chapter.name)


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


def start(
    context: str, folder: Path, data: Path | None = None
) -> subprocess.Popen[str]:
    """Starts nbval on the chapters in ``folder``.

    With a folder of data they run at full scale.
    """
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q"]
    command += ["--nbval-current-env"]
    command += [
        f"--nbval-cell-timeout={CELL_TIMEOUT}",
        f"--nbval-kernel-startup-timeout={STARTUP_TIMEOUT}",
        "--timeout=0",
    ]
    # The cells of a notebook are tests that must keep their order, and the
    # project's settings of pytest are for its own tests.
    command += [
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    # They run side by side: a thread each. Here, and nowhere that people
    # read, a claim that is measured otherwise than recorded is a failure.
    environment = dict(
        os.environ,
        D2L_EXT_CTX=context,
        D2L_EXT_GATE="on",
        CI="1",
        OMP_NUM_THREADS="1",
    )
    for name in ("D2L_EXT_SEED", "D2L_EXT_SCALE"):
        environment.pop(name, None)
    if data is not None:
        environment |= {"D2L_EXT_SCALE": "full", "D2L_EXT_DATA": str(data)}
    return subprocess.Popen(
        [*command, os.fspath(folder)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def main() -> int:
    """Runs the chapters, all contexts at a time, and returns 0 if all pass."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
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
    groups = split(chapters, max(1, (os.cpu_count() or 1) // len(names)))
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name, str(i)) for i in range(len(groups))]
        data = None
        if arguments.full:
            data = Path(name, "data")
            data.mkdir()
            (data / "fashion-mnist").symlink_to(arguments.full.resolve())
        for folder, group in zip(folders, groups, strict=True):
            folder.mkdir()
            for chapter in group:
                copy_with_audit(chapter, folder)
                if arguments.full:
                    set_full(folder / chapter.name, arguments.full)
        runs = [
            (context, start(context, folder, data))
            for context in names
            for folder in folders
        ]
        failed = set()
        for context, run in runs:
            output, _ = run.communicate()
            print(f"--- {context}\n{output}", flush=True)
            if run.returncode:
                failed.add(context)
    if failed:
        print(f"failed on: {', '.join(sorted(failed))}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
