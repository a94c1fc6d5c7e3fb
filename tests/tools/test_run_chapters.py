"""The runner of the chapters, and the audit that it adds to each."""

import gzip
import os
import struct
import subprocess
import sys

import nbformat
import numpy as np
import pytest

from tools import run_chapters

ON_ASKED = """\
import d2l_ext
from mxnet import init, np
from mxnet.gluon import nn

ctx = d2l_ext.context()
net = nn.Dense(2, in_units=3)
net.initialize(ctx=ctx)
scores = net(np.ones((1, 3), ctx=ctx))
"""
ELSEWHERE = """\
import d2l_ext
import mxnet as mx
from mxnet import np

forgotten = np.ones(3, ctx=mx.cpu(0))
"""
NETWORK_ELSEWHERE = """\
import d2l_ext
import mxnet as mx
from mxnet.gluon import nn

forgotten = nn.Dense(2, in_units=3)
forgotten.initialize(ctx=mx.cpu(0))
"""


def audit(source, context):
    """Runs a chapter's source and the audit; returns what it complains of."""
    result = subprocess.run(
        [sys.executable, "-c", source + run_chapters.AUDIT],
        env=dict(os.environ, D2L_EXT_CTX=context),
        capture_output=True,
        text=True,
    )
    return result.stderr


def write_chapter(path, cell):
    """Writes a notebook of one cell."""
    kernel = {"name": "python3", "display_name": "Python 3"}
    metadata = {"kernelspec": kernel | {"language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    nbformat.write(notebook, path)


@pytest.mark.parametrize("context", ["cpu", "cpu(1)"])
def test_a_chapter_on_the_context_asked_for_passes(context):
    assert audit(ON_ASKED, context) == ""


@pytest.mark.parametrize("source", [ELSEWHERE, NETWORK_ELSEWHERE])
def test_work_on_another_context_is_found(source):
    assert "not on cpu(1): [('forgotten" in audit(source, "cpu(1)")


def test_a_chapter_without_any_array_proves_nothing():
    source = "import d2l_ext\nfrom mxnet import np\n"
    assert "made no array" in audit(source, "cpu")


def test_kept_outputs_are_compared(tmp_path, monkeypatch, capsys):
    cell = nbformat.v4.new_code_cell(
        "print(1 + 1)",
        id="sum",
        metadata={"tags": ["keep_output", "nbval-check-output"]},
        outputs=[nbformat.v4.new_output("stream", text="3\n")],
    )
    path = tmp_path / "wrong.ipynb"
    write_chapter(path, cell)
    monkeypatch.setattr(
        sys, "argv", ["run_chapters.py", "--contexts", "cpu", str(path)]
    )
    assert run_chapters.main() == 1
    output = capsys.readouterr().out
    assert "failed: wrong on cpu\n" in output
    assert "Cell 0" in output


@pytest.mark.parametrize(("holds", "status"), [(True, 0), (False, 1)])
def test_a_contradicted_claim_fails_its_chapter(
    tmp_path, monkeypatch, capsys, holds, status
):
    source = f"""\
import d2l_ext
from mxnet import np

ones = np.ones(1, ctx=d2l_ext.context())
d2l_ext.claim("bn-identity", {holds}, error=0.0)
"""
    path = tmp_path / "claims.ipynb"
    write_chapter(path, nbformat.v4.new_code_cell(source, id="claim"))
    monkeypatch.setattr(
        sys, "argv", ["run_chapters.py", "--contexts", "cpu", str(path)]
    )
    assert run_chapters.main() == status
    assert ("ClaimContradicted" in capsys.readouterr().out) is not holds


def test_every_chapter_runs_on_each_context_and_each_failure_counts(
    tmp_path, monkeypatch, capsys
):
    for name, source in (("one", "1 / 1"), ("two", "1 / 0")):
        cell = nbformat.v4.new_code_cell(source, id="divide")
        write_chapter(tmp_path / f"{name}.ipynb", cell)
    chapters = [str(tmp_path / f"{name}.ipynb") for name in ("one", "two")]
    options = ["run_chapters.py", "--contexts", "cpu,cpu(1)"]
    monkeypatch.setattr(sys, "argv", [*options, *chapters])
    assert run_chapters.main() == 1
    output = capsys.readouterr().out
    assert "nbval: 2 chapters on cpu, cpu(1)" in output
    assert "[4 of 4] " in output
    assert output.count("ZeroDivisionError") >= 2
    for context in ("cpu", "cpu(1)"):
        assert f"] one on {context}  " in output
        assert f"--- two on {context}\n" in output
        assert f"--- one on {context}\n" not in output
    assert output.splitlines()[-1].startswith("failed: two on cpu")


ON_IMAGES = """\
import d2l_ext
from mxnet import np

train_iter, test_iter = d2l_ext.load_images(quick={}, full={"batch_size": 2})
assert train_iter.X.shape == (3, 1, 4, 4), "not the files in the folder"
"""


def write_idx(path, values):
    """Writes an array of bytes as Fashion-MNIST's files have it."""
    header = bytes((0, 0, 8, values.ndim))
    header += struct.pack(f">{values.ndim}I", *values.shape)
    path.write_bytes(gzip.compress(header + values.tobytes()))


def test_full_scale_is_run_on_the_files_that_are_given(
    tmp_path, monkeypatch, capsys
):
    for part, count in (("train", 3), ("t10k", 2)):
        images = np.zeros((count, 4, 4), np.uint8)
        write_idx(tmp_path / f"{part}-images-idx3-ubyte.gz", images)
        labels = np.arange(count, dtype=np.uint8)
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte.gz", labels)
    cell = nbformat.v4.new_code_cell(ON_IMAGES, id="images")
    write_chapter(tmp_path / "images.ipynb", cell)
    chapter = str(tmp_path / "images.ipynb")
    options = ["run_chapters.py", "--contexts", "cpu", "--full"]
    monkeypatch.setattr(sys, "argv", [*options, str(tmp_path), chapter])
    assert run_chapters.main() == 0, capsys.readouterr().out


def test_a_folder_without_the_files_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["run_chapters", "--full", str(tmp_path)])
    with pytest.raises(SystemExit):
        run_chapters.main()
    assert "has no t10k-labels-idx1-ubyte.gz" in capsys.readouterr().err
