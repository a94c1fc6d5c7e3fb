"""A name is taken apart: an exercise, a person, a date, a copy's number."""

from __future__ import annotations

from pathlib import PurePosixPath

from d2l_course.intake.names import (
    attempt_in,
    clean,
    copies_in,
    date_in,
    exercise_of,
    person_in,
)

import pytest

EXERCISES = ("axes", "conv-axes", "running-average")


@pytest.mark.parametrize(
    ("path", "exercise"),
    [
        ("jane/conv-axes.ipynb", "conv-axes"),
        ("jane/Running_Average-1.ipynb", "running-average"),
        ("doejane_12_67_conv-axes-2.ipynb", "conv-axes"),
        (
            "HW 1_jdoe_attempt_2024-11-05-10-30-00_conv axes.ipynb",
            EXERCISES[1],
        ),
        ("jdoe/hw/axes.ipynb", "axes"),
        ("Copy of conv-axes (2).ipynb", "conv-axes"),
        ("José Núñez/Conv-Axes.ipynb.ipynb", "conv-axes"),
        ("jdoe/taxes.ipynb", ""),
        ("conv-axes/x.ipynb", ""),
    ],
)
def test_an_exercise_is_found_in_a_files_name(path, exercise):
    assert exercise_of(PurePosixPath(path), EXERCISES) == exercise


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("jane_conv-axes.ipynb.txt", "jane"),
        ("conv-axes-jane (2).ipynb", "jane"),
        ("Kopie von jane conv axes.ipynb", "jane"),
        ("Jane.ZIP", "Jane"),
        ("Jane Doe 2024-11-05 10-30-00.zip", "Jane Doe"),
        ("jane_20241105103000.zip", "jane"),
        ("Jose\u0301", "Jos\xe9"),
        ("s1234567_v2_conv-axes.ipynb", "s1234567"),
        ("12345678", "12345678"),
        ("version-3-of-jane", "version-3-of-jane"),
        ("20241105", "20241105"),
        *((name, "") for name in ("submitted", "Homework", "Version 2")),
        *((name, "") for name in ("conv-axes", "final_v3", "2024-11-05", "_")),
    ],
)
def test_a_person_is_what_is_left_of_a_name(name, person):
    assert person_in(name, EXERCISES) == person


@pytest.mark.parametrize(
    "name", ["../../etc", "=1+1", "-rf", "a/b", "x" * 300, ".ssh", "a\nb\0"]
)
def test_a_name_is_harmless_as_a_folder_and_in_a_table(name):
    found = clean(name)
    assert len(found) <= 100
    assert not set(found) & set("/\\=+@\n\0")
    assert not found.startswith((".", "-"))


@pytest.mark.parametrize("character", ["a", "é", "漢", "𠀀"])
def test_any_student_is_a_files_name(character, tmp_path):
    name = clean(character * 300)
    assert name == character * len(name)
    (tmp_path / f".{name}.json.part").touch()


@pytest.mark.parametrize(
    ("path", "date", "attempt", "copies"),
    [
        ("jane/conv-axes.ipynb", "", 0, 0),
        ("jane 2024-11-05/conv-axes (3).ipynb", "20241105000000", 0, 3),
        ("2024-11-05T10-30-15/conv-axes-2.ipynb", "20241105103015", 0, 2),
        ("20241105_103015 conv-axes-Copy4.ipynb", "20241105103015", 0, 4),
        ("jane (2).zip/Version 12/x.ipynb", "", 12, 2),
        ("jane/conv-axes_v3.ipynb", "", 3, 0),
        ("s20241234/conv-axes.ipynb", "", 0, 0),
        ("x-3.ipynb", "", 0, 0),
    ],
)
def test_dates_and_numbers_are_read(path, date, attempt, copies):
    path = PurePosixPath(path)
    assert date_in(path) == date
    assert attempt_in(path) == attempt
    assert copies_in(path, EXERCISES) == copies
