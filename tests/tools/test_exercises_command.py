"""``python -m tools.exercises``: new, build, check, show, students."""

from __future__ import annotations

from d2l_check.answers import load, save, stored_ids

import pytest
from exercise_project import ID, MATERIAL, ExerciseProject

from tools.exercises.__main__ import ROOT, main
from tools.exercises.template import CELLS
from tools.notebooks.reading import Notebook


@pytest.fixture
def project(tmp_path):
    return ExerciseProject(tmp_path)


def run(project, *arguments):
    return main(arguments, project.root)


def complaint(project, capsys):
    """Returns what a complete check prints of the built file."""
    assert run(project, "check") == 1
    (line,) = capsys.readouterr().out.splitlines()
    return line


def test_what_was_built_passes_the_check(project, capsys):
    assert run(project, "build") == 0
    assert f"wrote {project.project.answers}" in capsys.readouterr().out
    assert run(project, "check") == 0
    assert "1 exercises, no findings" in capsys.readouterr().out


def test_a_second_build_leaves_the_file_as_it_is(project, capsys):
    run(project, "build")
    before = project.project.answers.stat().st_mtime_ns
    capsys.readouterr()
    assert run(project, "build") == 0
    assert project.project.answers.stat().st_mtime_ns == before
    assert "wrote" not in capsys.readouterr().out


def test_the_same_sources_build_the_same_file(project):
    run(project, "build")
    first = project.project.answers.read_bytes()
    project.project.answers.unlink()
    run(project, "build")
    assert project.project.answers.read_bytes() == first


def test_a_file_that_was_never_built_is_found(project, capsys):
    assert "has no numbers.double-it; run: python" in complaint(
        project, capsys
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("uniform(1, 2", "uniform(1, 3"),
        ("X + 2 * n", "X + 3 * n"),
        ("range(1, 7)", "range(1, 8)"),
        ('"You added."', '"You added it."'),
        ('see="Powers of two"', 'see="Numbers"'),
        ("X + 2 * n", "X + 2 * n if len(X) > 1 else X.nothing"),
        ('"added"', '"sum"'),
    ],
)
def test_a_file_that_is_out_of_date_is_found_and_mended(
    project, capsys, old, new
):
    run(project, "build")
    assert old in MATERIAL
    project.write(material=MATERIAL.replace(old, new))
    capsys.readouterr()
    assert "has another numbers.double-it" in complaint(project, capsys)
    assert run(project, "build") == 0
    assert run(project, "check") == 0


def test_an_exercise_that_was_removed_is_found(project, capsys):
    run(project, "build")
    file = project.project.answers
    save(file, {ID: load(ID, file), "numbers.gone": load(ID, file)})
    capsys.readouterr()
    assert "has numbers.gone, which there is not" in complaint(project, capsys)
    run(project, "build")
    assert stored_ids(file) == [ID]


def test_another_rounding_of_the_numbers_is_no_finding(project):
    run(project, "build")
    file = project.project.answers
    cases = load(ID, file)
    for case in cases:
        case.expected[...] *= 1 + 1e-12
    save(file, {ID: cases})
    assert run(project, "check") == 0


def test_one_exercise_is_checked_without_the_file(project, capsys):
    assert run(project, "check", ID) == 0
    assert "no findings" in capsys.readouterr().out


def test_a_finding_is_printed_with_its_place(project, capsys):
    project.write(material=MATERIAL.replace("You added.", "Added."))
    assert run(project, "check", ID) == 1
    assert "double-it.ipynb:added: the message" in capsys.readouterr().out


def test_what_cannot_be_read_is_an_error_and_no_traceback(project, capsys):
    project.notebook.write_text("{")
    assert run(project, "check") == 1
    assert "not a notebook" in capsys.readouterr().err


def test_an_exercise_of_no_chapter_is_an_error(project, capsys):
    project.notebook.parent.rename(project.root / "exercises" / "letters")
    assert run(project, "check") == 1
    assert "there is no chapter letters.ipynb" in capsys.readouterr().err


def test_a_new_exercise_has_both_files_and_is_not_done(project, capsys):
    assert run(project, "new", "numbers.half-it", "half") == 0
    path = project.notebook.with_name("half-it.ipynb")
    assert [cell.id for cell in Notebook.read(path).cells] == list(CELLS)
    assert path.with_name("half_it.py").exists()
    capsys.readouterr()
    assert run(project, "check", "numbers.half-it") == 1
    out = capsys.readouterr().out
    assert "CHAPTER must be 'Numbers'" in out
    assert "needs 3 wrong answers or more" in out
    assert "must be:" not in out


def test_the_first_exercise_of_a_chapter_makes_its_folder(project):
    project.write_chapter("# Letters", name="letters")
    assert run(project, "new", "letters.half-it", "half") == 0
    assert (project.root / "exercises/letters/half-it.ipynb").exists()


def test_a_new_exercise_overwrites_nothing(project, capsys):
    before = project.notebook.read_text()
    assert run(project, "new", ID, "half") == 1
    assert "is there already" in capsys.readouterr().err
    assert project.notebook.read_text() == before


def test_a_new_exercise_of_no_chapter_is_an_error(project, capsys):
    assert run(project, "new", "letters.half", "half") == 1
    assert "no chapter letters.ipynb" in capsys.readouterr().err
    assert not (project.root / "exercises" / "letters").exists()


def test_what_students_read_can_be_shown(project, capsys):
    assert run(project, "show", ID) == 0
    out = capsys.readouterr().out
    for name, message in (
        *(("added", "You added."), ("once", "You stopped early.")),
        ("square", "You squared."),
    ):
        assert f"== {name}\n" in out
        assert message in out


def test_the_command_looks_at_this_checkout():
    assert (ROOT / "pyproject.toml").is_file()


def test_students_notebooks_are_written_where_asked(project, tmp_path):
    folder = tmp_path / "handed-out"
    assert run(project, "students", str(folder)) == 0
    (path,) = folder.rglob("*.ipynb")
    assert path == folder / "numbers" / "double-it.ipynb"
    (answer,) = (
        cell.source
        for cell in Notebook.read(path).cells
        if cell.id == "answer"
    )
    assert 'raise NotImplementedError("write double")' in answer
    assert "2**times" not in answer


def test_inputs_tell_wrong_answers_in_float32_from_the_right_one(
    project, capsys
):
    run(project, "build")
    near = MATERIAL.replace("lambda X, n: X * 2,", "nearly,").replace(
        "def cases",
        "def nearly(X, n):\n    return X * 2**n * (1 + 5e-6)\n\n\ndef cases",
    )
    project.write(material=near)
    assert run(project, "check", ID) == 1
    assert "'once' never returns a wrong result" in capsys.readouterr().out
