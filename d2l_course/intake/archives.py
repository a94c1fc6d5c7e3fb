"""Finds all files among submissions: in folders, zips, and zips in these.

Nothing is unpacked to a disk, and no name in a zip is written to. A link is
not followed: it may lead to another student's work, or to the gradebook.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from d2l_course.course import CourseError
from d2l_course.intake.notebooks import MOST_BYTES

_MOST_NESTED = 3
#: What a zip within the submissions, a student's, may unpack to, with all the
#: zips in it.
_MOST_UNPACKED = 128 << 20
_MOST_MEMBERS = 2000
#: What reading a zip raises that is encrypted, damaged or not what it says.
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, OSError, EOFError, ValueError),
    *(RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError),
)


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
class File:
    """A file among the submissions.

    Attributes
    ----------
    path : PurePosixPath
        Where it is; a zip counts as a folder.
    read : callable
        Returns its bytes, as long as the next file is not asked for.
    problem : str
        Why it cannot be read; empty if it can.
    """

    path: PurePosixPath
    read: Callable[[], bytes] = _nothing
    problem: str = ""


def walk(submissions: Path) -> Iterator[File]:
    """Yields all files of a folder or a zip.

    Raises
    ------
    CourseError
        If it is neither.
    """
    if submissions.is_dir():
        yield from _walk_folder(submissions)
    elif zipfile.is_zipfile(submissions):
        with submissions.open("rb") as stream:
            yield from _walk_zip(stream, PurePosixPath())
    else:
        raise CourseError(f"{submissions} is neither a folder nor a zip")


def _walk_folder(folder: Path) -> Iterator[File]:
    for path in sorted(folder.rglob("*")):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.is_symlink():
            yield File(name, problem="it is a link")
        elif path.is_dir() or _is_clutter(name):
            continue
        elif not path.is_file():
            yield File(name, problem="it is no regular file")
        elif path.suffix.lower() == ".zip":
            with path.open("rb") as stream:
                yield from _walk_zip(stream, name, _MOST_NESTED, _Budget())
        else:
            yield _file(name, path.stat().st_size, path.read_bytes)


def _walk_zip(
    stream: BinaryIO,
    at: PurePosixPath,
    depth: int = _MOST_NESTED + 1,
    budget: _Budget | None = None,
) -> Iterator[File]:
    """Yields a zip's files; the instructor's own has no budget."""
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            if budget and not budget.spend(infos):
                yield File(at, problem="the zip unpacks to too much")
                return
            for info in infos:
                yield from _walk_member(archive, info, at, depth, budget)
    except _ZIP_ERRORS as error:
        yield File(at, problem=f"the zip cannot be read: {error}")


def _walk_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    at: PurePosixPath,
    depth: int,
    budget: _Budget | None,
) -> Iterator[File]:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    # One that starts with "/" or "//" would make joinpath forget ``at``.
    inside = [p for p in parts if p != ".." and not p.startswith("/")]
    name = at.joinpath(*inside)
    if info.is_dir() or _is_clutter(name):
        return
    file = _file(name, info.file_size, lambda: _read_member(archive, info))
    if name.suffix.lower() != ".zip" or file.problem or depth == 1:
        yield file
        return
    try:
        inner = io.BytesIO(file.read())
    except _ZIP_ERRORS as error:
        yield File(name, problem=f"the zip cannot be read: {error}")
        return
    yield from _walk_zip(inner, name, depth - 1, budget or _Budget())


def _read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Returns what a member unpacks to, but no more than the zip says."""
    with archive.open(info) as stream:
        data = stream.read(info.file_size)
        # Only who reads to the end has the checksum compared.
        stream.read(1)
    return data


def _file(name: PurePosixPath, size: int, read: Callable[[], bytes]) -> File:
    def read_or_complain() -> bytes:
        try:
            return read()
        except _ZIP_ERRORS as error:
            raise OSError(f"it cannot be read: {error}") from error

    if size > MOST_BYTES:
        return File(name, problem=f"it has more than {MOST_BYTES >> 20} MB")
    return File(name, read_or_complain)


def _is_clutter(name: PurePosixPath) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.parts)
