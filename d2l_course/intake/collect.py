"""Sorts what students hand in: whose is it, and which exercise?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from d2l_check.source import Exercise
from d2l_course.course import Course, CourseError
from d2l_course.files import write_atomically
from d2l_course.intake.archives import File, Place, walk
from d2l_course.intake.attempts import BEST, Attempt, attempt_of
from d2l_course.intake.gradescope import LIST, read_list
from d2l_course.intake.names import exercise_of
from d2l_course.intake.notebooks import (
    Unreadable,
    code_of,
    defines,
    read_cells,
    read_file,
)
from d2l_course.intake.platforms import NOTEBOOK, Named, Names
from d2l_course.intake.roster import Roster, read_roster

_PATTERN, _INSIDE = "--students", "--students, in the zip"
#: How many earlier attempts are graded; each may take its time.
_MOST_ATTEMPTS = 9
_ARCHIVES = (".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")


@dataclass(frozen=True)
class Found:
    """What became of a file, or of one of the answers in it.

    If a group handed it in, there is one for each student.

    Attributes
    ----------
    path : PurePosixPath
        Where it was; a zip counts as a folder.
    student, exercise : str
        Whose it is, and which; empty if that is not known.
    attempt : Attempt
        Which of the student's, as far as its path tells.
    why : str
        What the student is known by.
    remark : str
        What the instructor should know; empty if all is well.
    taken : bool
        Whether it will be graded.
    answers : bool
        Whether it can be read and defines the exercise's function, otherwise
        than the copy that was handed out.
    renamed : bool
        Whether it is called like another exercise.
    claimed : str
        The zip of which somebody else is the owner, perhaps: a name in it,
        and not the zip's, says whose the file is.
    earlier : int
        The place among earlier attempts that are graded, too; 0 if none.
    """

    path: PurePosixPath
    student: str = ""
    exercise: str = ""
    attempt: Attempt = field(default_factory=Attempt)
    why: str = ""
    remark: str = ""
    taken: bool = False
    answers: bool = False
    renamed: bool = False
    claimed: str = ""
    earlier: int = 0

    def without(self, remark: str) -> Found:
        """Returns it as left out."""
        return replace(self, taken=False, remark=remark)


@dataclass(frozen=True)
class Wishes:
    """What the instructor says about submissions.

    Attributes
    ----------
    pattern : str
        A regular expression for paths, with a group ``student``.
    roster : Path or None
        A list of students, as CSV.
    attempt : str
        Which counts: one of ``attempts.CHOICES``.
    dry_run : bool
        Whether nothing is to be written.

    Raises
    ------
    CourseError
        If the pattern cannot tell students.
    """

    pattern: str = ""
    roster: Path | None = None
    attempt: str = "newest"
    dry_run: bool = False

    def __post_init__(self) -> None:
        try:
            groups = re.compile(self.pattern).groupindex
        except re.error as error:
            raise CourseError(
                f"--students {self.pattern!r} is no regular expression: "
                f"{error}"
            ) from error
        if self.pattern and "student" not in groups:
            raise CourseError(
                f"--students {self.pattern!r} has no group (?P<student>...), "
                "which says what part of a path is the student"
            )


def collect(
    course: Course,
    assignment: str,
    submissions: Sequence[Path],
    wishes: Wishes | None = None,
) -> list[Found]:
    """Copies notebooks to where nbgrader expects them.

    Parameters
    ----------
    course, assignment
        Where to.
    submissions : sequence of Path
        Folders or zips, as a learning platform gives them.
    wishes : Wishes, optional

    Returns
    -------
    list of Found
        One for each file, and for each further answer in it and each further
        student of a group. None of them stops the others.

    Raises
    ------
    CourseError
        If there is no such folder or zip, the roster is none, or nothing can
        be written.
    """
    wishes = wishes or Wishes()
    roster = read_roster(wishes.roster) if wishes.roster else None
    known = {*course.known_students(), *(roster.students if roster else ())}
    exercises = course.exercises(assignment)
    places = [file.place for file in walk(submissions, known)]
    lists = _Lists(places)
    if lists.remarks:
        lists.read(walk(submissions, known))
    names = Names(
        places,
        exercises,
        assignment,
        known,
        lambda named: bool(roster and roster.find(named)),
        lists.told,
    )
    whose = _Whose(names, wishes.pattern, roster, exercises)
    look = _Look(course, assignment, exercises)
    # All files are looked at before one is chosen, and none is kept: those of
    # a class don't fit into the memory.
    files = [
        [Found(file.path, remark=lists.remarks[file.place])]
        if file.place in lists.remarks
        else look.identify(file, whose)
        for file in walk(submissions, known)
    ]
    files = _choose(files, wishes.attempt)
    if wishes.dry_run:
        return [one for found in files for one in found]
    for found in files:
        for one in found:
            look.forget(one)
    return [
        look.write(file, one)
        for file, found in zip(walk(submissions, known), files, strict=True)
        for one in found
    ]


class _Lists:
    """The platform's lists of who handed in what is beside them.

    Those count that are in the fewest folders: below may be a student's file
    of this name.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        #: Whom they tell, by the paths of folders.
        self.told: dict[PurePosixPath, Sequence[Named]] = {}
        lists = [p for p in places if p.path.name == LIST and not p.archived]
        depth = min((len(place.outer.parts) for place in lists), default=0)
        self.remarks = {p: "" for p in lists if len(p.outer.parts) == depth}

    def read(self, files: Iterable[File]) -> None:
        """Reads those that are among the files."""
        for file in files:
            if file.place in self.remarks:
                self.remarks[file.place] = self._read(file)

    def _read(self, file: File) -> str:
        """Returns what is wrong with a list; empty if all is well."""
        problem = file.problem
        try:
            listed = {} if problem else read_list(file.read())
        except OSError as error:
            problem = str(error)
        except Unreadable as error:
            problem = f"it {error}"
        if problem:
            return f"{problem}; students are called like the folders"
        folder = file.place.outer.parent
        self.told |= {folder / name: some for name, some in listed.items()}
        return ""


class _Whose:
    """Tells whose a file is."""

    def __init__(
        self,
        names: Names,
        pattern: str,
        roster: Roster | None,
        exercises: Collection[str],
    ) -> None:
        self._names, self._pattern, self._roster = names, pattern, roster
        self._exercises = exercises
        #: The names that got an id, which two must not share.
        self._named: dict[str, tuple[str, str]] = {}

    def __call__(self, place: Place) -> list[Found]:
        """Returns whose a file is, or the reason why that is not known.

        There is more than one only if it is a group's.
        """
        by_pattern = [*self._by_pattern(place)]
        told = [] if by_pattern else self._names.told(place)
        if told:
            return [self._found(place, [named]) for named in told]
        named = [*by_pattern, *self._names.whose(place)]
        return [self._found(place, named)]

    def _found(self, place: Place, some: Sequence[Named]) -> Found:
        found = Found(place.path)
        if some and some[0].why == _INSIDE:
            found = replace(found, claimed=str(place.outer))
        if not some:
            return found.without(
                "its path does not say whose it is; see --students, --roster"
            )
        if self._roster:
            return self._by_roster(found, some, self._roster)
        return self._by_name(found, some[0])

    def _by_pattern(self, place: Place) -> Iterable[Named]:
        if not self._pattern:
            return
        # First what the student did not name, who may give another's name.
        for path, why in ((place.outer, _PATTERN), (place.path, _INSIDE)):
            told = re.search(self._pattern, str(path))
            if told and told["student"]:
                yield Named(told["student"], why=why)
                return

    def _by_name(self, found: Found, named: Named) -> Found:
        student = named.id
        first = self._named.setdefault(student, (named.name, named.number))
        found = replace(found, student=student, why=named.why)
        if first != (named.name, named.number):
            return replace(found, student="").without(
                f"{named.name!r} and {first[0]!r} would be one student, "
                f"{student}: say who it is with --roster or --students"
            )
        return self._handed_in(found, named)

    def _by_roster(
        self, found: Found, some: Sequence[Named], roster: Roster
    ) -> Found:
        for named in some:
            students = roster.find(named)
            if len(students) == 1:
                why = f"{named.why}, in the roster"
                found = replace(found, student=students[0], why=why)
                return self._handed_in(found, named)
            if students:
                return found.without(
                    f"{named.name!r} may be {' or '.join(students)} of the "
                    "roster"
                )
        return found.without(f"the roster has nobody called {some[0].name!r}")

    def _handed_in(self, found: Found, named: Named) -> Found:
        if named.draft:
            return found.without("it is a working file, not handed in")
        attempt = attempt_of(found.path, named, self._exercises)
        return replace(found, attempt=attempt, taken=True)


class _Look:
    """Looks into files, and copies those that are chosen."""

    def __init__(
        self,
        course: Course,
        assignment: str,
        exercises: Mapping[str, Exercise],
    ) -> None:
        self._course, self._assignment = course, assignment
        self._exercises = exercises
        self._stubs = {
            name: _code_at(course.released(assignment, name))
            for name in exercises
        }

    def identify(self, file: File, whose: _Whose) -> list[Found]:
        """Returns what a file is: one for each answer, or why it is none."""
        return [
            one
            for found in whose(file.place)
            for one in self._identify(file, found)
        ]

    def _identify(self, file: File, found: Found) -> list[Found]:
        called = exercise_of(file.path, self._exercises)
        found = replace(found, exercise=called)
        if problem := _problem_before(file):
            return [found.without(problem)]
        try:
            data = file.read()
        except OSError as error:
            return [found.without(str(error))]
        answers = list(self._answers(found, data))
        if not answers and found.taken:
            answers = [found.without("it is no notebook of this assignment")]
        return answers or [found]

    def _answers(self, found: Found, data: bytes) -> Iterable[Found]:
        called = found.exercise
        try:
            code = code_of(read_cells(data))
        except Unreadable as error:
            if called:
                yield _told(found, f"it {error}")
            return
        defined = [n for n in self._exercises if self._defining(n, code)]
        for name in defined:
            yield self._answer(replace(found, exercise=name), called, code)
        # What is called like one exercise and answers another is that one.
        if called and not defined:
            function = self._exercises[called].function
            yield _told(found, f"it defines no {function}")

    def _answer(self, found: Found, called: str, code: list[str]) -> Found:
        cells = self._defining(found.exercise, code)
        if set(cells) <= set(self._stubs[found.exercise]):
            return _told(found, "it is as it was handed out")
        found = replace(found, answers=True)
        if called in ("", found.exercise):
            return found
        function = self._exercises[found.exercise].function
        remark = f"it is called {called}, and defines {function}, too"
        if not self._defining(called, code):
            remark = (
                "it is called otherwise, and defines what "
                f"{found.exercise} asks"
            )
        return replace(_told(found, remark), renamed=True)

    def _defining(self, name: str, code: Iterable[str]) -> list[str]:
        function = self._exercises[name].function
        return [text.strip() for text in code if defines(text, function)]

    def write(self, file: File, found: Found) -> Found:
        """Copies a chosen notebook to where nbgrader expects it."""
        if not found.taken and not found.earlier:
            return found
        target = self._target(found)
        if not found.answers and self._answered(target, found.exercise):
            return found.without(
                f"{found.remark}; what was collected before stays"
            )
        try:
            data = file.read()
        except OSError as error:
            return found.without(str(error))
        write_atomically(target, data)
        return found

    def forget(self, found: Found) -> None:
        """Removes earlier attempts of what is submitted anew."""
        if found.taken and found.answers:
            about = found.student, self._assignment, found.exercise
            for path in self._course.earlier(*about):
                path.unlink()

    def _target(self, found: Found) -> Path:
        about = "submitted", found.student, self._assignment
        folder = self._course.path(*about)
        if found.earlier:
            name = f"{found.exercise}.{found.earlier}.ipynb"
            return folder / "attempts" / name
        return folder / f"{found.exercise}.ipynb"

    def _answered(self, target: Path, exercise: str) -> bool:
        """Whether an answer was collected before."""
        cells = self._defining(exercise, _code_at(target))
        return not set(cells) <= set(self._stubs[exercise])


def _told(found: Found, remark: str) -> Found:
    """Returns it with a remark, if it has none that left it out."""
    return replace(found, remark=remark) if found.taken else found


def _problem_before(file: File) -> str:
    """Returns why a file need not be read: a film in a zip is large."""
    suffix = file.path.suffix.lower()
    if file.problem:
        return file.problem
    if suffix in _ARCHIVES:
        return f"an archive {suffix} is not read: ask for a zip"
    return "" if suffix in NOTEBOOK else "it is no notebook"


def _code_at(path: Path) -> list[str]:
    """Returns the code of a notebook's cells; nothing if there is none."""
    try:
        code = code_of(read_cells(read_file(path)))
    except (FileNotFoundError, Unreadable):
        return []
    return [text.strip() for text in code]


def _choose(
    files: Sequence[Sequence[Found]], attempt: str
) -> list[list[Found]]:
    """Returns all, with those left out that do not count."""
    files = _without_claims(files)
    groups = _by_answer(one for found in files for one in found)
    orders = {key: _ordered(some, attempt) for key, some in groups.items()}
    chosen = {key: some[0] for key, some in orders.items()}
    earlier = {
        id(one): number
        for some in orders.values()
        for number, one in enumerate(some[: _MOST_ATTEMPTS + 1])
        if attempt == BEST and one.answers
    }
    return [
        [
            replace(
                _unless_better(one, chosen), earlier=earlier.get(id(one), 0)
            )
            for one in found
        ]
        for found in files
    ]


def _by_answer(
    found: Iterable[Found],
) -> Mapping[tuple[str, str], Sequence[Found]]:
    groups: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for one in found:
        if one.taken:
            groups[one.student, one.exercise].append(one)
    return groups


def _without_claims(
    files: Sequence[Sequence[Found]],
) -> Sequence[Sequence[Found]]:
    """Returns all, without what a zip says to be of whom others have work."""
    claims: dict[str, set[str]] = defaultdict(set)
    for found in files:
        for one in found:
            claims[one.student].add(one.claimed)
    return [
        [
            one.without(
                f"{one.claimed} says that it is {one.student}'s, whose work "
                "is elsewhere, too"
            )
            if one.claimed and len(claims[one.student]) > 1
            else one
            for one in found
        ]
        for found in files
    ]


def _ordered(some: Sequence[Found], attempt: str) -> Sequence[Found]:
    """Returns a student's files of one exercise; the first counts."""
    some = sorted(
        some,
        key=lambda one: (one.attempt, str(one.path)),
        reverse=attempt != "first",
    )
    return sorted(some, key=lambda one: (not one.answers, one.renamed))


def _unless_better(
    one: Found, chosen: Mapping[tuple[str, str], Found]
) -> Found:
    other = chosen.get((one.student, one.exercise), one)
    if not one.taken or other is one:
        return one
    remark = f"there is {other.path} of the same student"
    return one.without(f"{one.remark}; {remark}" if one.remark else remark)
