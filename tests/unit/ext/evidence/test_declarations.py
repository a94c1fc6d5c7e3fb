"""The file of claims: what a declaration says, and what is refused."""

from __future__ import annotations

from d2l_ext.evidence.declarations import (
    DIRECTIONS,
    EFFECT,
    EXACT,
    FIELDS,
    KINDS,
    MACHINE,
    SHARE,
    Metric,
    declarations,
    problems,
    read,
)

import pytest

METRIC = {"name": "wetness", "unit": "points", "direction": "higher"}
COMMON = {
    "chapter": "a-chapter",
    "statement": "Water is wet.",
    "kind": EFFECT,
    "metric": METRIC,
    "margin": 1,
}


def found(*without, **changes):
    """Returns what is wrong with a claim that is changed in this way."""
    record = COMMON | changes
    for name in without:
        del record[name]
    return [problem for _, problem in problems({"bad": record})]


def test_the_books_claims_are_declared():
    declared = declarations()
    assert "bn-large-lr" in declared
    for declaration in declared.values():
        assert declaration.chapter
        assert declaration.statement.endswith(".")


def test_the_book_has_claims_of_every_kind():
    assert {claim.kind for claim in declarations().values()} == set(KINDS)


def test_a_declaration_has_what_its_record_says(write):
    record = COMMON | {"source": "ioffe2015"}
    (declaration,) = declarations(write({"one": record})).values()
    defaults = {"arms": (), "budgets": ("short",), "fixed": None}
    assert vars(declaration) == defaults | record | {
        "metric": Metric(**METRIC)
    }


def test_arms_and_budgets_are_read_in_their_order(write):
    record = COMMON | {
        "kind": EFFECT,
        "margin": 1,
        "arms": ["b", "a"],
        "budgets": ["short", "long"],
        "fixed": "the width",
    }
    (declaration,) = declarations(write({"one": record})).values()
    assert declaration.arms == ("b", "a")
    assert declaration.budgets == ("short", "long")
    assert declaration.fixed == "the width"


@pytest.mark.parametrize("value", ["a", [], [1], ["a", " "], None])
@pytest.mark.parametrize("name", ["arms", "budgets"])
def test_what_is_no_list_of_texts_is_found(name, value):
    problem = f"the value of {name!r} is not a list of texts"
    assert found(kind=EFFECT, margin=1, **{name: value}) == [problem]


def test_an_arm_that_is_there_twice_is_found():
    assert found(kind=EFFECT, margin=1, arms=["a", "a"]) == [
        "'arms' has a text twice"
    ]


def test_an_unknown_budget_is_found():
    assert found(kind=EFFECT, margin=1, budgets=["short", "medium"]) == [
        "unknown budget; the budgets are short, long"
    ]


@pytest.mark.parametrize("kind", [EXACT, MACHINE])
def test_what_is_not_trained_has_no_budgets(kind):
    assert found("margin", kind=kind, budgets=["short"]) == [
        f"a claim of the kind {kind!r} has no budgets"
    ]


def test_an_empty_file_declares_nothing(tmp_path):
    path = tmp_path / "claims.yml"
    path.write_text("# none yet\n")
    assert declarations(path) == {}


def test_the_loader_names_the_claim_that_is_wrong(write):
    records = {"good": COMMON, "bad": COMMON | {"kind": "is true"}}
    with pytest.raises(ValueError, match=r"^claims\.yml: bad: unknown kind"):
        declarations(write(records))


@pytest.mark.parametrize("text", ["- a\n- b", "text", "[", "a: 1\na: 2"])
def test_a_file_of_another_shape_is_refused(tmp_path, text):
    path = tmp_path / "claims.yml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"^claims\.yml: "):
        declarations(path)


def test_what_is_declared_twice_is_refused_and_named():
    with pytest.raises(ValueError, match="faster is declared twice"):
        read("faster: {kind: exact}\nfaster: {kind: share}\n")


def test_a_claim_that_is_no_mapping_is_found():
    (one,) = problems({"bad": None})
    assert one == (
        "bad",
        "is not a mapping with the fields chapter, statement, kind, metric",
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_claim_of_each_kind_passes(kind):
    margin = 0.8 if kind == SHARE else 1
    record = COMMON | {"kind": kind, "margin": margin}
    if kind in (EXACT, MACHINE):
        del record["margin"]
    assert list(problems({"good": record})) == []


@pytest.mark.parametrize("name", ["chapter", "statement", "kind", "metric"])
def test_a_missing_field_is_found(name):
    assert f"the field {name!r} is missing" in found(name)


def test_an_unknown_field_is_found_and_the_known_ones_listed():
    (problem,) = found(margins=1)
    assert problem.startswith("unknown field 'margins'; the fields are ")
    assert ", ".join(FIELDS) in problem


@pytest.mark.parametrize("value", [3, "", "  ", None, ["a"]])
@pytest.mark.parametrize("name", ["statement", "source", "kind"])
def test_a_value_that_is_no_text_is_found(name, value):
    assert f"the value of {name!r} is not text" in found(**{name: value})


def test_an_unknown_kind_is_found_and_the_known_ones_listed():
    assert found("margin", kind="efect") == [
        "unknown kind 'efect'; use one of: exact, effect, share, machine"
    ]


def test_a_verdict_is_computed_and_not_declared():
    (problem,) = found(verdict="holds")
    assert problem.startswith("unknown field 'verdict'; the fields are ")


@pytest.mark.parametrize(
    "margin", [None, 0, -1, True, "1", float("nan"), float("inf")]
)
@pytest.mark.parametrize("kind", [EFFECT, SHARE])
def test_a_margin_that_is_no_positive_number_is_found(kind, margin):
    (problem,) = found(kind=kind, margin=margin)
    assert "needs a margin" in problem


def test_a_missing_margin_is_found():
    (problem,) = found("margin")
    assert "an effect needs a margin, the smallest difference" in problem


@pytest.mark.parametrize("margin", [1, 1.5, 80])
def test_a_share_lies_between_0_and_1(margin):
    (problem,) = found(kind=SHARE, margin=margin)
    assert "a number between 0 and 1" in problem


@pytest.mark.parametrize("kind", [EXACT, MACHINE])
def test_other_kinds_have_no_margin(kind):
    (problem,) = found(kind=kind)
    assert problem.startswith(f"a claim of the kind {kind!r} has no margin")


@pytest.mark.parametrize(
    "metric",
    [
        "accuracy",
        {},
        {"name": "a", "unit": "points"},
        METRIC | {"margin": 1},
    ],
)
def test_a_metric_of_another_shape_is_found(metric):
    assert found(metric=metric) == [
        "the metric needs the fields name, unit, direction, no others"
    ]


@pytest.mark.parametrize("name", METRIC)
def test_a_metric_of_other_values_is_found(name):
    problem = f"the metric's {name!r} is not text"
    assert problem in found(metric=METRIC | {name: 1})


@pytest.mark.parametrize(
    ("kind", "direction", "allowed"),
    [
        (SHARE, "up", "higher, lower"),
        (SHARE, "equal", "higher, lower"),
        (EFFECT, "up", "higher, lower, equal"),
    ],
)
def test_an_unknown_direction_is_found(kind, direction, allowed):
    metric = METRIC | {"direction": direction}
    assert found(kind=kind, margin=0.5, metric=metric) == [
        f"unknown direction {direction!r}; use one of: {allowed}"
    ]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_what_is_exact_or_an_effect_may_be_equal_as_well(direction):
    metric = METRIC | {"direction": direction}
    assert found("margin", kind=EXACT, metric=metric) == []
    assert found(kind=EFFECT, margin=1, metric=metric) == []


def test_chapters_and_citations_are_looked_up_where_they_are_known():
    records = {"bad": COMMON | {"source": "iofe2015"}}
    assert list(problems(records)) == []
    there = problems(records, chapters=["another"], citations=["ioffe2015"])
    assert list(there) == [
        ("bad", "there is no chapter 'a-chapter'"),
        (
            "bad",
            "unknown citation 'iofe2015'; did you mean ioffe2015? The keys "
            "are those of references.bib",
        ),
    ]
    known = problems(
        records, chapters=["a-chapter"], citations=["iofe2015", "wu2018"]
    )
    assert list(known) == []
