"""A run for the evidence keeps what claims measure, and shows nothing."""

from d2l_ext.evidence.claim import claim
from d2l_ext.evidence.recording import Record, is_recording, recording

import numpy as np
import pytest


def test_claims_are_kept_in_their_order_and_not_shown(declared, shown):
    with recording() as records:
        claim("it-holds", True, error=np.float32(0.5))
        claim("it-differs", [1.5], best=None)
    assert shown == []
    assert records == [
        Record("it-holds", {"": [1.0]}, {"error": 0.5}),
        Record("it-differs", {"": [1.5]}, {"best": None}),
    ]


def test_a_claim_is_not_gated_while_it_is_recorded(
    declared, shown, with_settings
):
    with_settings(gate="on")
    with recording() as records:
        claim("it-holds", False, error=1)
    assert records[0].values == {"": [0.0]}


def test_recording_ends_with_its_block_and_after_an_error():
    assert not is_recording()
    with recording():
        assert is_recording()
    assert not is_recording()
    with pytest.raises(ZeroDivisionError), recording():
        1 / 0  # noqa: B018
    assert not is_recording()


def test_one_recording_inside_another_is_refused():
    with recording():
        with pytest.raises(RuntimeError, match="already"), recording():
            pass
        assert is_recording()
