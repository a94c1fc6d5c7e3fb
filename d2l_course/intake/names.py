"""Tells what is in a name: an exercise, a person, a date, a copy's number."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

#: What copying and downloading add.
COPY = (
    r"(?:copy of|kopie von|copie de|copia de|kopia|copy(?:[-_ ]?\d+)?"
    r"|kopie|copie)"
)
_EDGE, _END = r"(?<![^\W_])", r"(?![^\W_])"
_COPIES = re.compile(
    rf"{_EDGE}{COPY}{_END}|\(\d+\)|(?:\.ipynb|\.zip|\.json|\.txt)(?=\.|$)",
    re.I,
)
#: 2024-11-05, with 10-30-00 or 103000 after it; 20241105103000.
_DATE = re.compile(
    r"(?<!\d)(?:\d{4}-\d\d-\d\d(?:[-_T ]+\d\d[-:_.]?\d\d(?:[-:_.]?\d\d)?Z?)?"
    r"|(?:19|20)\d{12}|(?:19|20)\d{6}[-_T]\d{6}Z?)(?!\d)"
)
_ATTEMPT = re.compile(
    rf"{_EDGE}(?:(?:version|attempt|versuch|abgabe|try)[-_ ]*|v)(\d{{1,3}})"
    rf"{_END}",
    re.I,
)
#: What is in names beside a person, and is none.
_NO_PERSON = re.compile(
    rf"{_EDGE}(?:submitted|submissions?|abgaben?|homework|assignment|exercise"
    rf"|notebook|untitled\d*|final|draft|solution|answers?|new|late){_END}",
    re.I,
)
_LONGEST = 100
_STAMP = 14


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
    found = re.search(pattern_of(by_form.values()), path.stem, re.I)
    return by_form[_form(found[0])] if found else ""


def _form(name: str) -> str:
    return re.sub(r"[-_ ]+", "-", name.lower())


def pattern_of(names: Iterable[str]) -> str:
    """Returns a regular expression that finds the longest of some names.

    Some platforms change hyphens.
    """
    words = [
        r"[-_ ]+".join(map(re.escape, re.split("[-_ ]+", name)))
        for name in sorted(names, key=len, reverse=True)
    ]
    return rf"{_EDGE}(?:{'|'.join(words)}){_END}"


def person_in(name: str, words: Iterable[str]) -> str:
    """Returns what a name has beside some words, dates and copies' numbers.

    Parameters
    ----------
    name : str
        A file's or a folder's.
    words : iterable of str
        The names of the assignment and its exercises.

    Returns
    -------
    str
        Empty if nothing is left that is a person's name or number.
    """
    rest = unicodedata.normalize("NFC", name)
    for noise in (re.compile(pattern_of(words), re.I), _DATE, _COPIES):
        rest = noise.sub(" ", rest)
    others = _NO_PERSON.sub(" ", _ATTEMPT.sub(" ", rest))
    if not re.search(r"[^\W_]", others):
        return ""
    rest = re.sub(rf"{_ATTEMPT.pattern}[\W_]*$", " ", rest, flags=re.I)
    return re.sub(r"\s+", " ", rest).strip(" ._-,;")


def date_in(path: PurePosixPath) -> str:
    """Returns the last date in a path as 14 digits; empty if none."""
    found = _DATE.findall(str(path))
    return stamp(found[-1]) if found else ""


def stamp(date: str) -> str:
    """Returns a date of digits, year first, as 14 digits."""
    return re.sub(r"\D", "", date).ljust(_STAMP, "0")[:_STAMP]


def attempt_in(path: PurePosixPath) -> int:
    """Returns the number of the attempt in a path, ``Version 2`` for one."""
    found = _ATTEMPT.findall(str(path))
    return int(found[-1]) if found else 0


def copies_in(path: PurePosixPath, words: Iterable[str]) -> int:
    """Returns the number that a name has when there was one like it.

    It is 1 in ``conv-axes (1).ipynb``, ``conv-axes-1.ipynb`` (Canvas) and
    ``conv-axes-Copy1.ipynb`` (Jupyter).
    """
    patterns = (
        *(r"\((\d{1,3})\)", rf"{_EDGE}copy[-_ ]?(\d{{1,3}}){_END}"),
        rf"{pattern_of(words)}[-_](\d{{1,2}})(?=\.|$)",
    )
    found = [
        int(match[1])
        for pattern in patterns
        for part in path.parts
        for match in re.finditer(pattern, part, re.I)
    ]
    return max(found, default=0)
