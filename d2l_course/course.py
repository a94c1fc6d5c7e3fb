"""The folder of a course: nbgrader's, and what the checkers need."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

from d2l_check.source import (
    Exercise,
    load_exercise,
)

import numpy as np

_SQLITE = "sqlite:///"
#: What a course is, but for nbgrader's settings.
RECORD = "course.json"


class CourseError(Exception):
    """Says what is wrong, to the instructor."""


@dataclass(frozen=True)
class Course:
    """A course's folder.

    Attributes
    ----------
    root : Path
    db : str
        The gradebook's URL, if it is not the one in nbgrader_config.py.
    """

    root: Path
    db: str = ""

    @cached_property
    def record(self) -> dict[str, Any]:
        """What course.json says.

        Raises
        ------
        CourseError
            If there is none, or it is not one that `course new` made.
        """
        try:
            record = json.loads((self.root / RECORD).read_text("utf-8"))
            return _checked(record)
        except (OSError, ValueError) as error:
            raise CourseError(self._no_course(error)) from error

    def _no_course(self, error: Exception) -> str:
        """Returns why the folder is no course, and what to do."""
        old = (
            not (self.root / RECORD).exists()
            and (self.root / "nbgrader_config.py").exists()
        )
        if old:
            return (
                f"{self.root} is a course of nbgrader's own or of an older "
                f"layout: it has no {RECORD}, which says what its exercises "
                "are. Make a course with `course new` in a folder of its own"
            )
        return (
            f"{self.root} is no course folder: {error}; make one with "
            "`course new`, or name it with --course"
        )

    def assignment(self, name: str = "") -> str:
        """Returns the name of an assignment; of the only one without name.

        Raises
        ------
        CourseError
            If there is no such assignment, or there are several.
        """
        names = list(self.record["assignments"])
        if name in names:
            return name
        if not name and len(names) == 1:
            return names[0]
        problem = f"there is no {name!r}" if name else "there are several"
        raise CourseError(
            f"{problem}; choose the --assignment: {', '.join(names)}"
        )

    def exercises(self, assignment: str) -> dict[str, Exercise]:
        """Returns an assignment's exercises by their notebooks' names."""
        ids = self.record["assignments"][assignment]
        paths = [self.root.joinpath("exercises", *i.split(".")) for i in ids]
        return {
            path.name: load_exercise(path.with_name(f"{path.name}.ipynb"))
            for path in paths
        }

    def hidden_inputs(self, exercise: Exercise) -> np.random.Generator:
        """Returns what an exercise's hidden inputs are drawn with."""
        secret = int(self.record["secret"], 16)
        return np.random.default_rng([secret, crc32(exercise.id.encode())])

    def path(self, step: str, student: str, assignment: str) -> Path:
        """Returns the folder of nbgrader's step, "submitted" for instance."""
        return self.root / step / student / assignment

    def earlier(self, student: str, assignment: str, name: str) -> list[Path]:
        """Returns the attempts that count if the one submitted is not right.

        The newest is the first.
        """
        folder = self.path("submitted", student, assignment) / "attempts"
        found = folder.glob(f"{name}.*.ipynb")
        return sorted(found, key=lambda path: int(path.suffixes[-2][1:]))

    def released(self, assignment: str, notebook: str) -> Path:
        """Returns where the students' copy of a notebook is."""
        return self.root / "release" / assignment / f"{notebook}.ipynb"

    def known_students(self) -> set[str]:
        """Returns all who handed in anything before."""
        return {path.name for path in self.root.glob("submitted/*/")}

    def students(self, step: str, assignment: str) -> list[str]:
        """Returns the students who have a folder in a step of nbgrader's."""
        found = (self.root / step).glob(f"*/{assignment}/")
        return sorted(path.parent.name for path in found)

    def config(self) -> Any:
        """Returns nbgrader's configuration of this course."""
        from traitlets.config import PyFileConfigLoader

        root = self.root.resolve()
        loader = PyFileConfigLoader("nbgrader_config.py", os.fspath(root))
        config = loader.load_config()
        config.CourseDirectory.root = os.fspath(root)
        url = self.db or config.CourseDirectory.get("db_url", "")
        if url:
            config.CourseDirectory.db_url = _from(root, url)
        return config


def _from(root: Path, url: str) -> str:
    """Returns a gradebook's URL that means the same from every folder."""
    name = url.removeprefix(_SQLITE)
    if name == url or not name or name.startswith(("file:", ":memory:")):
        return url
    return f"{_SQLITE}{root / name}"


def _checked(record: Any) -> dict[str, Any]:
    """Returns what course.json says, if it says what a course needs."""
    for name, kind in (("assignments", dict), ("secret", str)):
        has = isinstance(record, dict) and isinstance(record.get(name), kind)
        if not has:
            raise ValueError(f"{RECORD} has no {name}")
    for name, ids in record["assignments"].items():
        if not isinstance(ids, list) or not all(map(_is_id, ids)):
            raise ValueError(
                f"{RECORD} has no list of exercises for {name}, such as "
                '["batch-norm.conv-axes"]: it is of another layout'
            )
    try:
        int(record["secret"], 16)
    except ValueError:
        raise ValueError(f"the secret in {RECORD} is none") from None
    return record


def _is_id(text: Any) -> bool:
    """Whether a text names an exercise: its folder and its notebook."""
    return isinstance(text, str) and all(text.partition("."))
