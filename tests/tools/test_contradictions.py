"""Contradicted claims are found in what executed the chapters."""

import json
from functools import partial

from d2l_ext.evidence import claim
from d2l_ext.evidence.claim import measure
from d2l_ext.evidence.measurement import MIME_TYPE
from d2l_ext.evidence.published import published

import nbformat
import pytest
from made_up_evidence import exact

from tools import contradictions
from tools.contradictions import Contradiction, contradicted


def executed(*measurements):
    """Returns a notebook as Jupyter leaves it: a box in each code cell."""
    cells = [nbformat.v4.new_markdown_cell("A text.")]
    for measurement in measurements:
        data = measurement._repr_mimebundle_()
        cells.append(
            nbformat.v4.new_code_cell(
                "claim(...)",
                outputs=[
                    nbformat.v4.new_output("stream", text="42\n"),
                    nbformat.v4.new_output("display_data", data=data),
                ],
            )
        )
    cells.append(nbformat.v4.new_code_cell("pass"))
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(autouse=True)
def evidence(tmp_path, monkeypatch):
    """Evidence by which γ and β undo the normalization."""
    path = tmp_path / "verdicts.json"
    path.write_text(json.dumps({"claims": {"bn-identity": exact(True)}}))
    monkeypatch.setattr(claim, "published", partial(published, path))


@pytest.fixture
def agreeing():
    return measure("bn-identity", True, error=0.0)


@pytest.fixture
def contradicting():
    return measure("bn-identity", False, error=1.0)


REMARK = "This run lies outside the evidence: it comes out otherwise."
FOUND = Contradiction("batch-norm", "bn-identity", (REMARK,))


def test_the_type_is_the_one_that_boxes_have():
    assert contradictions.MIME_TYPE == MIME_TYPE


def test_contradicted_boxes_are_found_and_no_others(agreeing, contradicting):
    notebooks = [executed(agreeing), executed(agreeing, contradicting)]
    assert contradicted(notebooks) == [FOUND]
    assert contradicted([executed(agreeing), executed()]) == []
    assert contradicted([]) == []


def test_notebooks_are_read_from_files_whatever_their_names(
    tmp_path, contradicting
):
    path = tmp_path / "base.ipynb"
    nbformat.write(executed(contradicting), path)
    assert contradicted([path]) == [FOUND]


def test_a_line_names_chapter_and_claim_and_says_what_the_box_says():
    assert str(FOUND) == f"batch-norm: bn-identity: {REMARK}"


def test_a_file_that_is_no_notebook_is_an_error(tmp_path):
    path = tmp_path / "notes.ipynb"
    path.write_text("not json")
    with pytest.raises(nbformat.reader.NotJSONError):
        contradicted([path])


def test_a_record_is_json_as_the_file_keeps_it(tmp_path, contradicting):
    path = tmp_path / "base.ipynb"
    nbformat.write(executed(contradicting), path)
    (record,) = contradictions.records([path])
    bundle = contradicting._repr_mimebundle_()[MIME_TYPE]
    assert record == json.loads(json.dumps(bundle))
