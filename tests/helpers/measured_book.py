"""A book of one chapter, whose experiments take no time and no MXNet."""

from __future__ import annotations

import json
import textwrap
from pathlib import Path

import nbformat
import yaml

#: What the cells import in place of the package.
PACKAGE = {
    "__init__.py": """
        import os
        import random

        from d2l_ext.evidence.recording import claim

        __version__ = "1.2"


        def seed(value=None):
            random.seed(value)


        def setting():
            '''Which of the seeds it is: 1 for the first one.'''
            return int(os.environ["D2L_EXT_SEED"]) - 100
        """,
    "evidence/__init__.py": "",
    "evidence/machine.py": """
        def describe():
            return "a machine"
        """,
    "evidence/recording.py": """
        from collections import namedtuple
        from contextlib import contextmanager

        Record = namedtuple("Record", "claim values numbers")
        kept = []


        @contextmanager
        def recording():
            yield kept


        def claim(name, values, **numbers):
            if not isinstance(values, dict):
                values = {"": values}
            values = {arm: [float(v)] for arm, v in values.items()}
            kept.append(Record(name, values, numbers))
        """,
    "layers/__init__.py": "",
    "layers/double.py": """
        from d2l_ext.layers.unused import LIMIT


        def double(x):
            '''Doubles.'''
            return 2 * x
        """,
    "layers/unused.py": """
        LIMIT = 3


        class Layer:
            def forward(self, x):
                return x
        """,
    "data/__init__.py": "",
    "data/sets.py": """
        from pathlib import Path


        def load():
            path = Path(__file__).parents[1] / "_files" / "digits.txt"
            return float(path.read_text())
        """,
    "_files/digits.txt": "0.5",
    "_files/claims.yml": "",
}

CELLS = {
    "colab-install": "raise RuntimeError",
    "imports": """
        import random
        import d2l_ext
        from d2l_ext import claim, setting
        from d2l_ext.data.sets import load
        from d2l_ext.layers.double import double
        """,
    "gains": """
        gains = [double(3) + random.gauss(0, 0.1)]
        print("shown")
        """,
    "figure": "raise RuntimeError('a figure')",
    "claim-gain": 'claim("gain", gains[0] + load(), mean=gains[0])',
    "claim-often": 'claim("often", setting() != 3)',
    "claim-sum": 'claim("sum", 1 + 1 == 2)',
}

EFFECT = {
    "chapter": "one",
    "statement": "It gains.",
    "kind": "effect",
    "metric": {"name": "gain", "unit": "points", "direction": "higher"},
    "margin": 1,
}
SHARE = EFFECT | {"kind": "share", "margin": 0.5}
EXACT = {k: v for k, v in EFFECT.items() if k != "margin"} | {"kind": "exact"}
CLAIMS = {"gain": EFFECT, "often": SHARE, "sum": EXACT}


def write_book(
    root: Path,
    cells: dict[str, str] | None = None,
    claims: dict[str, dict[str, object]] | None = None,
) -> Path:
    """Writes a book, or what of it is given, and returns its folder."""
    for name, text in PACKAGE.items():
        path = root / "d2l_ext" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip(), encoding="utf-8")
    write_chapter(root, CELLS | (cells or {}))
    write_claims(root, CLAIMS if claims is None else claims)
    return root


def write_chapter(root: Path, cells: dict[str, str]) -> None:
    """Writes the chapter ``one``; a cell without text is left out."""
    notebook = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(
                textwrap.dedent(source).strip(),
                id=name,
                metadata={"tags": ["colab"]} if "colab" in name else {},
            )
            for name, source in cells.items()
            if source
        ]
    )
    path = root / "chapters" / "part" / "one.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(nbformat.writes(notebook), encoding="utf-8")


def write_claims(root: Path, claims: dict[str, dict[str, object]]) -> None:
    """Writes ``claims.yml``."""
    path = root / "evidence" / "claims.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(claims, sort_keys=False), encoding="utf-8")


def read_json(path: Path) -> dict[str, object]:
    """Returns what a file of JSON has."""
    return json.loads(path.read_text(encoding="utf-8"))
