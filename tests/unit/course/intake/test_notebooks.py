"""Whatever is handed in is read, or said to be unreadable."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress

from d2l_course.intake import notebooks
from d2l_course.intake.notebooks import (
    Cell,
    Unreadable,
    code_of,
    defines,
    read_cells,
    read_file,
)

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mangling import many_mangled


def read(value):
    return read_cells(json.dumps(value).encode())


def test_cells_are_read_with_nothing_but_what_students_wrote():
    cells = read(
        {
            "cells": [
                {"cell_type": "code", "source": ["a\n", "b"], "outputs": 7},
                {"cell_type": "markdown", "source": "text"},
                {"cell_type": "raw", "source": "<script>"},
            ]
        }
    )
    assert cells == [
        Cell("code", "a\nb"),
        Cell("markdown", "text"),
        Cell("markdown", "<script>"),
    ]
    assert code_of(cells) == ["a\nb"]


def test_pasted_pictures_are_kept():
    png = "iVBORw0KGgo="
    pasted = f"![a](attachment:a.png) ![b](data:image/png;base64,{png})"
    attachments = {"a.png": {"image/png": png}, "x": {"text/html": png}}
    raw = {
        "cell_type": "markdown",
        "source": pasted,
        "attachments": attachments,
    }
    (cell,) = read({"cells": [raw]})
    assert cell.source == "![a](attachment:a.png) ![b](attachment:pasted-1)"
    assert cell.attachments == {
        "a.png": {"image/png": png},
        "pasted-1": {"image/png": png},
    }


def test_nbgraders_names_are_kept_if_they_are_names():
    about = [{"nbgrader": {"grade_id": "answer"}}, {"nbgrader": []}, None]
    cells = [{"cell_type": "code", "metadata": one} for one in about]
    names = [cell.grade_id for cell in read({"cells": cells})]
    assert names == ["answer", "", ""]


def test_older_versions_are_read():
    old = {"worksheets": [{"cells": [{"cell_type": "code", "input": "x"}]}]}
    assert read(old) == [Cell("code", "x")]


def test_what_is_no_cell_is_left_out():
    cells = [None, 7, {"source": 7}, {"source": ["a", 7, "b"]}]
    assert read({"cells": cells}) == [Cell("markdown", "ab")]


def test_text_can_be_written_again():
    (cell,) = read({"cells": [{"source": "\udc80"}]})
    assert cell.source.encode("utf-8") == b"?"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe\x00", b"7", b"[]", b"{}", b'{"cells": 7}'],
)
def test_what_is_no_notebook_is_said_to_be_none(data):
    with pytest.raises(Unreadable, match="is not a notebook"):
        read_cells(data)


def test_too_deep_too_large_and_too_many_are_refused(monkeypatch):
    with pytest.raises(Unreadable, match="is not a notebook"):
        read_cells(b"[" * 200_000)
    with pytest.raises(Unreadable, match="no list of cells"):
        read({"cells": [{}] * 1001})
    with pytest.raises(Unreadable, match="of text"):
        read({"cells": [{"source": "x" * 2**20 + "y"}]})
    monkeypatch.setattr(notebooks, "MOST_BYTES", 10)
    with pytest.raises(Unreadable, match="larger than"):
        read_cells(b" " * 11)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(cells=st.lists(VALUES))
def test_any_json_is_read_or_refused(cells):
    for cell in read({"cells": cells}):
        assert isinstance(cell.source, str)


def test_a_spoiled_notebook_is_read_or_refused():
    cells = [{"cell_type": "code", "source": ["é = 1\n", "x"], "metadata": {}}]
    whole = json.dumps({"cells": cells}, ensure_ascii=False)
    for encoding in ("utf-8", "utf-16"):
        for data in many_mangled(whole.encode(encoding)):
            with suppress(Unreadable):
                for cell in read_cells(data):
                    assert cell.source.encode("utf-8") is not None


@pytest.mark.parametrize(
    "encoding",
    [
        *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"),
        *("utf-32", "latin-1", "cp1252"),
    ],
)
def test_the_encodings_of_other_programs_are_read(encoding):
    cells = [{"cell_type": "code", "source": "# für José\nx = 1"}]
    text = json.dumps({"cells": cells}, ensure_ascii=False)
    (cell,) = read_cells(text.encode(encoding))
    assert cell.source == "# für José\nx = 1"


@pytest.mark.parametrize(
    ("raw", "text"), [(b"\x93x\x94", "\u201cx\u201d"), (b"\x81", "\x81")]
)
def test_quotes_of_windows_and_bytes_that_it_has_not_are_read(raw, text):
    (cell,) = read_cells(b'{"cells": [{"source": "' + raw + b'"}]}')
    assert cell.source == text


def test_a_file_is_read(tmp_path):
    (tmp_path / "f").write_bytes(b"data")
    assert read_file(tmp_path / "f") == b"data"
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "g")


def test_links_pipes_and_folders_are_no_files(tmp_path):
    (tmp_path / "f").write_bytes(b"data")
    (tmp_path / "link").symlink_to(tmp_path / "f")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "folder"):
        with pytest.raises(Unreadable, match="is no file"):
            read_file(tmp_path / name)
    assert read_file(tmp_path / "pipe") == b""


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("def f(X):", True),
        ("  def f (X):", True),
        ("f = lambda X: X", True),
        ("def ff(X):", False),
        ("# def f(X):", False),
        ("x = f(1)", False),
    ],
)
def test_definitions_are_recognized(source, found):
    assert defines(f"x = 1\n{source}", "f") == found


def test_a_folder_is_closed_again(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(Unreadable, match="is no file") as caught:
        read_file(tmp_path)
    # The exception holds what read_file had open.
    assert caught
    assert len(os.listdir("/proc/self/fd")) == before


def test_many_empty_lines_take_no_time():
    start = time.perf_counter()
    assert not defines("\n" * 200_000 + " " * 200_000, "double")
    assert not defines("def " + "\n" * 200_000, "double")
    assert time.perf_counter() - start < 1
