"""The published evidence: how it is read, and what lies outside it."""

from __future__ import annotations

import json
import math

from d2l_ext.evidence import published as module
from d2l_ext.evidence.declarations import declarations
from d2l_ext.evidence.published import LONG, SHORT, Published, published

import made_up_evidence
import pytest


@pytest.fixture
def read(tmp_path):
    """Returns a function that reads what a file holds."""

    def read_text(text):
        path = tmp_path / "verdicts.json"
        path.write_text(text, encoding="utf-8")
        return published(path)

    yield read_text
    published.cache_clear()


def a_claim(**changes):
    return {"x": made_up_evidence.effect([1.0, 2.0, 3.0, 4.0]) | changes}


def as_json(claims):
    return json.dumps({"runs": "0" * 64, "claims": claims})


def test_claims_and_their_arms_are_read(read):
    found = read(as_json(a_claim(chapter="dropout")))["x"]
    assert isinstance(found, Published)
    assert (found.claim, found.kind, found.chapter) == (
        *("x", "effect", "dropout"),
    )
    assert found.budgets == (SHORT,)
    arm = found.arm()
    assert (arm.count, arm.mean, arm.values["1"]) == (4, 2.5, 1.0)
    assert found.arm(budget=LONG) is found.arm("elsewhere") is None


def test_without_a_file_there_is_no_evidence(tmp_path):
    assert published(tmp_path / "none.json") == {}


def test_the_book_reads_its_own():
    assert set(published()) <= set(declarations())


@pytest.mark.parametrize(("failed", "there"), [(0, False), (3, True)])
def test_a_claim_is_there_once_a_run_was_tried(read, failed, there):
    none = dict.fromkeys(("mean", "low", "high", "agree", "p", "spread"))
    none |= {"count": 0, "failed": failed, "values": {}}
    arm = made_up_evidence.arm([1.0])
    found = read(as_json(a_claim(code=None, arms=[arm | none])))
    assert ("x" in found) is there


def test_a_file_is_read_once(tmp_path, read):
    first = read(as_json(a_claim()))
    assert read(as_json({})) is first
    with pytest.raises(TypeError):
        first["y"] = None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"claims": {', "JSONDecodeError"),
        ("[]", "TypeError"),
        ("{}", "KeyError: 'claims'"),
        ('{"claims": []}', "AttributeError"),
        (as_json({"x": {}}), "KeyError"),
        (as_json(a_claim(verdict="perhaps")), "x has 'perhaps'; use one of"),
        (as_json(a_claim(kind="guess")), "x has 'guess'"),
        (as_json(a_claim(arms=[{"verdict": "holds"}])), "KeyError: 'budget'"),
        (
            as_json(a_claim()).replace('"mean": 2.5', '"mean": NaN'),
            "x has nan for a number",
        ),
        (
            as_json(a_claim()).replace('"mean": 2.5', '"mean": "2.5"'),
            "TypeError",
        ),
        (
            as_json(a_claim()).replace('"budget": "short"', '"budget": "2"'),
            "x has '2'; use one of: short, long",
        ),
    ],
)
def test_a_damaged_file_is_named_with_what_is_wrong(read, text, words):
    with pytest.raises(ValueError, match=r"verdicts\.json: cannot be") as info:
        read(text)
    assert words in str(info.value)
    assert "python -m tools.evidence verdicts" in str(info.value)


def evidence(**record):
    return module._claim("x", record)


class TestOutside:
    def effect(self, **changes):
        record = made_up_evidence.effect([1.0, 2.0, 3.0] * 4)
        record["arms"][0] |= {"spread": 4.0, **changes}
        return evidence(**record)

    @pytest.mark.parametrize("values", [[2.0], [-2.1], [6.1], [1.0, 3.0]])
    def test_an_effect_within_the_prediction_interval_is_inside(self, values):
        assert not self.effect().outside("", values)

    # The mean is 2, and 4 sqrt(1 + 1/12) is 4.16.
    @pytest.mark.parametrize("values", [[6.2], [-2.2], [math.nan], [math.inf]])
    def test_an_effect_beyond_it_or_no_number_is_outside(self, values):
        assert self.effect().outside("", values)

    def test_the_mean_of_more_seeds_may_lie_less_far_away(self):
        # 4 sqrt(1/4 + 1/12) is 2.31.
        assert not self.effect().outside("", [4.2] * 4)
        assert self.effect().outside("", [4.4] * 4)

    def test_seeds_that_all_agree_exactly_leave_room_for_rounding(self):
        same = self.effect(mean=0.1, spread=0.0)
        assert not same.outside("", [0.1, 0.1, 0.1])
        assert same.outside("", [0.1001])

    def test_without_evidence_to_compare_with_nothing_is_outside(self):
        assert not self.effect(mean=None).outside("", [99.0])
        assert not self.effect(spread=None).outside("", [99.0])
        assert not self.effect().outside("another arm", [99.0])
        assert not self.effect().outside("", [99.0], budget=LONG)
        assert not self.effect().outside("", [])

    @pytest.mark.parametrize(
        ("happened", "values", "outside"),
        [
            (12, [0], False),  # 1/14: one run of another outcome may occur
            (12, [0, 0, 0], False),  # 6 / (14 · 15 · 16) = .0018
            (12, [0, 0, 0, 0], True),  # 24 / (14 · 15 · 16 · 17) = .0004
            (12, [1, 1, 1, 1], False),
            (0, [1, 1, 1, 1], True),
            (6, [0, 0, 0, 0], False),
        ],
    )
    def test_a_share_is_outside_if_it_is_less_likely_than_one_in_1000(
        self, happened, values, outside
    ):
        share = evidence(**made_up_evidence.share(happened, 12))
        assert share.outside("", values) is outside

    def test_the_probabilities_of_a_share_are_those_of_counting(self):
        # After 12 of 12 the chance of k zeros is Beta(13, 1)'s.
        assert module._beta_binomial(0, 1, 13, 1) == pytest.approx(1 / 14)
        assert sum(
            module._beta_binomial(k, 7, 4, 3) for k in range(8)
        ) == pytest.approx(1)
        assert module._as_unlikely(3, 7, 3, 7) <= 1 + 1e-9

    def test_what_is_exact_has_one_outcome(self):
        exact = evidence(**made_up_evidence.exact(True))
        assert not exact.outside("", [1.0])
        assert exact.outside("", [0.0])
