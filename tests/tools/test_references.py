"""The sources in references.bib are those that the pages cite."""

from __future__ import annotations

import re
from pathlib import Path

from tools.notebooks.reading import Course

ROOT = Path(__file__).parents[2]


def test_every_source_is_cited_and_every_citation_has_a_source():
    sources = Course(ROOT).citations
    pages = [ROOT / "index.md", *(ROOT / "chapters").rglob("*.md")]
    pages += (ROOT / "chapters").rglob("*.ipynb")
    cited = {
        key.strip()
        for page in pages
        for keys in re.findall(
            r"\{cite(?::\w+)?\}`([^`]+)`", page.read_text(encoding="utf-8")
        )
        for key in keys.split(",")
    }
    assert sorted(sources) == sorted(cited)
