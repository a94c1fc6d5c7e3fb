"""A file of claims of a test's own."""

import functools

from d2l_ext.evidence import claim
from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    EFFECT,
    EXACT,
    FAILS,
    HOLDS,
    MACHINE,
    SHARE,
    UNDECIDED,
    declarations,
)

import pytest
import yaml

METRIC = {"name": "wetness", "unit": "points", "direction": "higher"}
COMMON = {
    "chapter": "a-chapter",
    "statement": "Water is wet.",
    "kind": EXACT,
    "metric": METRIC,
}
RECORDS = {
    "it-holds": {"verdict": HOLDS},
    "it-fails": {"verdict": FAILS},
    "it-depends": {"verdict": CONDITIONAL, "condition": "small, large"},
    "it-varies": {"verdict": UNDECIDED},
    "it-escapes": {
        "verdict": CONDITIONAL,
        "condition": "<i>n</i> > 1",
        "statement": 'A "<b>bold</b>" claim & more.',
    },
    "it-differs": {"verdict": HOLDS, "kind": EFFECT, "margin": 1},
    "it-happens": {"verdict": HOLDS, "kind": SHARE, "margin": 0.8},
    "it-takes-time": {"kind": MACHINE},
}


@pytest.fixture
def write(tmp_path):
    """Returns a function that writes a file of claims."""

    def write_claims(records):
        path = tmp_path / "claims.yml"
        path.write_text(
            yaml.safe_dump(records, allow_unicode=True), encoding="utf-8"
        )
        return path

    return write_claims


@pytest.fixture
def declared(write, monkeypatch):
    """Puts the claims above in place of the book's."""
    path = write({name: COMMON | more for name, more in RECORDS.items()})
    monkeypatch.setattr(
        claim, "declarations", functools.partial(declarations, path)
    )
    monkeypatch.setattr(claim, "_measured_in", {})


@pytest.fixture
def shown(monkeypatch):
    """Returns what was displayed."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    return displayed
