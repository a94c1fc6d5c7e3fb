"""Names tell whose a file is, and which exercise's, in many dialects."""

from __future__ import annotations

from pathlib import PurePosixPath

from d2l_course.intake.names import clean, exercise_of, student_of

import pytest

EXERCISES = ("axes", "conv-axes", "running-average")

MOODLE = "Jane Doe_12345_assignsubmission_file_"
BLACKBOARD = "HW 1_jdoe_attempt_2024-11-05-10-30-00_conv axes.ipynb"


@pytest.mark.parametrize(
    ("path", "student", "exercise"),
    [
        (f"{MOODLE}conv-axes.ipynb", "Jane_Doe_12345", "conv-axes"),
        (f"{MOODLE}/Running_Average-1.ipynb", "Jane_Doe_12345", EXERCISES[2]),
        ("doejane_12_67_conv-axes-2.ipynb", "doejane_12", "conv-axes"),
        ("doejane_LATE_12_67_conv-axes.ipynb", "doejane_12", "conv-axes"),
        (BLACKBOARD, "jdoe", "conv-axes"),
        ("jdoe/hw/conv_axes.ipynb", "jdoe", "conv-axes"),
        ("submitted/jdoe/hw/axes.ipynb", "jdoe", "axes"),
        ("jdoe.zip/x.ipynb", "jdoe", ""),
        ("conv-axes_jdoe.ipynb", "jdoe", "conv-axes"),
        ("Copy of conv-axes (2).ipynb", "", "conv-axes"),
        ("conv-axes (1).ipynb", "", "conv-axes"),
        ("José Núñez/Conv-Axes.ipynb.ipynb", "José_Núñez", "conv-axes"),
        ("jdoe/taxes.ipynb", "jdoe", ""),
    ],
)
def test_names(path, student, exercise):
    path = PurePosixPath(path)
    assert student_of(path, EXERCISES) == student
    assert exercise_of(path, EXERCISES) == exercise


def test_two_students_of_one_name_stay_two():
    ids = {
        student_of(PurePosixPath(f"doej_{n}_9_axes.ipynb"), EXERCISES)
        for n in (1, 2)
    }
    assert len(ids) == 2


def test_a_pattern_comes_first():
    path = PurePosixPath("2024/axes--s1234567.ipynb")
    pattern = r"--(?P<student>s\d+)"
    assert student_of(path, EXERCISES, pattern) == "s1234567"


@pytest.mark.parametrize(
    "name", ["../../etc", "=1+1", "-rf", "a/b", "x" * 300, ".ssh", "a\nb\0"]
)
def test_a_name_is_harmless_as_a_folder_and_in_a_table(name):
    found = clean(name)
    assert len(found) <= 100
    assert not set(found) & set("/\\=+@\n\0")
    assert not found.startswith((".", "-"))


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"mallory/x_{BLACKBOARD}", "mallory"),
        (f"mallory_1_2_my.zip/{MOODLE}/conv-axes.ipynb", "mallory_1"),
        (f"mallory_1_2_{BLACKBOARD}", "mallory_1"),
        (f"Mal_1_assignsubmission_file_{MOODLE}axes.ipynb", "Mal_1"),
        ("Jane Doe/conv-axes_2024_11_05.ipynb", "Jane_Doe"),
    ],
)
def test_what_a_student_names_makes_nobody_else_of_him(path, student):
    assert student_of(PurePosixPath(path), EXERCISES) == student


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("conv-axes-Copy1.ipynb", ""),
        ("conv-axes_copy.ipynb", ""),
        ("conv-axes.ipynb.txt", ""),
        ("conv-axes_2024-11-05.ipynb", ""),
        ("jane_conv-axes.ipynb.txt", "jane"),
        ("Jane.ZIP/conv-axes.ipynb", "Jane"),
        ("Jose\u0301/conv-axes.ipynb", "Jos\xe9"),
    ],
)
def test_what_programs_add_to_names_is_no_student(path, student):
    assert student_of(PurePosixPath(path), EXERCISES) == student


@pytest.mark.parametrize("character", ["a", "é", "漢", "𠀀"])
def test_any_student_is_a_files_name(character, tmp_path):
    name = clean(character * 300)
    assert name == character * len(name)
    (tmp_path / f".{name}.json.part").touch()
