"""The command line: start, build, check and hand out exercises."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from d2l_check.answers import save
from d2l_check.box import Feedback
from d2l_check.call import call_here
from d2l_check.judge import judge
from d2l_check.source import (
    Exercise,
    ExerciseError,
    load_exercise,
    load_exercises,
)

from tools.exercises import template
from tools.exercises.answers import out_of_date, recorded_cases
from tools.exercises.conventions import Source, check_source, headings_of
from tools.exercises.student import write_copies
from tools.notebooks.reading import Course, Finding

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Project:
    """Where the exercises, the chapters and the package's file are."""

    root: Path = ROOT

    @property
    def folder(self) -> Path:
        return self.root / "exercises"

    @property
    def answers(self) -> Path:
        return self.root / "d2l_check" / "_files" / "answers.npz"

    def chapter(self, exercise_id: str) -> Path:
        """Returns the chapter of an exercise.

        Raises
        ------
        ExerciseError
            If there is none.
        """
        name = exercise_id.partition(".")[0]
        for path in Course(self.root).paths:
            if path.stem == name:
                return path
        raise ExerciseError(f"{exercise_id}: there is no chapter {name}.ipynb")


def main(argv: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Runs a command and returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.exercises")
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new", help="start an exercise")
    new.add_argument("id", help="such as batch-norm.conv-axes")
    new.add_argument("function", help="the function that students write")
    commands.add_parser("build", help="write the cases of the package")
    students = commands.add_parser(
        "students", help="write the notebooks that students get"
    )
    students.add_argument("folder", type=Path)
    check = commands.add_parser("check", help="check sources and cases")
    show = commands.add_parser("show", help="show what students read")
    for command in (check, show):
        command.add_argument("ids", nargs="*", help="by default all exercises")
    arguments = parser.parse_args(argv)
    project = Project(root)
    try:
        if arguments.command == "new":
            return _new(project, arguments.id, arguments.function)
        if arguments.command == "build":
            return _build(project)
        if arguments.command == "students":
            write_copies(project.folder, arguments.folder)
            return 0
        exercises = _chosen(project, arguments.ids)
        if arguments.command == "show":
            return _show(exercises)
        return _check(project, exercises, complete=not arguments.ids)
    except ExerciseError as error:
        print(error, file=sys.stderr)
        return 1


def _new(project: Project, exercise_id: str, function: str) -> int:
    project.chapter(exercise_id)
    notebook = _path(project, exercise_id)
    module = notebook.with_name(f"{notebook.stem.replace('-', '_')}.py")
    if notebook.exists() or module.exists():
        raise ExerciseError(f"{notebook} or {module} is there already")
    words = {
        "function": function,
        "begin": template.BEGIN,
        "end": template.END,
    }
    text = template.notebook(
        exercise_id,
        function,
        2,
        template.STATEMENT.format(**words),
        template.ANSWER.format(**words),
    )
    notebook.parent.mkdir(parents=True, exist_ok=True)
    notebook.write_text(text, encoding="utf-8")
    module.write_text(template.MATERIAL.format(**words), encoding="utf-8")
    print(f"write {notebook} and {module}")
    return 0


def _path(project: Project, exercise_id: str) -> Path:
    chapter, _, name = exercise_id.partition(".")
    return project.folder / chapter / f"{name}.ipynb"


def _build(project: Project) -> int:
    exercises = load_exercises(project.folder)
    made = {name: recorded_cases(one) for name, one in exercises.items()}
    if any(out_of_date(made, project.answers)):
        save(project.answers, made)
        print(f"wrote {project.answers}")
    print(f"{len(made)} exercises")
    return 0


def _chosen(project: Project, ids: Sequence[str]) -> list[Exercise]:
    if ids:
        return [load_exercise(_path(project, name)) for name in ids]
    return list(load_exercises(project.folder).values())


def _show(exercises: Sequence[Exercise]) -> int:
    for exercise in exercises:
        cases = recorded_cases(exercise)
        for name, wrong in exercise.wrong.items():
            verdict = judge(cases, partial(call_here, wrong.function))
            print(f"== {name}\n{Feedback(cases, verdict)}\n")
    return 0


def _check(
    project: Project, exercises: Sequence[Exercise], complete: bool
) -> int:
    found = list(_findings(project, exercises, complete))
    for finding in found:
        print(finding)
    if not found:
        print(f"{len(exercises)} exercises, no findings")
    return 1 if found else 0


def _findings(
    project: Project, exercises: Sequence[Exercise], complete: bool
) -> Iterator[Finding]:
    for exercise in exercises:
        chapter = project.chapter(exercise.id)
        yield from check_source(Source(exercise, headings_of(chapter)))
    if complete:
        made = {one.id: recorded_cases(one) for one in exercises}
        for sentence in out_of_date(made, project.answers):
            yield Finding(project.answers, "", sentence)


if __name__ == "__main__":
    sys.exit(main())
