"""What students hand in is sorted, and what is odd about it is told."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import zipfile
from pathlib import Path

from d2l_course.course import CourseError
from d2l_course.intake.collect import Wishes, collect

import pytest
from small_course import (
    ASSIGNMENT,
    HALF,
    ONCE_MORE,
    RIGHT,
    make_course,
    notebook,
)


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
    found = collect(course, ASSIGNMENT, [root])
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
    found = {str(one.path): one for one in collect(course, ASSIGNMENT, [root])}
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
    collect(course, ASSIGNMENT, [tmp_path / "all.zip"])
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
    found = collect(course, ASSIGNMENT, [root])
    assert set(collected(course)) == {
        f"jane/{ASSIGNMENT}/half.ipynb",
        f"zoe/{ASSIGNMENT}/half.ipynb",
    }
    told = remarks(found)
    assert told["jane/Untitled.ipynb"] == ""
    assert "defines what half asks" in told["zoe/double-it.ipynb"]


def test_a_notebook_of_two_answers_is_graded_as_both(course, submissions):
    both = notebook(RIGHT, HALF)
    for name in ("jane/half.ipynb", "zoe/all.ipynb"):
        root = submissions({name: both})
    found = collect(course, ASSIGNMENT, [root])
    assert {(one.student, one.exercise) for one in found if one.taken} == {
        (student, name)
        for student in ("jane", "zoe")
        for name in ("half", "double-it")
    }
    assert set(collected(course).values()) == {both}
    assert [one.remark for one in found if one.student == "zoe"] == [""] * 2


def test_an_answer_counts_more_where_it_is_called_so(course, submissions):
    root = submissions(
        {
            "jane/double-it.ipynb": notebook(RIGHT),
            "jane/half.ipynb": notebook(ONCE_MORE, HALF),
        }
    )
    collect(course, ASSIGNMENT, [root])
    kept = collected(course)
    assert kept["jane/hw1/double-it.ipynb"] == notebook(RIGHT)
    assert kept["jane/hw1/half.ipynb"] == notebook(ONCE_MORE, HALF)


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
    (found,) = collect(course, ASSIGNMENT, [root])
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
    found = collect(course, ASSIGNMENT, [root])
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
    found = collect(course, ASSIGNMENT, [root])
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
    found = collect(course, ASSIGNMENT, [root])
    assert [one.student for one in found] == ["jane", "zoe"]
    assert str(found[0].path) == "homework 1/jane/double-it.ipynb"


def test_the_instructor_can_tell_how_to_find_a_student(course, submissions):
    root = submissions({"group-a/s17-double-it.ipynb": notebook(RIGHT)})
    (found,) = collect(
        course, ASSIGNMENT, [root], Wishes(r"(?P<student>s\d+)-")
    )
    assert found.student == "s17"


def test_collecting_again_replaces_what_is_handed_in_again(
    course, submissions
):
    for answer in (RIGHT, RIGHT + "# better"):
        root = submissions({"jane/double-it.ipynb": notebook(answer)})
        collect(course, ASSIGNMENT, [root])
    (kept,) = collected(course).values()
    assert b"better" in kept


def test_submissions_that_are_not_there_are_an_error(course, tmp_path):
    with pytest.raises(CourseError, match="neither a folder nor a zip"):
        collect(course, ASSIGNMENT, [tmp_path / "nowhere"])


@pytest.mark.parametrize(
    "other", ["double-it notes.txt", "double-it (1).ipynb"]
)
def test_of_two_files_the_one_with_an_answer_is_taken(
    course, submissions, other
):
    answer = notebook(RIGHT)
    root = submissions({f"jane/{other}": b"", "jane/double-it.ipynb": answer})
    found = collect(course, ASSIGNMENT, [root])
    assert [one.path.name for one in found if one.taken] == ["double-it.ipynb"]
    assert list(collected(course).values()) == [answer]
    assert "there is jane/double-it.ipynb" in remarks(found)[f"jane/{other}"]


@pytest.mark.parametrize("stray", ["grades.csv", "hw/grades.csv", "hw/x.zip"])
def test_a_stray_file_makes_no_student_of_the_folder(
    course, submissions, stray
):
    names = ("jane", "zoe")
    files = {f"hw/{one}/double-it.ipynb": notebook(RIGHT) for one in names}
    found = collect(course, ASSIGNMENT, [submissions({stray: b"", **files})])
    assert {one.student for one in found if one.taken} == set(names)


@pytest.mark.parametrize("pattern", ["[", "jane"])
def test_a_pattern_that_tells_no_student_is_an_error(
    course, submissions, pattern
):
    root = submissions({"jane/double-it.ipynb": notebook(RIGHT)})
    with pytest.raises(CourseError, match="--students"):
        collect(course, ASSIGNMENT, [root], Wishes(pattern))


def test_a_pattern_may_leave_the_student_out(course, submissions):
    root = submissions({"jane/double-it.ipynb": notebook(RIGHT)})
    (found,) = collect(
        course, ASSIGNMENT, [root], Wishes("(?P<student>x)?jane")
    )
    assert found.student == "jane"


def test_what_is_no_notebook_is_not_unpacked(course, submissions, monkeypatch):
    root = submissions({"jane/double-it.mp4": b""})
    monkeypatch.setattr(Path, "read_bytes", pytest.fail)
    (found,) = collect(course, ASSIGNMENT, [root])
    assert found.remark == "it is no notebook"


STUB = (
    'def double(X):\n    """Doubles."""\n    raise NotImplementedError("x")\n'
)


@pytest.fixture
def with_stub(course):
    """Returns the course with a students' copy, handed out."""
    path = course.released(ASSIGNMENT, "double-it")
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook("import numpy as np", STUB))
    return course


BLACKBOARD = "HW_jane_attempt_2024-11-{}-10-30-00_double-it.ipynb"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (BLACKBOARD.format("05"), BLACKBOARD.format("12")),
        ("doejane_12_9_double-it.ipynb", "doejane_12_67_double-it-1.ipynb"),
        (
            "Submitted files/jane/HW/Version 9/double-it.ipynb",
            "Submitted files/jane/HW/Version 10/double-it.ipynb",
        ),
        (
            "1-2 - Jane Doe - Nov 5, 2024 1130 AM/double-it.ipynb",
            "1-2 - Jane Doe - Nov 5, 2024 110 PM/double-it.ipynb",
        ),
        (
            "Submissions/Doe_J_jane_7/20241105103000_double-it.ipynb",
            "Submissions/Doe_J_jane_7/20241106103000_double-it.ipynb",
        ),
        ("Jane Doe - double-it.ipynb", "Jane Doe - double-it (1).ipynb"),
        ("jane/double-it (2).ipynb", "jane/double-it (10).ipynb"),
        ("jane/double-it.ipynb", "jane/double-it-1.ipynb"),
        ("jane/double-it.ipynb", "jane/double-it-Copy1.ipynb"),
        ("jane.zip", "jane (1).zip"),
        ("double-it_jane_2024-11-05.ipynb", "double-it_jane_2024-11-06.ipynb"),
    ],
)
def test_the_newest_attempt_counts_that_is_not_the_stub(
    with_stub, submissions, first, second
):
    course = with_stub
    old, new = notebook(ONCE_MORE), notebook(RIGHT)
    stub = notebook("import numpy as np", STUB + "\n")
    for data, attempt, kept in (
        ((old, new), "newest", new),
        ((old, new), "first", old),
        ((stub, new), "first", new),
        ((old, stub), "newest", old),
        ((stub, stub), "newest", stub),
        ((b"", old), "first", old),
    ):
        files = dict(
            zip(
                (first, second),
                map(maybe_zip, data, (first, second)),
                strict=True,
            )
        )
        root = submissions(files)
        shutil.rmtree(course.root / "submitted", ignore_errors=True)
        found = collect(course, ASSIGNMENT, [root], Wishes(attempt=attempt))
        assert list(collected(course).values()) == [kept]
        assert len([one for one in found if one.taken]) == 1
        assert "of the same student" in "".join(remarks(found).values())


def maybe_zip(data, name):
    return packed({"double-it.ipynb": data}) if "zip" in name else data


def packed(files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream.getvalue()


def test_an_untouched_stub_is_told(with_stub, submissions):
    root = submissions({"jane/double-it.ipynb": notebook(STUB)})
    (found,) = collect(with_stub, ASSIGNMENT, [root])
    assert found.taken
    assert found.remark == "it is as it was handed out"


@pytest.mark.parametrize("empty", [b"", STUB, "x = 1"])
def test_an_answer_collected_before_is_not_replaced_by_none(
    with_stub, submissions, empty
):
    answer = notebook(RIGHT)
    data = empty if isinstance(empty, bytes) else notebook(empty)
    for content in (answer, data):
        root = submissions({"jane/double-it.ipynb": content})
        (found,) = collect(with_stub, ASSIGNMENT, [root])
    assert not found.taken
    assert "what was collected before stays" in found.remark
    assert list(collected(with_stub).values()) == [answer]


def test_a_full_disk_is_a_sentence_and_leaves_what_was_there(
    course, submissions, monkeypatch
):
    root = submissions({"jane/double-it.ipynb": notebook(ONCE_MORE)})
    collect(course, ASSIGNMENT, [root])
    before = collected(course)
    submissions({"jane/double-it.ipynb": notebook(RIGHT)})

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CourseError, match="No space left"):
        collect(course, ASSIGNMENT, [root])
    assert collected(course) == before


def test_a_dry_run_says_the_same_and_writes_nothing(course, submissions):
    root = submissions(
        {"jane/double-it.ipynb": notebook(RIGHT), "jane/half.txt": b""}
    )
    tried = collect(course, ASSIGNMENT, [root], Wishes(dry_run=True))
    assert collected(course) == {}
    assert tried == collect(course, ASSIGNMENT, [root])
    assert [str(one.attempt) for one in tried] == ["", ""]
    assert {one.why for one in tried} == {"the folder's name"}


def test_no_zip_replaces_what_is_another_students(course, submissions):
    theirs, mine = notebook(RIGHT), notebook(ONCE_MORE)
    names = ("jane", "zoe", "bob")
    inside = {f"{name}/double-it.ipynb": mine for name in names[:2]}
    files = {
        f"{name}.zip": packed({"double-it.ipynb": theirs}) for name in names
    }
    root = submissions(files | {"mallory.zip": packed(inside)})
    for submitted in ([root], sorted(root.iterdir())):
        found = collect(course, ASSIGNMENT, submitted)
        kept = collected(course)
        assert len(kept) == 4
        assert all(kept[f"{n}/hw1/double-it.ipynb"] == theirs for n in names)
    # Handed in later, alone.
    collect(course, ASSIGNMENT, [root / "mallory.zip"])
    assert collected(course) == kept
    assert {one.student for one in found} == {*names, "mallory"}


def test_a_pattern_finds_nobody_in_a_zip_whose_work_is_elsewhere(
    course, submissions
):
    pattern = Wishes(r"(?P<student>s\d+)_")
    root = submissions(
        {
            "a.zip": packed({"s1_double-it.ipynb": notebook(RIGHT)}),
            "b.zip": packed({"s2_double-it.ipynb": notebook(RIGHT)}),
        }
    )
    collect(course, ASSIGNMENT, [root], pattern)
    assert len(collected(course)) == 2
    submissions({"c.zip": packed({"s2_double-it.ipynb": notebook(ONCE_MORE)})})
    found = collect(course, ASSIGNMENT, [root], pattern)
    disputed = [one for one in found if "whose work is else" in one.remark]
    assert [one.student for one in disputed] == ["s2", "s2"]
    assert notebook(ONCE_MORE) not in collected(course).values()


def test_two_names_that_become_one_are_not_mixed(course, submissions):
    root = submissions(
        {
            "Jane Doe/double-it.ipynb": notebook(RIGHT),
            "Jane_Doe/double-it.ipynb": notebook(ONCE_MORE),
            "zoe/double-it.ipynb": notebook(RIGHT),
        }
    )
    found = collect(course, ASSIGNMENT, [root])
    assert "would be one student, Jane_Doe" in found[1].remark
    assert collected(course)["Jane_Doe/hw1/double-it.ipynb"] == notebook(RIGHT)


def test_the_roster_decides(course, submissions, tmp_path):
    roster = tmp_path / "students.csv"
    roster.write_text(
        "ID;Last name;First name;E-Mail\n"
        "s1;Doe;Jane;jdoe@uni.example\ns2;Roe;Zoe;zr@uni.example\n"
        "s3;Foe;Al;al1@uni.example\ns4;Foe;Al;al2@uni.example\n"
    )
    right = notebook(RIGHT)
    root = submissions(
        {
            "hw/Jane Doe_77_assignsubmission_file_/double-it.ipynb": right,
            "hw/roezoe_8_9_double-it.ipynb": right,
            "hw/al2/double-it.ipynb": right,
            "hw/Al Foe/double-it.ipynb": right,
            "hw/Mal Ory/double-it.ipynb": right,
        }
    )
    found = collect(course, ASSIGNMENT, [root], Wishes(roster=roster))
    taken = {one.student: one.why for one in found if one.taken}
    assert taken == {
        "s1": "Moodle, in the roster",
        "s2": "Canvas, in the roster",
        "s4": "the folder's name, in the roster",
    }
    left = [one.remark for one in found if not one.taken]
    assert left == [
        "'Al Foe' may be s3 or s4 of the roster",
        "the roster has nobody called 'Mal Ory'",
    ]


def test_an_archive_that_is_no_zip_is_told(course, submissions):
    root = submissions({"jane/hw.tar.gz": b"x", "jane/hw.rar": b"x"})
    for one in collect(course, ASSIGNMENT, [root]):
        assert "ask for a zip" in one.remark


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_a_notebook_in_another_encoding_is_taken(
    course, submissions, encoding
):
    cells = [{"cell_type": "code", "source": f"# é\n{RIGHT}"}]
    text = json.dumps({"cells": cells}, ensure_ascii=False)
    root = submissions({"jane/double-it.ipynb": text.encode(encoding)})
    (found,) = collect(course, ASSIGNMENT, [root])
    assert (found.answers, found.remark) == (True, "")


def test_all_attempts_are_kept_if_the_best_counts(with_stub, submissions):
    names = ("double-it.ipynb", *(f"double-it ({n}).ipynb" for n in (1, 2, 3)))
    data = [notebook(RIGHT), notebook(ONCE_MORE), notebook(STUB), b""]
    files = {f"jane/{n}": d for n, d in zip(names, data, strict=True)}
    root = submissions({**files, "zoe/double-it.ipynb": data[0]})
    found = collect(with_stub, ASSIGNMENT, [root], Wishes(attempt="best"))
    folder = f"jane/{ASSIGNMENT}"
    assert collected(with_stub) == {
        f"{folder}/double-it.ipynb": data[1],
        f"{folder}/attempts/double-it.1.ipynb": data[0],
        f"zoe/{ASSIGNMENT}/double-it.ipynb": data[0],
    }
    assert [one.earlier for one in found] == [0, 0, 0, 1, 0]
    collect(with_stub, ASSIGNMENT, [root])
    assert len(collected(with_stub)) == 2


EXPORT = "assignment_8_export"
LISTED = b"""\
submission_1:
  :submitters:
  - :name: Jane Doe
    :sid: '42'
    :email: jane@example.org
  - :name: Zoe Roe
    :sid: '43'
    :email: zoe@example.org
  :created_at: 2026-11-05 10:30:00.861687000 Z
submission_2:
  :submitters:
  - :name: Bob
    :sid: '44'
    :email: bob@example.org
  :created_at: 2026-11-06 10:30:00.861687000 Z
submission_3:
  :submitters:
  - :name: zoe
    :sid: '43'
    :email: zoe@example.org
  :created_at: 2026-11-07 10:30:00.861687000 Z
"""


def exported(**beside):
    answers = {f"{EXPORT}/submission_{n}/a.ipynb": RIGHT for n in (1, 2, 3)}
    files = {name: notebook(source) for name, source in answers.items()}
    return files | {f"{EXPORT}/submission_metadata.yml": LISTED} | beside


def taken_by(found):
    return {(one.student, str(one.path)) for one in found if one.taken}


def test_gradescopes_list_names_students_and_groups(course, submissions):
    found = collect(course, ASSIGNMENT, [submissions(exported())])
    assert {student for student, _ in taken_by(found)} == {
        *("Jane_Doe_42", "Zoe_Roe_43", "Bob_44", "zoe_43"),
    }
    assert len(collected(course)) == 4
    assert {one.why for one in found if one.taken} == {"Gradescope's list"}
    assert not any(one.remark for one in found)


def test_a_roster_finds_who_is_in_gradescopes_list(
    course, submissions, tmp_path
):
    roster = tmp_path / "roster.csv"
    # Zoe called herself like another's login.
    roster.write_text(
        "id,email\njane,jane@example.org\nz,zoe@example.org\nzoe,"
    )
    found = collect(
        course,
        ASSIGNMENT,
        [submissions(exported())],
        Wishes(roster=roster),
    )
    assert taken_by(found) == {
        ("jane", f"{EXPORT}/submission_1/a.ipynb"),
        ("z", f"{EXPORT}/submission_3/a.ipynb"),
    }
    assert "nobody called 'Bob'" in str(remarks(found).values())


@pytest.mark.parametrize("data", [b"[", b"", b"\0" * 100, b"x" * (33 << 20)])
def test_without_gradescopes_list_folders_name_students(
    course, submissions, data
):
    root = submissions(exported())
    (root / EXPORT / "submission_metadata.yml").write_bytes(data)
    found = collect(course, ASSIGNMENT, [root])
    assert {student for student, _ in taken_by(found)} == {
        f"submission_{n}" for n in (1, 2, 3)
    }
    told = remarks(found)[f"{EXPORT}/submission_metadata.yml"]
    assert "students are called like the folders" in told


@pytest.mark.parametrize("folder", ["mallory", "mallory.zip", "submission_9"])
def test_a_students_list_names_nobody_else(
    course, submissions, folder, tmp_path
):
    inside = {
        "submission_metadata.yml": LISTED,
        "submission_1/double-it.ipynb": notebook(RIGHT),
    }
    if folder.endswith(".zip"):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            for name, content in inside.items():
                archive.writestr(name, content)
        files = {folder: data.getvalue()}
    else:
        files = {f"{folder}/{name}": data for name, data in inside.items()}
    beside = {"anna/a.ipynb": notebook(RIGHT), "bea/a.ipynb": notebook(RIGHT)}
    found = collect(course, ASSIGNMENT, [submissions(files | beside)])
    assert {student for student, _ in taken_by(found)} == {
        *("anna", "bea", folder.removesuffix(".zip")),
    }
