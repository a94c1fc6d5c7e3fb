"""What was graded is kept, whenever the grader is killed."""

from __future__ import annotations

import os
import subprocess
import sys

from d2l_course.course import CourseError
from d2l_course.grading.ledger import Ledger, only_grader
from d2l_course.grading.marking import Result
from d2l_course.grading.submission import Submission

import pytest
from small_course import ASSIGNMENT, make_course

RESULTS = [
    Result("half", "right", "Well done.", right=True, seconds=0.25),
    Result(
        notebook="double-it",
        kind="misconception",
        name="same",
        message="é \ud83d",
        html="<b>",
        text="b",
        errors=("NameError: x", "ValueError"),
    ),
]
POINTS = {"half": 1.0, "double-it": 2.0}


def submission(student="jane", fingerprint="1"):
    return Submission(student, (), {}, fingerprint)


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture
def ledger(course):
    return Ledger(course, ASSIGNMENT)


def test_nothing_is_graded_at_first(ledger):
    assert ledger.results("jane", "1") is None
    assert ledger.recorded("jane") is None


def test_another_run_finds_what_was_graded(ledger, course):
    ledger.write(submission(), RESULTS)
    again = Ledger(course, ASSIGNMENT)
    assert again.results("jane", "1") == RESULTS
    assert again.recorded("jane") is None


def test_what_the_gradebook_has_is_known(ledger):
    for recorded in (None, POINTS):
        ledger.write(submission(), RESULTS, recorded)
        assert ledger.recorded("jane") == recorded
    assert ledger.results("jane", "1") == RESULTS


def test_another_submission_of_the_student_is_not_graded(ledger):
    ledger.write(submission(fingerprint="1"), RESULTS, recorded=POINTS)
    assert ledger.results("jane", "2") is None


def test_who_has_other_points_is_known(ledger):
    for student, points in (
        *(("al", POINTS), ("bo", {**POINTS, "half": 9.0})),
        *(("cy", {"half": 1.0}), ("di", None)),
    ):
        ledger.write(submission(student), RESULTS, points)
    # As an earlier version wrote it.
    path = ledger._path("al")
    path.with_stem("ed").write_text('{"recorded": true}')
    assert ledger.outdated(POINTS) == ["bo", "cy", "ed"]


def test_students_and_assignments_are_kept_apart(ledger, course):
    ledger.write(submission(), RESULTS, recorded=POINTS)
    assert ledger.results("zoe", "1") is None
    assert Ledger(course, "hw2").results("jane", "1") is None


def test_a_half_written_file_is_no_result(ledger, course, monkeypatch):
    ledger.write(submission(), RESULTS[:1], recorded=POINTS)

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", killed)
        for student in ("jane", "zoe"):
            with pytest.raises(KeyboardInterrupt):
                ledger.write(submission(student), RESULTS)
    again = Ledger(course, ASSIGNMENT)
    assert again.results("jane", "1") == RESULTS[:1]
    assert again.results("zoe", "1") is None
    again.write(submission("zoe"), RESULTS, recorded=POINTS)
    assert again.results("zoe", "1") == RESULTS


def test_two_graders_do_not_grade_one_course(course):
    with (
        only_grader(course),
        pytest.raises(CourseError, match="graded already"),
        only_grader(course),
    ):
        pass
    with only_grader(course):
        pass


def test_a_grader_that_was_killed_is_in_nobodys_way(course):
    code = (
        "import fcntl, os, signal\n"
        f"lock = open({os.fspath(course.root / '.grading')!r}, 'w')\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\n"
        "print('locked', flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-I", "-c", code], stdout=subprocess.PIPE
    ) as other:
        other.stdout.readline()
        with pytest.raises(CourseError), only_grader(course):
            pass
        other.kill()
    with only_grader(course):
        pass


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", '{"fingerprint": "1"}'),
        '{"fingerprint": "1", "results": [{"errors": [], "old": 1}]}',
    ],
)
def test_what_cannot_be_read_is_not_graded(ledger, text):
    ledger.write(submission(), RESULTS)
    ledger._path("jane").write_text(text)
    assert ledger.results("jane", "1") is None
    assert ledger.recorded("jane") is None
