"""Tells from all names together whose the files are.

Each platform has its way to write who handed a file in. One name may look
like several of them, so the whole set decides which it is. Only what the
platform wrote counts: a file's place down to the student's own folder or zip.
"""

from __future__ import annotations

import re
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from types import MappingProxyType

from d2l_course.intake.archives import Place
from d2l_course.intake.names import COPY, clean, pattern_of, person_in, stamp

#: What may be a notebook.
NOTEBOOK = (".ipynb", ".json", ".txt", "")
_EXERCISE = "EXERCISE"


@dataclass(frozen=True)
class Row:
    """How a platform writes a path, from the folder of all students on.

    Attributes
    ----------
    platform : str
    pattern : str
        A regular expression; ``EXERCISE`` stands for any exercise's name. Its
        groups: ``student``, a name; ``number``, which the platform adds to
        tell namesakes apart; ``login``; ``date`` and ``attempt``, of which the
        largest is the newest; ``draft``, there if it is not handed in;
        ``after_title``, in place of ``student``: an unknown title and the
        student, with "_" between.
    """

    platform: str
    pattern: str


TABLE = (
    # Jane Doe_12345_assignsubmission_file_/conv-axes.ipynb
    Row("Moodle", r"(?P<student>[^/]+?)_(?P<number>\d+)_assignsubmission_"),
    # Homework 1_jdoe_attempt_2024-11-05-10-30-00_conv-axes.ipynb
    Row(
        "Blackboard",
        r"(?P<after_title>[^/]+?)_attempt_(?P<date>\d{4}(?:-\d\d){5})",
    ),
    # 155012-90210 - Jane Doe - Nov 5, 2024 1030 AM/conv-axes.ipynb
    Row(
        "Brightspace",
        r"(?P<number>\d+)-\d+ - (?P<student>[^/]+?) - "
        r"(?P<date>[^/-]*\d{4} \d{3,4}(?: [AP]M)?)",
    ),
    # doejane_LATE_12345_67890_conv-axes-1.ipynb
    Row(
        "Canvas",
        r"(?P<student>[^/_]+)(?:_LATE)?_(?P<number>\d+)_(?P<attempt>\d+)_"
        r"(?=[^/]+$)",
    ),
    # Submitted files/Jane Doe/Week 3/Version 2/conv-axes.ipynb
    Row(
        "Teams",
        r"(?:Submitted files|(?P<draft>Working files))/(?P<student>[^/]+)/"
        r"[^/]+/(?:Version (?P<attempt>\d+)/)?",
    ),
    Row(
        "Teams",
        r"(?P<student>[^/]+)/[^/]+/Version (?P<attempt>\d+)/",
    ),
    # Submissions/Doe_Jane_jdoe_4711/20241105103000_conv-axes.ipynb
    Row(
        "ILIAS",
        r"(?:Submissions|Abgaben)/(?P<student>[^/]*?(?P<login>[^/_]+)_\d+)/"
        r"(?:(?P<date>\d{14})_)?",
    ),
    Row(
        "ILIAS",
        r"(?P<student>[^/]*?(?P<login>[^/_]+)_\d+)/(?P<date>\d{14})_",
    ),
    # submission_4567/conv-axes.ipynb
    Row("Gradescope", r"(?P<student>submission_\d+)/"),
    # Jane Doe - conv-axes.ipynb
    Row(
        "Google Classroom",
        rf"(?:{COPY} )?(?P<student>[^/]+?) - (?:{COPY} )?EXERCISE[^/]*$",
    ),
    # conv-axes - Jane Doe.ipynb
    Row(
        "Google Forms",
        r"EXERCISE[^/]*? - (?P<student>[^/]+?)(?: \(\d+\))?(?:\.\w+)?$",
    ),
    # Jane Doe - Untitled7.ipynb
    Row("Google Drive", rf"(?:{COPY} )?(?P<student>[^/]+?) - [^/]+$"),
)


_Rows = Sequence[tuple[Row, re.Pattern[str]]]


@dataclass(frozen=True)
class Named:
    """Whom a path names.

    Attributes
    ----------
    name, number, login : str
        As the path has them; empty if it has none.
    why : str
        What it was known by.
    date : str
        14 digits; empty if the platform gives none.
    attempt : int
    draft : bool
        Whether it is not handed in.
    sure : tuple of str
        What of the person is not chosen by the person: a roster is asked for
        it before the name.
    """

    name: str
    number: str = ""
    login: str = ""
    why: str = ""
    date: str = ""
    attempt: int = 0
    draft: bool = False
    sure: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name as that of a folder; empty if nothing is left of it."""
        return clean("_".join(filter(None, (self.name, self.number))))


class Names:
    """All places of files, and whom they name.

    Parameters
    ----------
    places : iterable of Place
    exercises : iterable of str
        The names of the assignment's notebooks.
    assignment : str
    students : collection of str
        Ids that are known: a folder of that name is a student's.
    in_roster : callable
        Whether a :class:`Named` is somebody in the roster.
    told : mapping of PurePosixPath to sequence of Named
        Who handed in what is in a folder, where the platform gives a list.
    """

    def __init__(
        self,
        places: Iterable[Place],
        exercises: Iterable[str],
        assignment: str,
        students: Collection[str] = (),
        in_roster: Callable[[Named], bool] = lambda named: False,
        told: Mapping[PurePosixPath, Sequence[Named]] = MappingProxyType({}),
    ) -> None:
        # A list of grades beside the students' files is nobody's.
        self._places = [one for one in places if _may_count(one)]
        self._words = (*exercises, assignment)
        self._students = students
        self._told = told
        any_exercise = pattern_of(exercises)
        self._rows = [
            (row, _compiled(row.pattern.replace(_EXERCISE, any_exercise)))
            for row in TABLE
        ]
        self._titles: dict[int, str | None] = {}
        self._level, self._order = self._recognize(in_roster)

    def whose(self, place: Place) -> list[Named]:
        """Returns whom a place names, the likeliest first."""
        return list(self._named(place, self._level, self._order))

    def told(self, place: Place) -> Sequence[Named]:
        """Returns whom a list of the platform's names; empty if none does.

        What a student calls so, below the place of the students' names, is no
        such list.
        """
        return self._told.get(_head(place, self._level), ())

    def _recognize(
        self, in_roster: Callable[[Named], bool]
    ) -> tuple[int, _Rows]:
        """Returns the depth of the students' names, and rows in order."""
        levels = [(level, *self._rows_at(level)) for level in self._levels()]
        last, rows, _ = levels[-1]
        if self._is_told(last):
            return last, rows
        by_roster = [
            (self._count(level, rows, in_roster), -level, rows)
            for level, rows, _ in levels
        ]
        count, level, rows = max(by_roster, key=lambda one: one[:2])
        if count:
            return -level, rows
        for level, rows, fits in levels:
            if fits:
                return level, rows
        plain = [
            (self._count(level, rows), -level, rows)
            for level, rows, _ in levels
        ]
        _, level, rows = max(plain, key=lambda one: one[:2])
        return -level, rows

    def _levels(self) -> Iterator[int]:
        """Yields how many folders may be around those of all students.

        There may be another one below a folder that has no other beside it,
        nor a file that says whose it is.
        """
        level = 0
        while True:
            yield level
            deep = [p for p in self._places if len(_parts(p)) > level]
            heads = {_parts(place)[level] for place in deep}
            folders = {
                _parts(place)[level]
                for place in deep
                if len(_parts(place)) > level + 1
            }
            files = [p for p in deep if _parts(p)[level] in heads - folders]
            told = any(
                place.archived or any(self._named(place, level, self._rows))
                for place in files
            )
            known = self._is_student(folders) or self._is_told(level)
            if len(folders) != 1 or told or known:
                return
            level += 1

    def _is_student(self, folders: Iterable[str]) -> bool:
        return any(clean(folder) in self._students for folder in folders)

    def _is_told(self, level: int) -> bool:
        return any(_head(place, level) in self._told for place in self._places)

    def _rows_at(self, level: int) -> tuple[_Rows, bool]:
        """Returns the rows, the likeliest first, and whether that one fits.

        It does if at least half of the names at a level are in its manner.
        """
        deep = [p for p in self._places if len(_parts(p)) > level]
        entries = {_parts(place)[level] for place in deep}
        scores = []
        for number, row in enumerate(self._rows):
            found = {
                _parts(place)[level]: match
                for place in deep
                if (match := row[1].match(_text(place, level)))
                and person_in(_who(match), self._words)
            }
            names = {_who(match) for match in found.values()}
            # Platforms write their part before what the student calls a file.
            end = max((match.end() for match in found.values()), default=0)
            scores.append((-len(found), -len(names), end, number))
        best = min(scores)
        rows = [self._rows[score[-1]] for score in sorted(scores)]
        return rows, -best[0] * 2 >= len(entries) > 0

    def _count(
        self,
        level: int,
        rows: _Rows,
        counts: Callable[[Named], bool] = bool,
    ) -> int:
        """Returns how many students the names at a level tell apart."""
        found = (
            filter(counts, self._named(p, level, rows)) for p in self._places
        )
        firsts = (next(some, None) for some in found)
        return len({one.id for one in firsts if one})

    def _named(
        self,
        place: Place,
        level: int,
        rows: _Rows,
    ) -> Iterator[Named]:
        parts = _parts(place)[level:]
        if not parts:
            return
        for row, pattern in rows:
            match = pattern.match("/".join(parts))
            if match:
                named = self._by_row(row, match, level)
                if person_in(named.name, self._words):
                    yield named
        alone = len(parts) == 1 and not place.archived
        if alone and not re.search(pattern_of(self._words), parts[0], re.I):
            return
        name = person_in(parts[0], self._words)
        # A number is nobody's name, but may be that of a folder.
        if name and not (alone and re.fullmatch(r"[\d\W_]*", name)):
            kind = "file" if alone else "zip" if len(parts) == 1 else "folder"
            yield Named(name, why=f"the {kind}'s name")

    def _by_row(self, row: Row, match: re.Match[str], level: int) -> Named:
        groups = match.groupdict()
        title = groups.get("after_title")
        return Named(
            name=self._after_title(title, level) if title else _who(match),
            number=groups.get("number") or "",
            login=groups.get("login") or "",
            why=row.platform,
            date=_stamp(groups.get("date") or ""),
            attempt=int(groups.get("attempt") or 0),
            draft=bool(groups.get("draft")),
        )

    def _after_title(self, text: str, level: int) -> str:
        """Returns the student's part: the last, unless two have the same."""
        if level not in self._titles:
            self._titles[level] = self._title(level)
        title = self._titles[level]
        if title is None:
            return text.rpartition("_")[2]
        return text.removeprefix(title)

    def _title(self, level: int) -> str | None:
        """Returns with what all names begin; None if that is not needed."""
        matches = [
            pattern.match(_text(place, level))
            for row, pattern in self._rows
            if "after_title" in row.pattern
            for place in self._places
        ]
        texts = {match["after_title"] for match in matches if match}
        if len({one.rpartition("_")[2] for one in texts}) == len(texts):
            return None
        pairs = enumerate(zip(min(texts), max(texts), strict=False))
        differs = next((n for n, (a, b) in pairs if a != b), 0)
        title = min(texts)[:differs].rpartition("_")
        return title[0] + title[1]


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.I)


def _may_count(place: Place) -> bool:
    return place.archived or place.path.suffix.lower() in NOTEBOOK


def _parts(place: Place) -> tuple[str, ...]:
    return place.outer.parts


def _head(place: Place, level: int) -> PurePosixPath:
    """Returns the path down to a level, with it."""
    return PurePosixPath(*_parts(place)[: level + 1])


def _text(place: Place, level: int) -> str:
    return "/".join(_parts(place)[level:])


def _who(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return groups.get("student") or groups["after_title"]


def _stamp(date: str) -> str:
    """Returns a platform's date as 14 digits; empty if it is not known."""
    if re.fullmatch(r"[\d-]*", date):
        return stamp(date) if date else ""
    # "930 AM" is for the clock what "0930 AM" is.
    date = re.sub(r" (\d{3})(?!\d)", r" 0\1", date.strip())
    for form in _FORMS:
        with suppress(ValueError):
            return datetime.strptime(date, form).strftime("%Y%m%d%H%M%S")
    return ""


_FORMS = tuple(
    f"{day} {time}"
    for day in ("%b %d, %Y", "%B %d, %Y", "%d %b, %Y", "%d %B, %Y", "%d %b %Y")
    for time in ("%I%M %p", "%H%M")
)
