"""The report names each submission and what happened to it."""

from __future__ import annotations

import csv
from pathlib import PurePosixPath

from d2l_course.grading.batch import Graded
from d2l_course.grading.marking import Result
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
