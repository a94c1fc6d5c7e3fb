"""Reads a course's list of students, which decides whose a file is."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from d2l_course.course import CourseError
from d2l_course.intake.names import clean
from d2l_course.intake.notebooks import decoded
from d2l_course.intake.platforms import Named

#: How the columns of lists are called that platforms give.
_COLUMNS = {
    "id": (
        *("id", "student", "student id", "id number", "sis user id", "sid"),
        *("orgdefinedid", "org defined id", "matriculation number"),
    ),
    "name": ("name", "full name", "student name", "display name"),
    "first": ("first name", "firstname", "first", "given name"),
    "last": ("last name", "lastname", "last", "surname", "family name"),
    "login": ("login", "username", "user name", "user", "sis login id"),
    "email": ("email", "e-mail", "email address", "mail"),
}


class Roster:
    """Who is in a course.

    Parameters
    ----------
    forms : mapping of str to Iterable of str
        By each student's id, all that stands for the student.
    names : mapping of str to Iterable of str
        Names, which several may share.
    """

    def __init__(
        self,
        forms: Mapping[str, Iterable[str]],
        names: Mapping[str, Iterable[str]],
    ) -> None:
        self.students = tuple(forms)
        self._forms = _by_form(forms)
        self._names = _by_form(names)

    def find(self, named: Named) -> tuple[str, ...]:
        """Returns the students that a name may mean: none, one or several."""
        name = named.name
        for text in (*named.sure, name, named.login, named.number):
            if found := self._forms.get(_form(text)):
                return found
        # A number behind a name tells namesakes apart.
        for text in (name, re.sub(r"[_ ]\d+$", "", name)):
            if found := self._names.get(_form(text)):
                return found
        # "Jane" may be somebody's login, and in another's name.
        for part in re.findall(r"\w*\d\w*", name.replace("_", " ")):
            if found := self._forms.get(_form(part)):
                return found
        return ()


def _by_form(
    students: Mapping[str, Iterable[str]],
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for student, texts in students.items():
        for form in {_form(text) for text in texts} - {""}:
            found[form] = (*found.get(form, ()), student)
    return found


def _form(text: str) -> str:
    """Returns what is the same for ``Doe_Jané``, ``doejane``, ``DOE JANE``."""
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in parts if character.isalnum())


def read_roster(path: Path) -> Roster:
    """Returns the students that a CSV file lists.

    Raises
    ------
    CourseError
        If it cannot be read, has no column that tells students apart, or a
        student's id is missing, twice there, or no name of a folder.
    """
    try:
        text = decoded(path.read_bytes())
    except OSError as error:
        raise CourseError(
            f"--roster {path} cannot be read: {error.strerror}"
        ) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(text.splitlines(), delimiter=delimiter)
    try:
        header, *rows = [row for row in reader if any(row)] or [[]]
    except csv.Error as error:
        raise CourseError(f"--roster {path}: {error}") from error
    columns = _columns(header)
    key = next((k for k in ("id", "login", "email") if k in columns), "")
    if not key:
        raise CourseError(
            f"--roster {path} has no column id, login or email; its first "
            f"line is: {first.strip()!r}"
        )
    forms, names = {}, {}
    for number, row in enumerate(rows, start=2):
        about = {k: _value(row, place) for k, place in columns.items()}
        student = about[key]
        if not student or (clean(student) != student and key == "id"):
            raise CourseError(
                f"--roster {path}, student {number - 1}: the {key} "
                f"{student!r} needs letters, digits and .-_ only"
            )
        student = clean(student)
        if student in forms:
            raise CourseError(f"--roster {path} has {student} twice")
        forms[student] = tuple(_forms(about))
        names[student] = tuple(_names(about))
    return Roster(forms, names)


def _columns(header: Iterable[str]) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, text in enumerate(header):
        words = re.sub(r"[_\s]+", " ", text).strip().casefold()
        for name, known in _COLUMNS.items():
            if words in known:
                places.setdefault(name, place)
    return places


def _value(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _forms(about: Mapping[str, str]) -> Iterator[str]:
    for name in ("id", "login", "email"):
        yield about.get(name, "")
    yield about.get("email", "").partition("@")[0]


def _names(about: Mapping[str, str]) -> Iterator[str]:
    """Yields a name, first name first and last; a list may have either."""
    first, last = about.get("first", ""), about.get("last", "")
    whole = about.get("name", "")
    if first or last:
        yield f"{first} {last}"
        yield f"{last} {first}"
    yield whole
    words = whole.replace(",", " ").split()
    for at in range(1, len(words)):
        yield " ".join((*words[at:], *words[:at]))
