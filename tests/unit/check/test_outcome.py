"""The kinds are the texts that are stored."""

from __future__ import annotations

import json

from d2l_check.outcome import VERDICTS, Kind

import pytest


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_is_its_text(kind):
    assert kind == kind.value
    assert str(kind) == f"{kind}" == format(kind, "") == kind.value
    assert json.loads(json.dumps({"kind": kind})) == {"kind": kind.value}
    assert Kind(kind.value) is kind


def test_verdicts_are_kinds_each_once():
    assert set(VERDICTS) < set(Kind)
    assert len(set(VERDICTS)) == len(VERDICTS)
