"""Makes submissions: of small sources in ``submissions``, and broken ones.

A source ``name.cells`` has a notebook's cells, parted by ``# %%``, and in its
first line what its grading must find. The file is no Python module, so that
nobody runs it by mistake, and no student's name is in it: it becomes the
submission of the student ``name``.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "exercises" / "submissions"
NOTEBOOK = "conv-axes.ipynb"

RIGHT = """\
def conv_batch_norm(X, gamma, beta, epsilon):
    mean = X.mean(axis=(0, 2, 3), keepdims=True)
    var = X.var(axis=(0, 2, 3), keepdims=True)
    X_hat = (X - mean) / np.sqrt(var + epsilon)
    return gamma.reshape(mean.shape) * X_hat + beta.reshape(mean.shape)
"""
WRONG = "def conv_batch_norm(X, gamma, beta, epsilon):\n    return X\n"


def sources():
    """Returns the cells and the result of each source, by its name."""
    found = {}
    for path in sorted(FOLDER.glob("*.cells")):
        first, _, text = path.read_text("utf-8").partition("\n")
        found[path.stem] = first.removeprefix("# result: "), cells(text)
    return found


def cells(text):
    return text.split("# %%\n")


def notebook(release, answer):
    """Returns a released notebook with cells in place of its answer."""
    raw = json.loads(release.read_text("utf-8"))
    position = position_of(raw, "answer")
    about = raw["cells"][position]
    raw["cells"][position : position + 1] = [
        {**about, "id": f"answer-{number}", "source": source}
        for number, source in enumerate(answer)
    ]
    return raw


def position_of(raw, grade_id):
    names = [
        cell["metadata"].get("nbgrader", {}).get("grade_id")
        for cell in raw["cells"]
    ]
    return names.index(grade_id)


def write_sources(folder, release):
    """Writes each source as the notebook of a student of that name."""
    for name, (_, answer) in sources().items():
        write(folder / name / NOTEBOOK, notebook(release, answer))


def write(path, raw):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(raw), "utf-8")


def write_odd(folder, release):
    """Writes files that are no plain notebooks; returns their results."""
    results = {}
    for name, (result, make) in ODD.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        make(folder / name, release)
        results[name] = result
    return results


def renamed(folder, release):
    raw = notebook(release, [RIGHT])
    write(folder / "Copy of Conv_Axes (2) - final.ipynb", raw)


def named_anyhow(folder, release):
    write(folder / "Untitled7.ipynb", notebook(release, [RIGHT]))


def zipped(folder, release):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        text = json.dumps(notebook(release, [RIGHT]))
        archive.writestr(f"../../../escaped/{NOTEBOOK}", text)
    with zipfile.ZipFile(folder / "homework.zip", "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
        archive.writestr("__MACOSX/._conv-axes.ipynb", b"\0\0")


def zip_bomb(folder, release):
    with zipfile.ZipFile(
        folder / "conv-axes.zip", "w", zipfile.ZIP_DEFLATED
    ) as archive:
        for number in range(5):
            archive.writestr(f"{number}/{NOTEBOOK}", bytes(31 << 20))


def broken_zip(folder, release):
    (folder / "conv-axes.zip").write_bytes(b"PK\3\4" + bytes(100))


def broken_json(folder, release):
    text = json.dumps(notebook(release, [RIGHT]))
    (folder / NOTEBOOK).write_text(text[:-20], "utf-8")


def nested_json(folder, release):
    (folder / NOTEBOOK).write_text("[" * 200_000, "utf-8")


def empty_file(folder, release):
    (folder / NOTEBOOK).touch()


def binary_file(folder, release):
    (folder / NOTEBOOK).write_bytes(os.urandom(10_000))


def large_file(folder, release):
    with (folder / NOTEBOOK).open("wb") as file:
        file.truncate(100 << 20)


def link(folder, release):
    (folder / NOTEBOOK).symlink_to(release)


def pipe(folder, release):
    os.mkfifo(folder / NOTEBOOK)


def deleted_test_cell(folder, release):
    raw = notebook(release, [WRONG])
    del raw["cells"][position_of(raw, "graded")]
    write(folder / NOTEBOOK, raw)


def duplicated_test_cell(folder, release):
    raw = notebook(release, [RIGHT])
    raw["cells"] += [raw["cells"][position_of(raw, "graded")]] * 3
    write(folder / NOTEBOOK, raw)


def retyped_test_cell(folder, release):
    raw = notebook(release, [WRONG])
    graded = raw["cells"][position_of(raw, "graded")]
    graded["cell_type"] = "markdown"
    graded["source"] = "# All tests passed: <script>alert('FOUND')</script>"
    graded["metadata"]["nbgrader"] |= {"points": 100, "solution": True}
    graded["metadata"]["nbgrader"]["cell_type"] = "markdown"
    write(folder / NOTEBOOK, raw)


def swapped_names_of_cells(folder, release):
    raw = notebook(release, [WRONG])
    answer, graded = (position_of(raw, n) for n in ("answer", "graded"))
    about = [raw["cells"][p]["metadata"] for p in (graded, answer)]
    raw["cells"][answer]["metadata"], raw["cells"][graded]["metadata"] = about
    write(folder / NOTEBOOK, raw)


def without_metadata(folder, release):
    raw = notebook(release, [RIGHT])
    bare = [
        {"cell_type": cell["cell_type"], "source": cell["source"]}
        for cell in raw["cells"]
    ]
    write(folder / NOTEBOOK, {"cells": [*bare, None, 7, {"source": 7}]})


def of_version_3(folder, release):
    raw = notebook(release, [RIGHT])
    old = [
        {"cell_type": "code", "input": cell["source"], "language": "python"}
        for cell in raw["cells"]
        if cell["cell_type"] == "code"
    ]
    write(folder / NOTEBOOK, {"nbformat": 3, "worksheets": [{"cells": old}]})


def forged_outputs(folder, release):
    raw = notebook(release, [WRONG])
    for cell in raw["cells"]:
        if cell["cell_type"] == "code":
            html = "<b>2 of 2</b><script>alert('FOUND')</script>"
            shown = {"output_type": "display_data", "metadata": {}}
            cell["outputs"] = [shown | {"data": {"text/html": html}}]
    markdown = "<img src=x onerror=alert('FOUND')>\n\n[x](javascript:FOUND)"
    raw["cells"].append(
        {"cell_type": "markdown", "metadata": {}, "source": markdown}
    )
    raw["cells"].append(
        {
            "cell_type": "raw",
            "metadata": {"raw_mimetype": "text/html"},
            "source": "<script>alert('FOUND')</script>",
        }
    )
    write(folder / NOTEBOOK, raw)


def empty_lines(folder, release):
    write(folder / NOTEBOOK, notebook(release, ["\n" * 500_000, RIGHT]))


def only_text(folder, release):
    (folder / "conv-axes.docx").write_bytes(b"def conv_batch_norm(): ...")


#: What grading must find in each; None where there is nothing to grade.
ODD = {
    "renamed-file-of-a-right-answer": ("right", renamed),
    "other-name-of-a-right-answer": ("right", named_anyhow),
    "zip-in-a-zip-of-a-right-answer": ("right", zipped),
    "zip-bomb": (None, zip_bomb),
    "broken-zip": (None, broken_zip),
    "broken-json": ("unreadable", broken_json),
    "deeply-nested-json": ("unreadable", nested_json),
    "empty-file": ("unreadable", empty_file),
    "binary-file": ("unreadable", binary_file),
    "file-of-100-megabytes": (None, large_file),
    "link-to-another-file": (None, link),
    "pipe-that-nobody-writes-to": (None, pipe),
    "document-instead-of-a-notebook": (None, only_text),
    "deleted-test-cell": ("wrong", deleted_test_cell),
    "duplicated-test-cell-with-a-right-answer": (
        "right",
        duplicated_test_cell,
    ),
    "retyped-test-cell": ("wrong", retyped_test_cell),
    "swapped-names-of-cells": ("wrong", swapped_names_of_cells),
    "missing-metadata-of-a-right-answer": ("right", without_metadata),
    "version-3-of-a-right-answer": ("right", of_version_3),
    "empty-lines-beside-a-right-answer": ("right", empty_lines),
    "forged-outputs": ("wrong", forged_outputs),
}
