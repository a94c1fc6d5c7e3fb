"""What students hand in is sorted, and what is odd about it is told."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from d2l_course.course import CourseError
from d2l_course.intake.collect import collect

import pytest
from small_course import ASSIGNMENT, HALF, RIGHT, make_course, notebook


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture
def submissions(tmp_path):
    """Returns a function that writes files, by name, and the folder."""
    root = tmp_path / "submissions"
    root.mkdir()

    def write(files):
        for name, data in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        return root

    return write


def collected(course):
    """Returns what is where nbgrader expects it."""
    folder = course.root / "submitted"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def remarks(found):
    return {str(one.path): one.remark for one in found}


def test_notebooks_go_where_nbgrader_expects_them(course, submissions):
    one, other = notebook(RIGHT), notebook(HALF)
    root = submissions({"jane/double-it.ipynb": one, "zoe/half.ipynb": other})
    found = collect(course, ASSIGNMENT, root)
    assert collected(course) == {
        f"jane/{ASSIGNMENT}/double-it.ipynb": one,
        f"zoe/{ASSIGNMENT}/half.ipynb": other,
    }
    assert [(one.student, one.exercise) for one in found] == [
        ("jane", "double-it"),
        ("zoe", "half"),
    ]
    assert all(one.taken and not one.remark for one in found)


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (
            "Jane Doe_12_assignsubmission_file_/Copy of double-it (2).ipynb",
            "Jane_Doe_12",
        ),
        ("doejane_LATE_12_345_Double_It-1.ipynb", "doejane_12"),
        ("double-it_jane.ipynb.txt", None),
        ("jane/double-it.json", "jane"),
        ("jane/double-it", "jane"),
    ],
)
def test_downloads_of_platforms_are_recognized(
    course, submissions, name, student
):
    root = submissions({name: notebook(RIGHT), "zoe/a/b.ipynb": b""})
    found = {str(one.path): one for one in collect(course, ASSIGNMENT, root)}
    assert found[name].taken
    assert found[name].exercise == "double-it"
    assert student in (None, found[name].student)


def test_a_zip_of_zips_is_collected_like_a_folder(course, tmp_path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("homework/double-it.ipynb", notebook(RIGHT))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("jane.zip", inner.getvalue())
        archive.writestr("../../zoe/double-it.ipynb", notebook(RIGHT))
    collect(course, ASSIGNMENT, tmp_path / "all.zip")
    assert set(collected(course)) == {
        f"{student}/{ASSIGNMENT}/double-it.ipynb"
        for student in ("jane", "zoe")
    }
    assert not (tmp_path.parent / "zoe").exists()


def test_what_a_notebook_defines_counts_more_than_its_name(
    course, submissions
):
    root = submissions(
        {
            "jane/Untitled.ipynb": notebook("x = 1", HALF),
            "zoe/double-it.ipynb": notebook(HALF),
        }
    )
    found = collect(course, ASSIGNMENT, root)
    assert set(collected(course)) == {
        f"jane/{ASSIGNMENT}/half.ipynb",
        f"zoe/{ASSIGNMENT}/half.ipynb",
    }
    for remark in remarks(found).values():
        assert "defines what half asks" in remark


def test_a_notebook_of_two_answers_is_what_it_is_called(course, submissions):
    root = submissions({"jane/half.ipynb": notebook(RIGHT, HALF)})
    (found,) = collect(course, ASSIGNMENT, root)
    assert (found.exercise, found.remark) == ("half", "")


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (b"", "not a notebook"),
        (b'{"cells": [', "not a notebook"),
        (notebook("x = 1"), "defines no double"),
    ],
)
def test_a_notebook_without_an_answer_is_taken_and_told(
    course, submissions, data, remark
):
    root = submissions({"jane/double-it.ipynb": data})
    (found,) = collect(course, ASSIGNMENT, root)
    assert found.taken
    assert remark in found.remark
    assert list(collected(course).values()) == [data]


@pytest.mark.parametrize(
    ("name", "remark"),
    [
        ("jane/readme.txt", "no notebook of this assignment"),
        ("jane/double-it.docx", "no notebook"),
        ("Copy of double-it.ipynb", "does not say whose"),
        ("jane/double-it.zip", "cannot be read"),
    ],
)
def test_what_is_left_out_is_told_and_stops_nothing(
    course, submissions, name, remark
):
    root = submissions(
        {
            name: b"text" if name[0] == "j" else notebook(RIGHT),
            "zoe/double-it.ipynb": notebook(RIGHT),
        }
    )
    found = collect(course, ASSIGNMENT, root)
    assert remark in remarks(found)[name]
    assert [str(one.path) for one in found if not one.taken] == [name]
    assert set(collected(course)) == {f"zoe/{ASSIGNMENT}/double-it.ipynb"}


def test_of_two_notebooks_of_a_student_one_is_taken_and_named(
    course, submissions
):
    root = submissions(
        {
            "jane/a/double-it.ipynb": notebook(RIGHT),
            "jane/b/double-it.ipynb": notebook(RIGHT, "x = 2"),
            "zoe/double-it.ipynb": notebook(RIGHT),
        }
    )
    found = collect(course, ASSIGNMENT, root)
    jane = [one for one in found if one.student == "jane"]
    (taken,) = [one for one in jane if one.taken]
    (left,) = [one for one in jane if not one.taken]
    assert str(taken.path) in left.remark
    kept = collected(course)[f"jane/{ASSIGNMENT}/double-it.ipynb"]
    assert kept == (root / taken.path).read_bytes()


def test_a_folder_around_all_students_is_none_of_theirs(course, submissions):
    root = submissions(
        {
            f"homework 1/{student}/double-it.ipynb": notebook(RIGHT)
            for student in ("jane", "zoe")
        }
    )
    found = collect(course, ASSIGNMENT, root)
    assert [one.student for one in found] == ["jane", "zoe"]
    assert str(found[0].path) == "homework 1/jane/double-it.ipynb"


def test_the_instructor_can_tell_how_to_find_a_student(course, submissions):
    root = submissions({"group-a/s17-double-it.ipynb": notebook(RIGHT)})
    (found,) = collect(course, ASSIGNMENT, root, r"(?P<student>s\d+)-")
    assert found.student == "s17"


def test_collecting_again_replaces_what_is_handed_in_again(
    course, submissions
):
    for answer in (RIGHT, RIGHT + "# better"):
        root = submissions({"jane/double-it.ipynb": notebook(answer)})
        collect(course, ASSIGNMENT, root)
    (kept,) = collected(course).values()
    assert b"better" in kept


def test_submissions_that_are_not_there_are_an_error(course, tmp_path):
    with pytest.raises(CourseError, match="neither a folder nor a zip"):
        collect(course, ASSIGNMENT, tmp_path / "nowhere")


@pytest.mark.parametrize(
    "other", ["double-it notes.txt", "double-it (1).ipynb"]
)
def test_of_two_files_the_one_with_an_answer_is_taken(
    course, submissions, other
):
    answer = notebook(RIGHT)
    root = submissions({f"jane/{other}": b"", "jane/double-it.ipynb": answer})
    found = collect(course, ASSIGNMENT, root)
    assert [one.path.name for one in found if one.taken] == ["double-it.ipynb"]
    assert list(collected(course).values()) == [answer]
    assert "there is jane/double-it.ipynb" in remarks(found)[f"jane/{other}"]


@pytest.mark.parametrize("stray", ["grades.csv", "hw/grades.csv", "hw/x.zip"])
def test_a_stray_file_makes_no_student_of_the_folder(
    course, submissions, stray
):
    names = ("jane", "zoe")
    files = {f"hw/{one}/double-it.ipynb": notebook(RIGHT) for one in names}
    found = collect(course, ASSIGNMENT, submissions({stray: b"", **files}))
    assert {one.student for one in found if one.taken} == set(names)


@pytest.mark.parametrize("pattern", ["[", "jane"])
def test_a_pattern_that_tells_no_student_is_an_error(
    course, submissions, pattern
):
    root = submissions({"jane/double-it.ipynb": notebook(RIGHT)})
    with pytest.raises(CourseError, match="--students"):
        collect(course, ASSIGNMENT, root, pattern)


def test_a_pattern_may_leave_the_student_out(course, submissions):
    root = submissions({"jane/double-it.ipynb": notebook(RIGHT)})
    (found,) = collect(course, ASSIGNMENT, root, "(?P<student>x)?jane")
    assert found.student == "jane"


def test_what_is_no_notebook_is_not_unpacked(course, submissions, monkeypatch):
    root = submissions({"jane/double-it.mp4": b""})
    monkeypatch.setattr(Path, "read_bytes", pytest.fail)
    (found,) = collect(course, ASSIGNMENT, root)
    assert found.remark == "it is no notebook"
