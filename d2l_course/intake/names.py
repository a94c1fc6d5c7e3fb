"""Tells from the names of files whose they are, and which exercise's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

#: How learning platforms begin the names of a student's files.
_PLATFORMS = (
    # Moodle: Jane Doe_12345_assignsubmission_file_/conv-axes.ipynb
    r"(?P<student>[^/]+?_\d+)_assignsubmission_[a-z]+",
    # Blackboard: Homework 1_jdoe_attempt_2024-11-05-10-30-00_conv-axes.ipynb
    r".*?_(?P<student>[^/_]+)_attempt_\d{4}(?:-\d\d){5}",
    # Canvas: doejane_LATE_12345_67890_conv-axes.ipynb
    r"(?P<student>[^/_]+)(?:_LATE)?(?P<number>_\d+)_\d+_",
)
#: What copying and downloading add.
_ADDED = re.compile(
    r"(?<![^\W_])(?:copy of|kopie von|copie de|copy\d*)(?![^\W_])"
    r"|\(\d+\)|\.ipynb\b",
    re.I,
)
_LONGEST = 100
_NO_PERSON = ("submitted", "submissions", "__MACOSX")


def student_of(
    path: PurePosixPath, exercises: Iterable[str], pattern: str = ""
) -> str:
    """Returns a student's id, made of the path below the submissions.

    Parameters
    ----------
    path : PurePosixPath
        The folders and the file's name; a zip counts as a folder.
    exercises : iterable of str
        The names of the assignment's notebooks.
    pattern : str
        A regular expression with a group ``student``, tried first.

    Returns
    -------
    str
        Letters, digits and ``.-_`` only; empty if the path does not tell.
    """
    told = re.search(pattern, str(path)) if pattern else None
    if told and told["student"]:
        return clean(told["student"])
    folders = [name for name in path.parts[:-1] if name not in _NO_PERSON]
    # What comes after it, the student names, who may give another's name.
    first = folders[0] if folders else path.name
    student = _student_of_platform(first)
    if student or folders:
        return student or clean(first)
    found = _named(path.stem, exercises)
    if not found:
        return ""
    rest = path.stem[: found.start()] + path.stem[found.end() :]
    rest = clean(_ADDED.sub("", rest))
    # A number or a date is nobody's name.
    return "" if re.fullmatch(r"[\d._-]*", rest) else rest


def _student_of_platform(name: str) -> str:
    """Returns whom a platform names; empty if no platform made the name."""
    matches = [re.match(platform, name) for platform in _PLATFORMS]
    found = [match for match in matches if match]
    if not found:
        return ""
    # Platforms put their part before what the student calls the file.
    first = min(found, key=lambda match: match.end())
    return clean(first["student"] + first.groupdict().get("number", ""))


def clean(name: str) -> str:
    """Returns a name as a folder, a web page and a spreadsheet take it."""
    # macOS writes an accent as a character of its own.
    name = unicodedata.normalize("NFC", name)
    name = re.sub(r"\.zip$", "", name, flags=re.I)
    name = re.sub(r"[^\w.-]+", "_", name)[:_LONGEST]
    # A file's name is limited in bytes, of which a character may have four.
    name = name.encode()[:_LONGEST].decode("utf-8", "ignore")
    return name.strip("._-")


def exercise_of(path: PurePosixPath, exercises: Iterable[str]) -> str:
    """Returns which notebook a file is named after; empty if none."""
    by_form = {_form(name): name for name in exercises}
    found = _named(path.stem, by_form.values())
    return by_form[_form(found[0])] if found else ""


def _form(name: str) -> str:
    return re.sub(r"[-_ ]+", "-", name.lower())


def _named(stem: str, exercises: Iterable[str]) -> re.Match[str] | None:
    """Returns where the longest name is; some platforms change its hyphens."""
    for name in sorted(exercises, key=len, reverse=True):
        words = r"[-_ ]+".join(re.split("[-_ ]+", name))
        found = re.search(rf"(?<![^\W_]){words}(?![^\W_])", stem, re.I)
        if found:
            return found
    return None
