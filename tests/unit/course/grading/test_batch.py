"""A batch grades each submission once, whatever happens to it."""

from __future__ import annotations

import errno
import os
import sqlite3
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing

from d2l_course.course import CourseError
from d2l_course.grading import batch
from d2l_course.grading.batch import Batch
from d2l_course.grading.ledger import Ledger
from d2l_course.handout.release import release
from d2l_course.nbgrader.feedback import write_feedback
from d2l_course.nbgrader.gradebook import GradebookError, Grades
from d2l_course.sandbox.base import SandboxError

import pytest
from small_course import (
    ASSIGNMENT,
    ONCE_MORE,
    RIGHT,
    UNBOXED,
    notebook,
    submit,
)


class Alone(Executor):
    """Does everything at once, and counts."""

    def __init__(self):
        self.count = 0

    def submit(self, function, *args):
        self.count += 1
        future = Future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future


def grade(course, pool=None, width=2, again=False):
    pool = pool or Alone()
    with Grades(course, ASSIGNMENT) as grades:
        graded = Batch(course, ASSIGNMENT).grade(
            grades, pool, width, UNBOXED, again
        )
        return {one.student: one for one in graded}


def scores(course):
    with closing(sqlite3.connect(course.root / "gradebook.db")) as gradebook:
        return gradebook.execute("SELECT auto_score FROM grade").fetchall()


def test_each_student_gets_what_was_earned(course):
    submit(course, "ada", notebook(RIGHT))
    submit(course, "bob", notebook(ONCE_MORE))
    submit(course, "eve", b"no notebook")
    with ThreadPoolExecutor(2) as pool:
        graded = grade(course, pool)
    kinds = {name: one.results[0].kind for name, one in graded.items()}
    assert kinds == {
        "ada": "right",
        "bob": "misconception",
        "eve": "unreadable",
    }
    assert sorted(scores(course)) == [(0.0,), (0.0,), (2.0,)]


def test_nothing_is_graded_twice(course):
    submit(course, "ada", notebook(RIGHT))
    grade(course)
    pool = Alone()
    graded = grade(course, pool)
    assert pool.count == 0
    assert graded["ada"].before
    assert graded["ada"].results[0].right


def test_what_changed_is_graded_again(course):
    submit(course, "ada", notebook(ONCE_MORE))
    grade(course)
    submit(course, "ada", notebook(RIGHT))
    assert grade(course)["ada"].results[0].right
    assert scores(course) == [(2.0,)]


def test_all_is_graded_again_on_request(course):
    submit(course, "ada", notebook(RIGHT))
    grade(course)
    pool = Alone()
    assert not grade(course, pool, again=True)["ada"].before
    assert pool.count == 1


def test_points_that_changed_are_given_without_grading_again(course):
    submit(course, "ada", notebook(RIGHT))
    submit(course, "bob", notebook(ONCE_MORE))
    grade(course)
    source = course.root / "source" / ASSIGNMENT / "double-it.ipynb"
    source.write_text(source.read_text().replace('"points": 2', '"points": 5'))
    release(course, ASSIGNMENT)
    pool = Alone()
    graded = grade(course, pool)
    assert pool.count == 0
    assert all(one.before and one.revalued for one in graded.values())
    assert sorted(scores(course)) == [(0.0,), (5.0,)]
    assert not any(one.revalued for one in grade(course).values())


def test_what_the_gradebook_missed_is_written_by_the_next_run(
    course, monkeypatch
):
    submit(course, "ada", notebook(RIGHT))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(batch.Grades, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            grade(course)
    assert scores(course) == []
    assert Ledger(course, ASSIGNMENT).recorded("ada") is None
    pool = Alone()
    assert grade(course, pool)["ada"].before
    assert pool.count == 0
    assert scores(course) == [(2.0,)]


def test_without_a_gradebook_it_ends_and_what_was_graded_is_kept(
    course, monkeypatch
):
    submit(course, "ada", notebook(RIGHT))
    submit(course, "bob", notebook(RIGHT))
    book = course.root / "gradebook.db"
    hidden = book.rename(course.root / "hidden.db")
    book.mkdir()
    with pytest.raises(GradebookError, match="cannot be opened"):
        grade(course)
    book.rmdir()
    hidden.rename(book)
    assert any(one.before for one in grade(course).values())
    assert sorted(scores(course)) == [(2.0,), (2.0,)]


def test_a_sandbox_that_fails_is_no_students_fault(course, monkeypatch):
    submit(course, "ada", notebook(RIGHT))
    submit(course, "bob", notebook(RIGHT))
    whole = batch.grade_submission

    def fail_once(tasks, sandbox):
        monkeypatch.setattr(batch, "grade_submission", whole)
        raise SandboxError("no memory")

    monkeypatch.setattr(batch, "grade_submission", fail_once)
    graded = grade(course)
    assert graded["ada"].problem == "no memory"
    assert graded["bob"].results[0].right
    assert grade(course)["ada"].results[0].right


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        *((batch.Reader, "read"), (batch.Grades, "record")),
        *((Ledger, "write"), (Ledger, "results")),
    ],
)
def test_what_one_submission_does_is_its_own_line(
    course, monkeypatch, owner, method
):
    for name in ("ada", "bob", "eve"):
        submit(course, name, notebook(RIGHT))
    whole = getattr(owner, method)

    def fail_for_bob(self, student, *args, **options):
        if "bob" in (student, getattr(student, "student", "")):
            raise IndexError("string index out of range")
        return whole(self, student, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(owner, method, fail_for_bob)
        graded = grade(course)
    assert graded["bob"].problem == "string index out of range"
    assert graded["ada"].results[0].right
    assert graded["eve"].results[0].right
    assert grade(course)["bob"].results[0].right


def test_a_full_disk_stops_the_batch_with_a_sentence(course, monkeypatch):
    for name in ("ada", "bob"):
        submit(course, name, notebook(RIGHT))
    grade(course)
    before = {
        path: path.read_bytes()
        for path in course.root.rglob("*")
        if path.is_file()
    }

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CourseError, match="cannot be written: No space"):
            grade(course, again=True)
    assert {path: path.read_bytes() for path in before} == before
    assert not list(course.root.rglob("*.part"))


def test_no_more_is_sent_than_fits(course):
    for name in "abcdef":
        submit(course, name, notebook(RIGHT))

    class Lazy(Executor):
        def __init__(self):
            self.waiting = self.most = 0

        def submit(self, function, *args):
            self.waiting += 1
            self.most = max(self.most, self.waiting)
            future = Future()
            result = function.__result__
            future.result = lambda: self.done() or result
            future.set_result(result)
            return future

        def done(self):
            self.waiting -= 1

    pool = Lazy()
    whole = batch.grade_submission
    whole.__result__ = []
    try:
        grade(course, pool, width=3)
    finally:
        del whole.__result__
    assert pool.most == 3


def test_the_time_of_submission_is_kept(course):
    path = submit(course, "ada", notebook(RIGHT))
    (path.parent / "timestamp.txt").write_text("2024-11-05 10:30:00 UTC")
    grade(course)
    with closing(sqlite3.connect(course.root / "gradebook.db")) as gradebook:
        (row,) = gradebook.execute(
            "SELECT timestamp FROM submitted_assignment"
        )
    assert row[0].startswith("2024-11-05 10:30")


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\xff\xfe", b"soon", b"9" * 40, b"2024-11-05" * 1000),
        *(b"2024-11-05 10:30:00 +99:99", b"10:" + b"1" * 30),
    ],
)
def test_a_time_that_a_student_made_up_stops_nothing(course, data):
    for name in ("ada", "bob"):
        path = submit(course, name, notebook(RIGHT))
    (path.parent / "timestamp.txt").write_bytes(data)
    graded = grade(course)
    assert [one.results[0].right for one in graded.values()] == [True, True]


def test_a_pipe_or_a_link_in_place_of_the_time_is_not_read(course):
    for name, make in (("ada", os.mkfifo), ("bob", link_to_the_secret)):
        path = submit(course, name, notebook(RIGHT))
        make(path.with_name("timestamp.txt"))
        make(path.with_name("submission_secret.txt"))
    assert len(grade(course)) == 2
    for name in ("ada", "bob"):
        folder = course.path("autograded", name, ASSIGNMENT)
        assert os.listdir(folder) == ["double-it.ipynb"]


def link_to_the_secret(path):
    path.symlink_to(path.parents[3] / "course.json")


def test_nbgrader_finds_what_it_gives_feedback_back_by(course):
    path = submit(course, "ada", notebook(RIGHT))
    beside = {
        "timestamp.txt": "2024-11-05 10:30:00 UTC",
        "submission_secret.txt": "a1b2",
    }
    for name, text in beside.items():
        path.with_name(name).write_text(text)
    grade(course)
    list(write_feedback(course, ASSIGNMENT, ["ada"]))
    folder = course.path("feedback", "ada", ASSIGNMENT)
    assert {n: (folder / n).read_text() for n in beside} == beside
