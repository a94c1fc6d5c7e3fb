"""The table of runs: written whole, read with care, judged by the rule."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as onp
import pytest
from measured_book import CLAIMS, EFFECT, write_book, write_claims

from tools.evidence import kept
from tools.evidence.book import Book, EvidenceError
from tools.evidence.judging import judged, write_verdicts
from tools.evidence.kept import Run
from tools.evidence.table import (
    Entry,
    Row,
    Table,
    joined,
    read_table,
    rows_of,
    write_table,
)
from tools.evidence.tasks import (
    FIRST_SEED,
    Estimate,
    Task,
    missing,
    wanted,
)

pytest.importorskip("scipy", "1.15")


@pytest.fixture
def book(tmp_path):
    return Book(write_book(tmp_path))


def run(book, claim="gain", seed=1, budget="short", **changes):
    """A run of the claim as it stands."""
    found = book.claims[claim]
    values = dict.fromkeys(found.arms, 1.0)
    made = Run(
        claim=claim,
        chapter="one",
        budget=budget,
        seed=seed,
        status="ok",
        error="",
        values=values,
        numbers={"it is": 'ü, "x"\nand more'},
        declared=found.declared,
        cells=dict(found.cells),
        modules={},
        settings={"machine": "one, or two"},
        seconds=1.234,
    )
    return replace(made, **changes)


def failed(book, seed):
    return run(book, seed=seed, status="failed", error="it is", values={})


def table_of(book, runs):
    return joined(book, Table([], {}), runs)


# Kept


def test_what_is_kept_is_read_again(book, tmp_path):
    runs = [run(book, seed=seed) for seed in (1, 2)]
    kept.keep(tmp_path, runs)
    kept.keep(tmp_path, [failed(book, 3)])
    assert kept.read(tmp_path) == [*runs, failed(book, 3)]
    assert kept.read(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("text", "line"),
    [("[\n{", 2), ("", 1), ("[{}]", 1)],
)
def test_a_damaged_file_is_named_and_stays(tmp_path, text, line):
    path = tmp_path / "finished" / "one.json"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match=rf"one\.json:{line}: damaged"):
        kept.read(tmp_path)
    assert path.read_text(encoding="utf-8") == text


def test_half_a_file_is_never_there(tmp_path, monkeypatch):
    path = tmp_path / "file"
    kept.write(path, "before")

    def fail(*_):
        raise OSError("no space left")

    monkeypatch.setattr(kept.os, "fsync", fail)
    with pytest.raises(OSError, match="no space"):
        kept.write(path, "after")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


# The table


def test_the_table_is_read_as_it_was_written(book, tmp_path):
    table = table_of(
        book, [failed(book, 11), run(book, seed=2), run(book, "sum")]
    )
    write_table(tmp_path, table)
    assert read_table(tmp_path) == table
    assert b"\r" not in (tmp_path / "runs.csv").read_bytes()
    assert [row.seed for row in table.rows] == [2, 11, 1]


def test_the_file_reads_with_pandas(book, tmp_path):
    pd = pytest.importorskip("pandas")
    write_table(tmp_path, table_of(book, [run(book), failed(book, 2)]))
    # As evidence/README.md says.
    runs = pd.read_csv(tmp_path / "runs.csv", keep_default_na=False)
    runs = runs[runs.status == "ok"].astype({"value": float})
    means = runs.groupby(["claim", "arm", "budget"]).value.mean()
    assert means.to_dict() == {("gain", "", "short"): 1.0}
    assert json.loads(runs.numbers[0])["it is"].startswith("ü")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("claim,chapter", "chapter,claim", 1),
        (",short,2,1.0,ok", ",short,2,one,ok", 3),
        (",short,2,1.0,ok", ",short,2,nan,ok", 3),
        (",short,2,1.0,ok", ",short,2,,ok", 3),
        (",short,2,1.0,ok", ",short,2,1.0,fine", 3),
        (",short,2,1.0,ok", ",middling,2,1.0,ok", 3),
        (",short,2,1.0,ok", ",short,two,1.0,ok", 3),
        (",short,2,1.0,ok", ",short,1,1.0,ok", 3),
        (",short,2,1.0,ok", ",short,2,1.0", 3),
    ],
)
def test_a_damaged_table_is_named_with_the_line(
    book, tmp_path, old, new, line
):
    runs = [run(book, seed=seed) for seed in (1, 2)]
    runs = [replace(each, numbers={"a": 1}) for each in runs]
    write_table(tmp_path, table_of(book, runs))
    path = tmp_path / "runs.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(EvidenceError, match=rf"runs\.csv:{line}: damaged"):
        read_table(tmp_path)


def test_a_table_that_is_no_text_is_named(tmp_path):
    (tmp_path / "runs.csv").write_bytes(b"claim\n\xff\n")
    with pytest.raises(EvidenceError, match=r"runs\.csv:2: .* not UTF-8"):
        read_table(tmp_path)


def test_damaged_codes_are_named(tmp_path):
    (tmp_path / "code.json").write_text('{"gain": {"code": 1}}')
    with pytest.raises(EvidenceError, match=r"code\.json:1: damaged"):
        read_table(tmp_path)


def test_seeds_may_take_other_ways_through_the_code(book):
    """The modules of all runs count, for all of them."""
    module = "d2l_ext/layers/double.py"
    other = run(book, seed=2, modules={module: book.digest(module)})
    table = table_of(book, [run(book), other])
    assert set(table.codes["gain"].modules) == {module}
    assert len({row.code for row in table.rows}) == 1
    # Also those that only the table has.
    again = joined(book, table_of(book, [run(book)]), [other])
    assert again == table


def test_of_one_seed_the_run_counts_that_was_finished(book):
    once = table_of(book, [failed(book, 1), run(book), failed(book, 1)])
    assert [row.status for row in once.rows] == ["ok"]
    none = table_of(book, [failed(book, 1), failed(book, 1)])
    assert [row.status for row in none.rows] == ["failed"]


def test_a_claim_that_is_no_more_has_no_rows(book):
    table = table_of(book, [run(book), run(book, "sum")])
    write_claims(book.root, {"sum": CLAIMS["sum"]})
    found = joined(Book(book.root), table, [])
    assert {row.claim for row in found.rows} == {"sum"}
    assert set(found.codes) == {"sum"}


def test_rows_of_another_code_are_not_judged(book):
    table = table_of(book, [run(book, seed=seed) for seed in range(1, 13)])
    old = [replace(row, code="0" * 16) for row in table.rows[:3]]
    mixed = Table([*old, *table.rows[3:]], table.codes)
    found = judged(book, mixed, "")["claims"]["gain"]
    assert found["arms"][0]["count"] == 9


# Verdicts


def test_verdicts_change_nothing_else(book):
    folder = book.root / "evidence"
    runs = [run(book, seed=seed) for seed in range(1, 13)]
    write_table(folder, table_of(book, runs))
    before = {p: p.read_bytes() for p in folder.iterdir()}
    found = write_verdicts(book, folder)
    assert set(found["claims"]) == {"gain"}
    after = {p: p.read_bytes() for p in folder.iterdir()}
    after.pop(folder / "verdicts.json")
    assert after == before
    assert len(found["runs"]) == 64


@pytest.mark.parametrize(
    ("direction", "mean", "verdict", "manner"),
    [
        ("higher", 3, "holds", None),
        ("lower", 3, "holds", None),
        ("higher", 0, "does not hold", "no difference that matters"),
        ("higher", -3, "does not hold", "the reverse"),
        ("equal", 0, "holds", None),
        ("equal", 3, "does not hold", "a difference that matters"),
    ],
)
def test_an_effect_is_judged_by_its_declaration(
    tmp_path, direction, mean, verdict, manner
):
    metric = EFFECT["metric"] | {"direction": direction}
    book = Book(
        write_book(tmp_path, None, {"gain": EFFECT | {"metric": metric}})
    )
    noise = onp.linspace(-1, 1, 12)
    runs = [
        run(book, seed=seed, values={"": mean + noise[seed - 1]})
        for seed in range(1, 13)
    ]
    found = judged(book, table_of(book, runs), "")["claims"]["gain"]
    assert (found["verdict"], found["manner"]) == (verdict, manner)
    (arm,) = found["arms"]
    assert (arm["p_corrected"] is None) == (direction == "equal")
    assert math.isclose(arm["mean"], mean, abs_tol=1e-9)
    if mean:
        # Three of no difference contradict a sentence that says so.
        assert arm["agree"] == float(mean > 0 and direction != "equal")


def test_a_failed_run_leaves_the_verdict_open(book):
    runs = [run(book, seed=s, values={"": 5.0 + s}) for s in range(1, 13)]
    found = judged(book, table_of(book, runs), "")["claims"]["gain"]
    assert found["verdict"] == "holds"
    runs.append(failed(book, 13))
    found = judged(book, table_of(book, runs), "")["claims"]["gain"]
    assert (found["verdict"], found["arms"][0]["failed"]) == ("undecided", 1)


@pytest.mark.parametrize(
    ("count", "step", "spread"),
    [
        (11, 0, None),  # too few to say where others lie
        (12, 0, EFFECT["margin"]),  # they agree, and another may round
        (12, 50, pytest.approx(4.437 * 50 * math.sqrt(13), rel=1e-3)),
    ],
)
def test_where_other_runs_may_lie(book, count, step, spread):
    runs = [
        run(book, seed=seed, values={"": 5.0 + step * seed})
        for seed in range(1, count + 1)
    ]
    found = judged(book, table_of(book, runs), "")["claims"]["gain"]
    assert found["arms"][0]["spread"] == spread


# Tasks


def test_what_is_wanted_depends_on_the_kind(book):
    assert wanted(book.claims["sum"]) == {("short", FIRST_SEED)}
    assert len(wanted(book.claims["often"])) == 20
    assert len(wanted(book.claims["gain"])) == 12
    long_too = replace(book.claims["gain"], budgets=("short", "long"))
    assert len(wanted(long_too)) == 12 + 6
    assert len(wanted(long_too, 30, 8)) == 30 + 8
    assert min(seed for _, seed in wanted(long_too)) == FIRST_SEED


def test_a_task_has_the_claims_that_lack_its_run(book):
    done = {"gain": {("short", FIRST_SEED), ("short", FIRST_SEED + 1)}}
    claims = list(book.claims.values())
    tasks = missing(claims, done, 3, 6)
    assert [[c.id for c in t.claims] for t in tasks] == [
        ["often", "sum"],
        ["often"],
        ["gain", "often"],
    ]
    job = tasks[2].job(book, [])
    assert [cell["id"] for cell in job["cells"]] == [
        *("imports", "gains", "claim-gain", "claim-often")
    ]


def test_an_estimate_is_by_chapter_and_budget(book):
    claims = tuple(book.claims.values())
    short = Task("one", "short", 1, claims)
    long_ = Task("one", "long", 1, claims)
    estimate = Estimate(book, {})
    assert estimate.of(short) == math.inf
    assert estimate.left([short], 2) == ""
    estimate.add(short, 60)
    assert (estimate.of(short), estimate.of(long_)) == (60, 600)
    estimate.add(long_, 300)
    assert estimate.of(long_) == 300
    assert estimate.left([short] * 4 + [long_], 2) == "about 4 min left"


def test_a_row_is_an_arm(book):
    arms = {"low": 1.0, "high": 2.0}
    rows = rows_of(run(book, values=arms), "0" * 16)
    assert [(row.arm, row.value) for row in rows] == list(arms.items())
    assert all(isinstance(row, Row) for row in rows)
    assert (
        Entry("0" * 16, {}, {}).is_current(book.claims["gain"], book) is False
    )
