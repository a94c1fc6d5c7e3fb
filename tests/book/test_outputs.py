"""The outputs on the pages are those that the build executed and kept."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from jupyter_cache import get_cache
from visiting import ROOT


@pytest.fixture(scope="module")
def sources() -> dict[str, set[str]]:
    """What the outputs of each chapter were recorded to depend on."""
    cache = get_cache(ROOT / "_build" / ".jupyter_cache")
    recorded = {
        # Sphinx, which would execute what it does not find, records nothing.
        Path(record.uri).stem: set(record.data.get("sources", ()))
        for record in cache.list_cache_records()
    }
    cache.db.dispose()
    return recorded


def imported(chapter: Path) -> Iterator[str]:
    """Yields the files of our packages that a chapter's code imports."""
    for cell in nbformat.read(chapter, as_version=4).cells:
        if cell.cell_type != "code" or cell.id == "colab-install":
            continue
        for node in ast.walk(ast.parse(cell.source)):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                if name.startswith(("d2l_ext", "d2l_check")):
                    spec = find_spec(name)
                    assert spec is not None
                    assert spec.origin is not None
                    path = Path(spec.origin).relative_to(ROOT)
                    yield path.as_posix()


def test_what_a_chapter_imports_is_recorded(
    sources: dict[str, set[str]], notebook: str
) -> None:
    chapter = ROOT / f"{notebook}.ipynb"
    recorded = sources[chapter.stem]
    assert {"common", "claims"} <= recorded
    assert set(imported(chapter)) <= recorded


def test_no_other_outputs_are_kept(sources: dict[str, set[str]]) -> None:
    notebooks = ROOT.glob("chapters/*/*.ipynb")
    assert set(sources) == {path.stem for path in notebooks}
