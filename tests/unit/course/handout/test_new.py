"""A new course has all it needs, or an error says what is wrong."""

from __future__ import annotations

import json

from d2l_course.course import CourseError
from d2l_course.handout.new import new_course

import pytest
from small_course import (
    ASSIGNMENT,
    IDS,
    make_course,
    source_cells,
    write_exercise,
    write_exercises,
)


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture
def exercises(tmp_path):
    write_exercises(tmp_path / "exercises")
    return tmp_path / "exercises"


def files(folder):
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_course_has_sources_for_nbgrader_and_for_the_checkers(course):
    assert files(course.root) == {
        *("course.json", "nbgrader_config.py"),
        *(f"source/{ASSIGNMENT}/{n}.ipynb" for n in ("double-it", "half")),
        *(f"exercises/numbers/{n}.ipynb" for n in ("double-it", "half")),
        *(f"exercises/numbers/{n}.py" for n in ("double_it", "half")),
    }


def test_the_secret_is_a_courses_own_and_its_owners_alone(tmp_path):
    records = [
        make_course(tmp_path / name).root / "course.json" for name in "ab"
    ]
    secrets = {json.loads(path.read_text())["secret"] for path in records}
    assert len(secrets) == 2
    assert min(map(len, secrets)) >= 32
    assert records[0].stat().st_mode & 0o077 == 0


def test_an_assignment_is_added_to_a_course(course, exercises):
    before = course.record["secret"]
    (course.root / "nbgrader_config.py").open("a").close()
    new = new_course(course.root, IDS[1:], exercises, "hw2")
    assert list(new.record["assignments"]) == [ASSIGNMENT, "hw2"]
    assert list(new.exercises("hw2")) == ["half"]
    assert new.record["secret"] == before


def test_settings_that_the_instructor_changed_stay(course, exercises):
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "# mine\n")
    new_course(course.root, IDS[1:], exercises, "hw2")
    assert config.read_text().endswith("# mine\n")


def test_an_assignment_is_not_made_twice(course, exercises):
    before = (course.root / "course.json").read_bytes()
    with pytest.raises(CourseError, match="has an assignment hw1 already"):
        new_course(course.root, IDS[1:], exercises, ASSIGNMENT)
    assert (course.root / "course.json").read_bytes() == before


def test_a_folder_with_something_else_is_left_alone(tmp_path, exercises):
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "thesis.tex").touch()
    with pytest.raises(CourseError, match="is no course folder"):
        new_course(folder, IDS, exercises, ASSIGNMENT)
    assert files(folder) == {"thesis.tex"}


@pytest.mark.parametrize("name", ["", "..", "../up", "a b", "a/b", "x*"])
def test_an_assignments_name_must_be_a_folders(tmp_path, exercises, name):
    with pytest.raises(CourseError, match="the name"):
        new_course(tmp_path / "course", IDS, exercises, name)
    assert not (tmp_path / "course").exists()


def test_an_unknown_exercise_is_named_with_those_there_are(
    tmp_path, exercises
):
    ids = ("numbers.half", "numbers.third")
    with pytest.raises(CourseError) as caught:
        new_course(tmp_path / "course", ids, exercises, ASSIGNMENT)
    told, known = str(caught.value).split("; it has: ")
    assert "numbers.third" in told
    assert "numbers.half" not in told
    assert known == "numbers.double-it, numbers.half"
    assert not (tmp_path / "course").exists()


def test_two_notebooks_of_an_assignment_cannot_share_a_name(
    tmp_path, exercises
):
    cells = source_cells("half", "halved", "X / 2", 1)
    write_exercise(exercises, "fractions.half", cells, "half", 1)
    ids = ("numbers.half", "fractions.half")
    with pytest.raises(CourseError, match="same name"):
        new_course(tmp_path / "course", ids, exercises, ASSIGNMENT)


@pytest.mark.parametrize("name", ['it\'s a "course"', "{course}"])
def test_any_folders_name_gives_settings_that_can_be_read(
    tmp_path, exercises, name
):
    course = new_course(tmp_path / name, IDS, exercises, ASSIGNMENT)
    assert course.config().CourseDirectory.course_id == name


def test_a_course_has_one_gradebook(tmp_path, exercises):
    folder, db = tmp_path / "course", "sqlite:////a.db"
    new_course(folder, IDS, exercises, ASSIGNMENT, db)
    new_course(folder, IDS, exercises, "hw2", db)
    with pytest.raises(CourseError, match="has its gradebook already"):
        new_course(folder, IDS, exercises, "hw3", "sqlite:////b.db")
    assert "hw3" not in (folder / "course.json").read_text()
