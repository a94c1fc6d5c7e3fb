"""The report names each submission and what happened to it."""

from __future__ import annotations

import csv
import re
from pathlib import PurePosixPath

from d2l_course.grading.batch import Graded
from d2l_course.grading.marking import Result
from d2l_course.intake.attempts import Attempt
from d2l_course.intake.collect import Found
from d2l_course.report import report_collected, report_graded

from small_course import ASSIGNMENT


def table(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_each_file_has_a_line_and_remarks_are_printed(course, capsys):
    found = [
        Found(PurePosixPath("a/x.ipynb"), "a", "x", taken=True),
        Found(PurePosixPath("b/y.png"), "b", remark="it is no notebook"),
    ]
    report_collected(course, ASSIGNMENT, found)
    said = capsys.readouterr().out
    assert "left out: b/y.png: it is no notebook" in said
    assert "1 notebooks of 1 students; 1 files left out" in said
    rows = table(course.root / "reports" / "hw1-collected.csv")
    assert [row["taken"] for row in rows] == ["yes", "no"]


def test_a_dry_run_prints_all_that_is_understood(course, capsys):
    found = [
        Found(
            PurePosixPath("a/x (1).ipynb"),
            *("a", "x", Attempt("20241105103000", 2, 1), "Moodle"),
            taken=True,
        ),
        Found(PurePosixPath("y.png"), remark="it is\nno \x1b[1m notebook"),
    ]
    report_collected(course, ASSIGNMENT, found, dry_run=True)
    header, one, other, last = capsys.readouterr().out.splitlines()
    assert header.split() == [
        *("file", "student", "exercise", "attempt"),
        *("taken", "known", "by", "remark"),
    ]
    told = ["a", "x", "2024-11-05 10:30 no. 2 (1)", "yes", "Moodle"]
    assert re.split("  +", one) == ["a/x (1).ipynb", *told]
    assert re.split("  +", other) == ["y.png", "no", "it is no �[1m notebook"]
    assert last.endswith("1 files left out. Nothing is written.")
    assert not (course.root / "reports").exists()


def test_a_class_that_becomes_one_student_is_a_warning(course, capsys):
    found = [
        Found(PurePosixPath(f"hw/{name}.ipynb"), "hw", taken=True)
        for name in "ab"
    ]
    report_collected(course, ASSIGNMENT, found)
    said = capsys.readouterr().err
    assert said.startswith("warning: all 2 files are hw's.")
    assert "--roster" in said
    for fewer in (found[:1], [*found, Found(PurePosixPath("x"), "zoe")]):
        report_collected(course, ASSIGNMENT, fewer)
        assert "warning" not in capsys.readouterr().err


def test_each_notebook_has_a_line(course, capsys):
    right = Result("x", "right", "yes", right=True, errors=("=1+1",))
    graded = [
        Graded("a", [right], before=True),
        Graded("b", [Result("x", "too-slow", "Your notebook ...")]),
    ]
    assert report_graded(course, ASSIGNMENT, graded, {"x": 2.0}) == 0
    assert "2 submissions, 1 of them graded before" in capsys.readouterr().out
    rows = table(course.root / "reports" / "hw1-graded.csv")
    assert [row["points"] for row in rows] == ["2.0", "0"]
    assert rows[0]["errors in cells"] == "'=1+1"
    assert rows[1]["result"] == "too-slow"


def test_what_could_not_be_graded_is_a_failure(course, capsys):
    graded = [Graded("a", problem="no memory")]
    assert report_graded(course, ASSIGNMENT, graded, {"x": 2.0}) == 1
    assert "not graded: a: no memory" in capsys.readouterr().err
    (row,) = table(course.root / "reports" / "hw1-graded.csv")
    assert (row["result"], row["points"]) == ("not graded", "")


def test_a_name_that_is_no_utf_8_is_printed(course, capsys):
    found = [Found(PurePosixPath("\udce9.png"), remark="it is no notebook")]
    report_collected(course, ASSIGNMENT, found)
    assert "\\udce9.png: it is no notebook" in capsys.readouterr().out
    (row,) = table(course.root / "reports" / "hw1-collected.csv")
    assert row["file"] == "\\udce9.png"


def test_no_name_of_a_file_speaks_to_the_terminal(course, capsys):
    path = PurePosixPath("\x1b]0;x\a\u202ea\rb.png")
    report_collected(course, ASSIGNMENT, [Found(path, remark="\x9b1m")])
    report_graded(course, ASSIGNMENT, [Graded("a", problem="\x1bc")], {})
    said = "".join(capsys.readouterr())
    assert said.replace("\n", "").isprintable()
    report = course.root / "reports" / "hw1-collected.csv"
    assert "\x1b" not in report.read_text("utf-8")
