"""The build of the book, on a small one whose chapters are quick.

Sphinx reads nothing here; tests/book look at the pages of the real book.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_nb.core.execute import cache as myst_cache
from myst_nb.core.execute import create_client

from tools.book import __main__ as book
from tools.book import site
from tools.book.outputs import CACHE, chapters
from tools.contradictions import MIME_TYPE
from tools.side_by_side import Job

ROOT = Path(__file__).resolve().parents[2]
CLAIM = {
    "chapter": "one",
    "id": "one-is-one",
    "remarks": ["This run lies outside the evidence."],
    "agrees": False,
}
#: Two modules, of which a chapter loads one lazily, and the other never.
PACKAGE = {
    "d2l_check/__init__.py": "",
    "d2l_check/used.py": "value = 7",
    "d2l_check/unused.py": "",
}


class Book:
    """A book in a folder of its own, and what its build printed."""

    def __init__(self, root, capsys):
        self.root = root
        self.build_folder = root / "_build"
        self._capsys = capsys

    def write(self, name, *sources):
        """Writes a chapter, with a cell for each source."""
        cells = [
            nbformat.v4.new_code_cell(source, id=f"cell-{number}")
            for number, source in enumerate(sources)
        ]
        kernel = {"name": "python3", "display_name": "Python 3"}
        metadata = {"kernelspec": kernel | {"language": "python"}}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
        nbformat.write(notebook, self.root / "chapters" / f"{name}.ipynb")

    def build(self):
        """Builds the book and returns the status and the text."""
        status = book.build_book(self.root, self.build_folder, None)
        return status, self._capsys.readouterr().out

    def executed(self):
        """Builds the book and returns the chapters that were executed."""
        status, text = self.build()
        assert status == 0, text
        return [
            Path(line.split()[3]).stem
            for line in text.splitlines()
            if line.startswith("[") and "chapters/" in line
        ]


@pytest.fixture
def small(tmp_path, monkeypatch, capsys):
    """A book of two chapters; the first loads a module."""
    (tmp_path / "chapters").mkdir()
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "claims.yml").write_text(
        "one-is-one: {chapter: one}\ntwo-is-two: {chapter: two}\n"
    )
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    parts = [{"chapters": [{"file": f"chapters/{n}"} for n in ("one", "two")]}]
    toc = {"format": "jb-book", "root": "index", "parts": parts}
    (tmp_path / "_toc.yml").write_text(yaml.safe_dump(toc))

    def make_pages(root, build, environ):
        (build / "html").mkdir(exist_ok=True)
        return 0

    async def no_students():
        return None

    monkeypatch.setattr(site, "make_pages", make_pages)
    monkeypatch.setattr(site, "copy_vendor", lambda folder: None)
    monkeypatch.setattr(
        book, "students", lambda *_: Job("students", no_students)
    )
    environ = book.environment(tmp_path / "_build", os.environ)
    for name, value in (environ | {"PYTHONPATH": str(tmp_path)}).items():
        monkeypatch.setenv(name, value)
    made = Book(tmp_path, capsys)
    made.write("one", "import d2l_check", "from d2l_check.used import value")
    made.write("two", "2 + 2")
    return made


def test_only_what_changed_is_executed(small):
    assert sorted(small.executed()) == ["one", "two"]
    assert small.executed() == []
    small.write("two", "2 + 3")
    assert small.executed() == ["two"]
    (small.root / "d2l_check" / "used.py").write_text("value = 8")
    assert small.executed() == ["one"]
    (small.root / "d2l_check" / "unused.py").write_text("1")
    assert small.executed() == []
    claims = small.root / "evidence" / "claims.yml"
    claims.write_text(
        claims.read_text().replace("{chapter: two}", "{chapter: two, a: 1}")
    )
    assert small.executed() == ["two"]


def test_sphinx_finds_the_outputs_and_executes_nothing(small, monkeypatch):
    small.executed()
    path = small.root / "chapters" / "two.ipynb"
    config = NbParserConfig(
        execution_mode="cache",
        execution_cache_path=str(small.build_folder / CACHE),
    )
    said = []
    cache = get_cache(small.build_folder / CACHE)
    monkeypatch.setattr(myst_cache, "get_cache", lambda path: cache)

    class Logger:
        def info(self, message, **_):
            said.append(message)

    notebook = nbformat.read(path, as_version=4)
    client = create_client(notebook, str(path), config, Logger())
    client.start_client()
    cache.db.dispose()
    (output,) = client.notebook.cells[0].outputs
    assert output["data"]["text/plain"] == "4"
    assert [cell.id for cell in client.notebook.cells] == ["cell-0"]
    assert [message.split(":")[0] for message in said] == [
        "Using cached notebook"
    ]


def test_a_box_that_contradicts_is_listed_and_stops_nothing(small):
    bundle = json.dumps({MIME_TYPE: CLAIM, "text/plain": "a box"})
    source = f"import json\ndisplay(json.loads({bundle!r}), raw=True)"
    small.write("one", source)
    for _ in range(2):
        status, text = small.build()
        assert status == 0
        assert text.splitlines()[-2:] == [
            "These runs lie outside the evidence:",
            "  one: one-is-one: This run lies outside the evidence.",
        ]


def test_a_chapter_that_raises_an_error_fails_and_the_others_are_kept(small):
    small.write("two", "a = 0", "# the cause\n1 / a")
    status, text = small.build()
    assert status == 1
    assert "chapters/two.ipynb: cell cell-1: ZeroDivisionError: " in text
    assert "# the cause" in text
    assert text.splitlines()[-1] == "The build failed: chapters/two.ipynb"
    small.write("two", "2 + 2")
    assert small.executed() == ["two"]


def test_a_kernel_that_dies_and_a_file_that_is_broken_are_named(small):
    small.write("one", "import os\nos._exit(3)")
    (small.root / "chapters" / "two.ipynb").write_text("{")
    status, text = small.build()
    assert status == 1
    assert "chapters/one.ipynb: cell cell-0: DeadKernelError" in text
    assert "chapters/two.ipynb: it is not a notebook" in text


def test_a_package_from_elsewhere_is_refused(small, tmp_path_factory):
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "d2l_ext.py").write_text("")
    source = f"import sys; sys.path.insert(0, {str(folder)!r})\nimport d2l_ext"
    small.write("two", source)
    status, text = small.build()
    assert status == 1
    assert "d2l_ext.py, which is not in this checkout" in text


def test_what_an_interrupted_build_kept_half_is_executed_again(small):
    small.executed()
    for file in small.build_folder.glob(f"{CACHE}/executed/*/base.ipynb"):
        file.write_text(file.read_text()[:99])
    assert sorted(small.executed()) == ["one", "two"]
    for folder in small.build_folder.glob(f"{CACHE}/executed/*"):
        shutil.rmtree(folder)
    assert sorted(small.executed()) == ["one", "two"]


def test_an_interrupted_build_keeps_the_chapters_that_ended(
    small, monkeypatch
):
    small.write("one", "1")
    run_all = book.run_all

    def interrupted(jobs, width):
        async def interrupt():
            await asyncio.sleep(0)
            raise KeyboardInterrupt

        run_all([*jobs[:1], Job("Ctrl-C", interrupt, -1)], 1)

    monkeypatch.setattr(book, "run_all", interrupted)
    with pytest.raises(KeyboardInterrupt):
        small.build()
    monkeypatch.setattr(book, "run_all", run_all)
    assert small.executed() == ["two"]


def test_outputs_that_no_chapter_has_any_more_are_dropped(small):
    small.executed()
    small.write("two", "2 + 3")
    small.executed()
    assert len(list(small.build_folder.glob(f"{CACHE}/executed/*"))) == 2


@pytest.mark.parametrize("change", ["nothing", "a source", "an output"])
def test_pages_are_made_anew_when_a_source_or_an_output_changed(small, change):
    small.executed()
    page = small.build_folder / "html" / "index.html"
    page.write_text("kept")
    if change == "a source":
        (small.root / "references.bib").write_text("@book{a}")
    if change == "an output":
        shutil.rmtree(small.build_folder / CACHE)
    small.executed()
    assert page.is_file() == (change == "nothing")


def test_pages_of_a_build_that_failed_are_made_anew(small, monkeypatch):
    small.executed()
    page = small.build_folder / "html" / "index.html"
    page.write_text("kept")
    make_pages = site.make_pages
    monkeypatch.setattr(site, "make_pages", lambda *_: 2)
    status, text = small.build()
    assert (status, page.is_file()) == (2, True)
    assert "The build failed" in text
    monkeypatch.setattr(site, "make_pages", make_pages)
    small.executed()
    assert not page.exists()


def test_the_chapters_are_those_of_the_table_of_contents():
    found = chapters(ROOT)
    assert set(found) == set(ROOT.glob("chapters/*/*.ipynb"))


def test_settings_of_the_author_do_not_reach_the_chapters(tmp_path):
    outer = {
        "D2L_EXT_SEED": "7",
        "D2L_EXT_SCALE": "full",
        "D2L_EXT_DATA": "/elsewhere",
        "HOME": "/home/author",
    }
    inner = book.environment(tmp_path, outer)
    assert inner["D2L_EXT_SEED"] == "0"
    assert inner["D2L_EXT_SCALE"] == "quick"
    assert inner["D2L_EXT_CTX"] == "auto"
    assert inner["OMP_NUM_THREADS"] == "1"
    assert "D2L_EXT_DATA" not in inner
    assert inner["HOME"] == "/home/author"
