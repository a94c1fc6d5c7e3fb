"""The file of claims: what a declaration says, and what is refused."""

from __future__ import annotations

from d2l_ext.evidence.declarations import (
    CONDITIONAL,
    FAILS,
    HOLDS,
    VERDICTS,
    declarations,
)

import pytest

COMMON = {"chapter": "a-chapter", "statement": "Water is wet."}


def test_the_books_claims_are_declared():
    declared = declarations()
    assert "bn-large-lr" in declared
    for declaration in declared.values():
        assert declaration.chapter
        assert declaration.statement.endswith(".")


def test_a_declaration_has_what_its_record_says(write):
    record = COMMON | {"verdict": CONDITIONAL, "condition": "γ > 0"}
    (declaration,) = declarations(write({"one": record})).values()
    assert vars(declaration) == record


def test_an_empty_file_declares_nothing(tmp_path):
    path = tmp_path / "claims.yml"
    path.write_text("# none yet\n")
    assert declarations(path) == {}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"verdict": "is true"}, "'is true' is not known"),
        ({"verdict": HOLDS, "condition": "n > 1"}, "a condition belongs to"),
        ({"verdict": CONDITIONAL}, "a condition belongs to"),
        ({}, "verdict"),
        ({"verdict": HOLDS, "verdikt": FAILS}, "verdikt"),
    ],
)
def test_a_record_that_is_no_claim_is_refused_with_its_id(
    write, record, message
):
    records = {"good": COMMON | {"verdict": HOLDS}, "bad": COMMON | record}
    with pytest.raises(ValueError, match=r"^claims\.yml: bad: ") as refused:
        declarations(write(records))
    assert message in str(refused.value)


def test_an_unknown_verdict_is_refused_and_the_right_ones_listed(write):
    records = {"bad": COMMON | {"verdict": "true"}}
    with pytest.raises(ValueError, match="not known") as refused:
        declarations(write(records))
    assert ", ".join(VERDICTS) in str(refused.value)


@pytest.mark.parametrize("records", [["a", "b"], "text", {"bad": None}])
def test_a_file_of_another_shape_is_refused(write, records):
    with pytest.raises(ValueError, match=r"^claims\.yml: "):
        declarations(write(records))
