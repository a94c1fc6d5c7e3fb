"""Makes a course's folder, and assignments in it."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from d2l_check.source import Exercise, load_exercise
from d2l_course.course import RECORD, Course, CourseError
from d2l_course.files import write_atomically
from d2l_course.intake.names import clean
from d2l_course.nbgrader.settings import PROTECTION, close

_CONFIG = '''\
"""nbgrader's settings; see nbgrader.readthedocs.io for all there are."""

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = {course_id!r}
# One gradebook for several graders: a URL as SQLAlchemy takes it, such as
# postgresql://user@host/gradebook. Without it: gradebook.db in this folder.
{db_line}
# A student's copy names the function that is to be written.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "d2l_course.nbgrader.stubs.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]
{protection}'''


def new_course(
    folder: Path,
    ids: Sequence[str],
    exercises: Path,
    assignment: str,
    db: str = "",
) -> Course:
    """Makes a course folder with an assignment, or adds the assignment.

    Parameters
    ----------
    folder : Path
    ids : sequence of str
        The exercises: ``"batch-norm.conv-axes"``.
    exercises : Path
        The folder of all exercises.
    assignment : str
        The name of the assignment.
    db : str
        The gradebook's URL, if it is not a file in the folder.

    Raises
    ------
    CourseError
        If there is no such exercise, two notebooks have one name, the
        assignment is there already, or the course has another gradebook.
    """
    if not assignment or clean(assignment) != assignment:
        raise CourseError(
            f"the name {assignment!r} of an assignment needs letters, digits "
            "and .-_ only"
        )
    chosen = _choose(ids, exercises)
    record = _read_or_make_record(folder)
    if assignment in record["assignments"]:
        raise CourseError(f"{folder} has an assignment {assignment} already")
    config = folder / "nbgrader_config.py"
    if db and config.exists() and repr(db) not in config.read_text("utf-8"):
        raise CourseError(
            f"{folder} has its gradebook already: change db_url in {config} "
            "rather than give --db"
        )
    for exercise in chosen:
        _copy(exercise, folder, assignment)
    record["assignments"][assignment] = list(ids)
    if not config.exists():
        config.write_text(_config(folder, db), "utf-8")
    write_atomically(folder / RECORD, json.dumps(record, indent=1))
    course = Course(folder)
    close(course)
    return course


def _choose(ids: Sequence[str], folder: Path) -> list[Exercise]:
    """Returns the exercises; the others may be incomplete."""
    known = {
        f"{path.parent.name}.{path.stem}": path
        for path in sorted(folder.glob("*/*.ipynb"))
    }
    unknown = [name for name in ids if name not in known]
    if unknown:
        raise CourseError(
            f"{folder} has no exercise {', '.join(unknown)}; it has: "
            + ", ".join(known)
        )
    names = [known[name].stem for name in ids]
    if len(set(names)) < len(names):
        raise CourseError(
            "two exercises of an assignment have the same name: "
            + ", ".join(ids)
        )
    return [load_exercise(known[name]) for name in ids]


def _read_or_make_record(folder: Path) -> dict[str, Any]:
    if (folder / RECORD).exists():
        return Course(folder).record
    if folder.exists() and any(folder.iterdir()):
        raise CourseError(f"{folder} is there already and is no course folder")
    return {"assignments": {}, "secret": secrets.token_hex(16)}


def _copy(exercise: Exercise, folder: Path, assignment: str) -> None:
    """Copies the notebook as nbgrader's source, and both for the checker."""
    notebook = exercise.notebook
    material = material_of(notebook)
    source = folder / "source" / assignment
    own = folder / "exercises" / notebook.parent.name
    for path, target in ((notebook, source), (notebook, own), (material, own)):
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / path.name)


def material_of(notebook: Path) -> Path:
    """Returns where the module is that belongs to a source notebook."""
    return notebook.with_name(f"{notebook.stem.replace('-', '_')}.py")


def _config(folder: Path, db: str) -> str:
    line = f"c.CourseDirectory.db_url = {db or 'sqlite:///gradebook.db'!r}"
    return _CONFIG.format(
        course_id=folder.resolve().name,
        protection=PROTECTION,
        db_line=line if db else f"# {line}",
    )
