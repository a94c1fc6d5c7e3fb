"""The sources in references.bib are those that the pages cite."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_source_is_cited_and_every_citation_has_a_source():
    sources = re.findall(
        r"^@\w+\{(\w+),",
        (ROOT / "references.bib").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
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
