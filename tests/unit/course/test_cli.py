"""The commands lead from a list of exercises to a table of points."""

from __future__ import annotations

import csv
import errno
import os
import subprocess
import sys
from pathlib import Path

import d2l_course
from d2l_course import cli
from d2l_course.arguments import RISK

import numpy as np
import pytest
import small_course
from small_course import ONCE_MORE, RIGHT, notebook


def run(course, *arguments):
    command, *rest = map(str, arguments)
    return cli.main([command, "--course", str(course.root), *rest])


def test_the_whole_way(tmp_path, capsys, monkeypatch):
    small_course.write_exercises(tmp_path / "exercises")
    for student, text in (("ada", RIGHT), ("bob", ONCE_MORE), ("eve", "")):
        folder = tmp_path / "submissions" / student
        folder.mkdir(parents=True)
        (folder / "double-it.ipynb").write_bytes(notebook(text))
    monkeypatch.chdir(tmp_path)
    assert cli.main(["new", "course", small_course.IDS[0]]) == 0
    monkeypatch.chdir("course")
    assert cli.main(["release"]) == 0
    assert cli.main(["collect", "../submissions"]) == 0
    assert cli.main(["grade", RISK, "--jobs", "2"]) == 0
    assert cli.main(["feedback"]) == 0
    assert cli.main(["export", "--to", "points.csv"]) == 0
    said = capsys.readouterr().out
    for part in (
        "release/numbers/double-it.ipynb",
        "3 notebooks of 3 students; 0 files left out",
        "1 misconception: twice in double-it",
        "3 pages in feedback",
        "3 students in points.csv",
    ):
        assert part in said
    with open("points.csv", newline="", encoding="utf-8-sig") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    points = {name: row["double-it"] for name, row in rows.items()}
    assert points == {"ada": "2.0", "bob": "0.0", "eve": "0.0"}
    with open("feedback/bob/numbers/double-it.html") as page:
        assert "You doubled twice." in page.read()


def test_a_wrong_folder_is_named(tmp_path, capsys):
    assert cli.main(["release", "--course", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"course: {tmp_path} is no course folder")


def test_an_unknown_exercise_is_named_with_the_known(tmp_path, capsys):
    exercises = small_course.write_exercises(tmp_path / "exercises")
    new = ["new", str(tmp_path / "c"), "numbers.triple"]
    assert cli.main([*new, "--exercises", str(exercises)]) == 1
    said = capsys.readouterr().err
    assert "no exercise numbers.triple" in said
    assert "numbers.double-it" in said


def test_what_needs_nbgrader_names_the_extra(course, capsys, monkeypatch):
    monkeypatch.setattr(cli, "find_spec", lambda name: None)
    for command in ("release", "grade", "feedback", "export"):
        assert run(course, command) == 1
        assert 'pip install "nbgrader>=' in capsys.readouterr().err


def test_a_wheel_without_its_extras_says_what_to_install(tmp_path):
    home = Path(d2l_course.__file__).parents[1]
    for package in ("d2l_course", "d2l_check"):
        (tmp_path / package).symlink_to(home / package)
    numpy = Path(np.__file__).parents[1]
    for path in numpy.glob("numpy*"):
        (tmp_path / path.name).symlink_to(path)
    done = subprocess.run(
        [sys.executable, "-S", "-m", "d2l_course", "grade"],
        cwd=tmp_path,
        env={"PYTHONPATH": os.fspath(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "course: nbgrader and tqdm are missing: pip install "
        '"nbgrader>=0.9.3,<0.10" "tqdm"\n'
    )


def test_a_full_disk_is_a_sentence(course, tmp_path, capsys, monkeypatch):
    (tmp_path / "in" / "ada").mkdir(parents=True)
    path = tmp_path / "in" / "ada" / "double-it.ipynb"
    path.write_bytes(notebook(RIGHT))

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert run(course, "collect", tmp_path / "in") == 1
    said = capsys.readouterr().err
    assert said.startswith("course: ")
    assert "cannot be written: No space left on device" in said


def test_a_course_that_may_only_be_read_is_a_sentence(
    course, capsys, monkeypatch
):
    whole = Path.open

    def refuse(path, mode="r", *args, **options):
        if "w" in mode:
            raise OSError(errno.EROFS, "Read-only file system", path)
        return whole(path, mode, *args, **options)

    monkeypatch.setattr(Path, "open", refuse)
    assert run(course, "grade", RISK) == 1
    assert capsys.readouterr().err.endswith(": Read-only file system\n")


def test_a_dry_run_of_collecting_shows_and_writes_nothing(
    course, tmp_path, capsys
):
    roster = tmp_path / "students.csv"
    roster.write_text("id,name\ns1,Ada Doe\n")
    path = tmp_path / "in" / "Ada Doe - double-it.ipynb"
    path.parent.mkdir()
    path.write_bytes(notebook(RIGHT))
    more = ("--roster", roster, "--dry-run")
    assert run(course, "collect", path.parent, *more) == 0
    said = capsys.readouterr().out
    assert "Google Classroom, in the roster" in said
    assert not (course.root / "submitted").exists()


def test_points_that_changed_are_told_by_export(course, capsys, tmp_path):
    small_course.submit(course, "ada", notebook(RIGHT))
    assert run(course, "grade", RISK) == 0
    source = course.root / "source" / "hw1" / "double-it.ipynb"
    source.write_text(source.read_text().replace('"points": 2', '"points": 5'))
    assert run(course, "release") == 0
    assert run(course, "export") == 0
    assert "points of the assignment have changed" in capsys.readouterr().err
    assert run(course, "grade", RISK) == 0
    assert "1 submissions that were graded" in capsys.readouterr().out
    assert run(course, "export") == 0
    assert "warning" not in capsys.readouterr().err
    with open(course.root / "hw1.csv", encoding="utf-8-sig") as file:
        assert next(csv.DictReader(file))["double-it"] == "5.0"


def test_without_a_sandbox_nothing_is_graded(course, capsys, monkeypatch):
    small_course.submit(course, "ada", notebook(RIGHT))
    monkeypatch.setenv("PATH", "/nowhere")
    assert run(course, "grade") == 1
    assert "no sandbox works here" in capsys.readouterr().err
    assert not (course.root / "autograded").exists()


def test_nothing_to_grade_is_said(course, capsys):
    assert run(course, "grade", RISK) == 1
    assert "`course collect` comes first" in capsys.readouterr().err


@pytest.fixture
def run_without_mxnet(course, tmp_path):
    """Returns a function that runs a command where MXNet is broken."""
    broken = tmp_path / "broken" / "mxnet"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise SystemExit('imported')")
    home = Path(d2l_course.__file__).parents[1]

    def run_it(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "d2l_course", *map(str, arguments)],
            cwd=course.root,
            env=os.environ | {"PYTHONPATH": f"{broken.parent}:{home}"},
            capture_output=True,
            text=True,
            check=False,
        )

    return run_it


def test_no_command_imports_mxnet(course, run_without_mxnet, tmp_path):
    exercises = small_course.write_exercises(tmp_path / "exercises")
    answer = tmp_path / "submissions" / "ada" / "double-it.ipynb"
    answer.parent.mkdir(parents=True)
    answer.write_bytes(notebook(RIGHT))
    new = ("new", ".", small_course.IDS[1], "--assignment", "hw2")
    one = ("--assignment", small_course.ASSIGNMENT)
    for command in (
        (*new, "--exercises", exercises),
        ("release", *one),
        ("collect", answer.parents[1], *one),
        ("grade", RISK, *one),
        ("feedback", *one),
        ("export", *one),
    ):
        done = run_without_mxnet(*command)
        assert done.returncode == 0, done.stderr
        assert "imported" not in done.stderr


def test_an_exercise_may_import_mxnet(course, tmp_path):
    exercises = small_course.write_exercises(tmp_path / "exercises")
    module = exercises / "numbers" / "half.py"
    lines = (
        "import d2l_ext  # makes mxnet importable",
        "import mxnet as mx",
        "assert mx.util.is_np_array()",
        "assert mx.np.ones(2).sum() == 2",
        module.read_text(),
    )
    module.write_text("\n".join(lines))
    new = ("new", course.root, small_course.IDS[1], "--assignment", "hw2")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "d2l_course", *map(str, new)),
            *("--exercises", exercises),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
