"""What the cleaner keeps, what it drops, and that it is done at once."""

from __future__ import annotations

import json

import nbformat
import pytest

from tools.notebooks import COLAB_CELL
from tools.notebooks.cleaner import clean

KEEP = {"tags": ["keep_output"]}
PNG = {"image/png": "aGk=", "text/plain": "<Figure>"}


def messy(cell, **metadata):
    """Returns the text of a notebook with one cell."""
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata=metadata)
    return json.dumps(notebook)


def cleaned(cell, **metadata):
    return json.loads(clean(messy(cell, **metadata)))


def code_cell(source="1", **kwargs):
    return nbformat.v4.new_code_cell(source, id="look", **kwargs)


def stream(text, name="stdout"):
    return nbformat.v4.new_output("stream", name=name, text=text)


def result(data):
    return nbformat.v4.new_output(
        "execute_result", data=data, execution_count=7, metadata={"a": 1}
    )


def test_outputs_and_execution_counts_are_dropped():
    cell = code_cell(execution_count=3, outputs=[stream("x"), result(PNG)])
    (clean_cell,) = cleaned(cell)["cells"]
    assert clean_cell["outputs"] == []
    assert clean_cell["execution_count"] is None


def test_a_kept_output_is_its_plain_text():
    outputs = [result(PNG), stream("x\n"), stream("no", "stderr")]
    (cell,) = cleaned(code_cell(metadata=KEEP, outputs=outputs))["cells"]
    assert cell["outputs"] == [
        {
            "data": {"text/plain": ["<Figure>"]},
            "execution_count": None,
            "metadata": {},
            "output_type": "execute_result",
        },
        {"name": "stdout", "output_type": "stream", "text": ["x\n"]},
    ]


def test_a_kept_output_without_plain_text_is_dropped():
    outputs = [
        nbformat.v4.new_output("display_data", data={"text/html": "<p>"}),
        nbformat.v4.new_output("error", ename="E", evalue="", traceback=[]),
    ]
    (cell,) = cleaned(code_cell(metadata=KEEP, outputs=outputs))["cells"]
    assert cell["outputs"] == []


def test_a_kept_stream_in_pieces_becomes_one():
    outputs = [stream("a"), stream("warning", "stderr"), stream("b\nc")]
    (cell,) = cleaned(code_cell(metadata=KEEP, outputs=outputs))["cells"]
    assert [output["text"] for output in cell["outputs"]] == [["ab\n", "c"]]


def test_metadata_is_kernelspec_tags_mystnb_and_nbgrader():
    metadata = {
        "tags": ["figure"],
        "mystnb": {"image": {"alt": "A curve"}},
        "nbgrader": {"grade": False},
        "execution": {"iopub.status.busy": "now"},
        "collapsed": True,
        "id": "kTq8a1",
    }
    notebook = cleaned(
        code_cell(metadata=metadata),
        language_info={"name": "python", "version": "3.11.7"},
        colab={"provenance": []},
    )
    assert notebook["metadata"] == {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        }
    }
    (cell,) = notebook["cells"]
    assert set(cell["metadata"]) == {"tags", "mystnb", "nbgrader"}


def test_the_format_becomes_4_5():
    notebook = nbformat.v4.new_notebook(cells=[code_cell()])
    del notebook.cells[0]["id"]
    notebook["nbformat_minor"] = 2
    after = json.loads(clean(json.dumps(notebook)))
    assert (after["nbformat"], after["nbformat_minor"]) == (4, 5)
    assert after["cells"][0]["id"]


def of_colab(*ids):
    """Returns the text of a notebook as Colab saves it, an id a cell."""
    cells = [
        {
            "cell_type": "markdown",
            "source": ["text"],
            "metadata": {"id": id, "tags": ["kept"]},
        }
        for id in ids
    ]
    notebook = {"cells": cells, "metadata": {}}
    return json.dumps(notebook | {"nbformat": 4, "nbformat_minor": 0})


def test_a_chapter_saved_by_colab_keeps_its_ids():
    after = json.loads(clean(of_colab("bn-conv-axes", "kTq8a1XyZ_-0")))
    ids = [cell["id"] for cell in after["cells"]]
    assert ids == ["bn-conv-axes", "kTq8a1XyZ_-0"]
    for cell in after["cells"]:
        assert cell["metadata"] == {"tags": ["kept"]}


@pytest.mark.parametrize("id", ["", "two words", "a" * 65, 7, None])
def test_what_the_format_does_not_allow_as_an_id_is_replaced(id):
    (cell,) = json.loads(clean(of_colab(id)))["cells"]
    assert cell["id"]
    assert cell["id"] != id


def test_the_colab_cell_is_copied_from_its_one_source():
    old = nbformat.v4.new_code_cell("%pip install mxnet", id="colab-install")
    (cell,) = cleaned(old)["cells"]
    assert "".join(cell["source"]) == COLAB_CELL


def test_text_is_written_as_it_reads():
    text = clean(messy(nbformat.v4.new_markdown_cell("π and β\nnext", id="m")))
    assert '"π and β\\n",' in text
    assert text.endswith("}\n")


@pytest.mark.parametrize(
    "cell",
    [
        code_cell(
            metadata=KEEP,
            outputs=[result({"text/plain": "a\nb\n"}), stream("c\n\nd")],
        ),
        nbformat.v4.new_markdown_cell("# π\r\n\n\ttext \n", id="text"),
    ],
)
def test_cleaning_twice_is_the_same_as_cleaning_once(cell):
    once = clean(messy(cell))
    assert clean(once) == once


def test_a_clean_notebook_is_what_nbformat_would_write():
    text = clean(messy(code_cell("a = 1\nb = 2")))
    node = nbformat.reads(text, as_version=4)
    assert nbformat.writes(node) + "\n" == text
