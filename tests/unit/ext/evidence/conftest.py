"""A file of claims of a test's own, and the evidence for them."""

import functools
import json

from d2l_ext.evidence import claim
from d2l_ext.evidence.declarations import (
    EFFECT,
    EXACT,
    MACHINE,
    SHARE,
    declarations,
)
from d2l_ext.evidence.published import published

import made_up_evidence as made_up
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
    "it-holds": {},
    "it-fails": {},
    "it-depends": {"arms": ["small", "middle", "large"]},
    "it-is-new": {},
    "it-escapes": {
        "arms": ["<i>n</i> > 1"],
        "statement": 'A "<b>bold</b>" claim & more.',
    },
    "it-differs": {"kind": EFFECT, "margin": 1},
    "it-happens": {"kind": SHARE, "margin": 0.8},
    "it-takes-time": {"kind": MACHINE},
}


def _depends():
    """Evidence of a claim that holds in two of its three arms."""
    arms = []
    for name, value in {"small": 1.0, "middle": 0.0, "large": 1.0}.items():
        (arm,) = made_up.exact(bool(value))["arms"]
        arms.append(arm | {"arm": name})
    return made_up.claim(
        "exact", arms, verdict="holds only when", condition="small, large"
    )


EVIDENCE = {
    "it-holds": made_up.exact(True),
    "it-fails": made_up.exact(False),
    "it-depends": _depends(),
    "it-differs": made_up.effect([2.5, 3.0, 3.5] * 4),
    "it-happens": made_up.share(1200, 1200),
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
    """Puts the claims above, and their evidence, in place of the book's."""
    path = write({name: COMMON | more for name, more in RECORDS.items()})
    monkeypatch.setattr(
        claim, "declarations", functools.partial(declarations, path)
    )
    found = path.with_name("verdicts.json")
    found.write_text(json.dumps({"claims": EVIDENCE}), encoding="utf-8")
    monkeypatch.setattr(
        claim, "published", functools.partial(published, found)
    )
    monkeypatch.setattr(claim, "_measured_in", {})


@pytest.fixture
def shown(monkeypatch):
    """Returns what was displayed."""
    displayed = []
    monkeypatch.setattr("IPython.display.display", displayed.append)
    return displayed
