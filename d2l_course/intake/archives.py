"""Finds all files among submissions: in folders, zips, and zips in these.

Nothing is unpacked to a disk, and no name in a zip is written to. A link is
not followed: it may lead to another student's work, or to the gradebook.
What cannot be read is a file with a problem, and stops no other.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from d2l_course.course import CourseError
from d2l_course.intake.names import clean
from d2l_course.intake.notebooks import MOST_BYTES

_MOST_NESTED = 3
#: What a zip within the submissions, a student's, may unpack to, with all the
#: zips in it.
_MOST_UNPACKED = 128 << 20
_MOST_MEMBERS = 2000
#: What platforms call a download of the whole class's work: Canvas and
#: Teams, Blackboard, Google Drive, Brightspace, Gradescope.
_DOWNLOAD = re.compile(
    r"(?:submissions|gradebook_.+|.+-\d{8}T\d{6}Z(?:-\d+)+"
    r"|.+ Download .+ \d{4} .+|assignment_\d+_export)(?: ?\(\d+\))?\.zip",
    re.I,
)
_UNNAMED = "unnamed"
_HERE = PurePosixPath()
_UTF_8 = 0x800


def _nothing() -> bytes:
    return b""


class _Budget:
    """What may still come out of a student's zip and the zips in it."""

    def __init__(self) -> None:
        self.size, self.members = _MOST_UNPACKED, _MOST_MEMBERS

    def spend(self, infos: list[zipfile.ZipInfo]) -> bool:
        """Takes a zip's members off; whether there was enough."""
        self.size -= sum(info.file_size for info in infos)
        self.members -= len(infos)
        return min(self.size, self.members) >= 0


@dataclass(frozen=True)
class Place:
    """Where a file is.

    Attributes
    ----------
    path : PurePosixPath
        All of it; a zip counts as a folder.
    outer : PurePosixPath
        The part that the platform or the instructor named: it ends with the
        first zip that is a student's, who named all that is in it.
    archived : bool
        Whether it is in such a zip, or is one.
    """

    path: PurePosixPath = _HERE
    outer: PurePosixPath = _HERE
    archived: bool = False

    def inside(self, *names: str) -> Place:
        """Returns a place in this folder or zip."""
        outer = self.outer if self.archived else self.outer.joinpath(*names)
        return Place(self.path.joinpath(*names), outer, self.archived)

    def as_students_zip(self) -> Place:
        """Returns the place as that of a student's zip."""
        return Place(self.path, self.outer, archived=True)


@dataclass(frozen=True)
class File:
    """A file among the submissions.

    Attributes
    ----------
    place : Place
    read : callable
        Returns its bytes, as long as the next file is not asked for. Raises
        OSError if it cannot.
    problem : str
        Why it cannot be read; empty if it can.
    """

    place: Place
    read: Callable[[], bytes] = _nothing
    problem: str = ""

    @property
    def path(self) -> PurePosixPath:
        """Where it is; a zip counts as a folder."""
        return self.place.path


def walk(
    submissions: Sequence[Path], students: Collection[str] = ()
) -> Iterator[File]:
    """Yields all files of a folder or a zip, or of several.

    A zip that is given alone is the whole class's, unless it is called like
    one of the ``students``. Several are the class's if all are called as
    platforms call their downloads. Any other zip is one student's.

    Raises
    ------
    CourseError
        If there is no such folder or zip.
    """
    for path in submissions:
        _check(path, alone=len(submissions) == 1)
    first = submissions[0]
    if len(submissions) > 1:
        yield from _walk_together(submissions)
    elif first.is_dir():
        yield from _walk_together(sorted(first.iterdir()))
    elif clean(first.name) in students:
        yield from _walk_path(first, Place().inside(first.name))
    else:
        yield from _walk_class(first, Place())


def _check(path: Path, alone: bool) -> None:
    try:
        if path.is_dir():
            next(path.iterdir(), None)
            return
        with path.open("rb") as stream:
            fits = zipfile.is_zipfile(stream) or not alone
    except FileNotFoundError:
        fits = False
    except OSError as error:
        raise CourseError(
            f"{path} cannot be read: {error.strerror}"
        ) from error
    if not fits:
        raise CourseError(f"{path} is neither a folder nor a zip")


def _walk_together(paths: Sequence[Path]) -> Iterator[File]:
    """Yields what is in a folder, or in what the instructor names."""
    paths = [path for path in paths if not path.name.startswith(".")]
    of_class = all(_DOWNLOAD.fullmatch(path.name) for path in paths)
    for path in paths:
        place = Place(PurePosixPath(path.name))
        if of_class and path.is_file():
            yield from _walk_class(path, place)
        else:
            yield from _walk_path(path, Place().inside(path.name))


def _walk_class(path: Path, place: Place) -> Iterator[File]:
    """Yields what is in the zip of a whole class, which has no budget."""
    with path.open("rb") as stream:
        yield from _walk_zip(stream, place, _MOST_NESTED + 1, None)


def _walk_path(path: Path, place: Place) -> Iterator[File]:
    try:
        if path.is_symlink():
            yield File(place, problem="it is a link")
        elif _is_clutter(place.path):
            return
        elif path.is_dir():
            for inner in sorted(path.iterdir()):
                yield from _walk_path(inner, place.inside(inner.name))
        elif not path.is_file():
            yield File(place, problem="it is no regular file")
        elif path.suffix.lower() == ".zip":
            place = place.as_students_zip()
            with path.open("rb") as stream:
                yield from _walk_zip(stream, place, _MOST_NESTED, _Budget())
        else:
            yield _file(place, path.stat().st_size, path.read_bytes)
    except OSError as error:
        yield File(place, problem=f"it cannot be read: {error.strerror}")


def _walk_zip(
    stream: BinaryIO, place: Place, depth: int, budget: _Budget | None
) -> Iterator[File]:
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            if budget and not budget.spend(infos):
                yield File(place, problem="the zip unpacks to too much")
                return
            for info in infos:
                yield from _walk_member(archive, info, place, depth, budget)
    # zipfile raises anything, from struct.error to IndexError, about a zip
    # that is damaged or encrypted.
    except Exception as error:
        yield File(place, problem=f"the zip cannot be read: {error}")


def _walk_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    zip_place: Place,
    depth: int,
    budget: _Budget | None,
) -> Iterator[File]:
    name = _name(info)
    place = zip_place.inside(*_parts(name))
    # Not is_dir: before Python 3.12, that raises for an empty name.
    if name.endswith(("/", "\\")) or _is_clutter(place.path):
        return
    file = _file(place, info.file_size, lambda: _read_member(archive, info))
    if place.path.suffix.lower() != ".zip" or file.problem or depth == 1:
        yield file
        return
    place = place.as_students_zip()
    try:
        inner = io.BytesIO(file.read())
    except OSError as error:
        yield File(place, problem=str(error))
        return
    yield from _walk_zip(inner, place, depth - 1, budget or _Budget())


def _name(info: zipfile.ZipInfo) -> str:
    """Returns a member's name; some programs write UTF-8 and don't say so."""
    if info.flag_bits & _UTF_8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _parts(name: str) -> Sequence[str]:
    """Returns a member's folders and name, none of which leads elsewhere."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    # One that starts with "/" or "//" would make joinpath forget the rest.
    inside = [p for p in parts if p != ".." and not p.startswith("/")]
    return inside or [_UNNAMED]


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Returns what a member unpacks to, but no more than the zip says."""
    with archive.open(info) as stream:
        data = stream.read(info.file_size)
        # Only who reads to the end has the checksum compared.
        stream.read(1)
    return data


def _file(place: Place, size: int, read: Callable[[], bytes]) -> File:
    def read_or_complain() -> bytes:
        try:
            return read()
        # As in _walk_zip.
        except Exception as error:
            raise OSError(f"it cannot be read: {error}") from error

    if size > MOST_BYTES:
        return File(place, problem=f"it has more than {MOST_BYTES >> 20} MB")
    return File(place, read_or_complain)


def _is_clutter(path: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in path.parts)
