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

from d2l_ext.course.folder import CourseError
from d2l_ext.course.submissions import MOST_BYTES

_MOST_NESTED = 3
#: What a zip within the submissions, a student's, may unpack to.
_MOST_UNPACKED = 128 << 20
#: What reading a zip raises that is encrypted, damaged or not what it says.
_ZIP_ERRORS = (
    *(zipfile.BadZipFile, OSError, EOFError, ValueError),
    *(RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError),
)


def _nothing() -> bytes:
    return b""


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
            yield from _walk_zip(stream, PurePosixPath(), None)
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
                yield from _walk_zip(stream, name, _MOST_NESTED)
        else:
            yield _file(name, path.stat().st_size, path.read_bytes)


def _walk_zip(
    stream: BinaryIO, at: PurePosixPath, depth: int | None
) -> Iterator[File]:
    """Yields a zip's files; ``depth`` is None for the instructor's own."""
    try:
        with zipfile.ZipFile(stream) as archive:
            infos = archive.infolist()
            unpacked = sum(info.file_size for info in infos)
            if depth is not None and unpacked > _MOST_UNPACKED:
                yield File(at, problem="the zip unpacks to too much")
                return
            for info in infos:
                yield from _walk_member(archive, info, at, depth)
    except _ZIP_ERRORS as error:
        yield File(at, problem=f"the zip cannot be read: {error}")


def _walk_member(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    at: PurePosixPath,
    depth: int | None,
) -> Iterator[File]:
    parts = PurePosixPath(info.filename.replace("\\", "/")).parts
    # One that starts with "/" or "//" would make joinpath forget ``at``.
    inside = [p for p in parts if p != ".." and not p.startswith("/")]
    name = at.joinpath(*inside)
    if info.is_dir() or _is_clutter(name):
        return
    file = _file(name, info.file_size, lambda: _read_member(archive, info))
    left = _MOST_NESTED if depth is None else depth - 1
    if name.suffix.lower() != ".zip" or file.problem or not left:
        yield file
        return
    try:
        inner = io.BytesIO(file.read())
    except _ZIP_ERRORS as error:
        yield File(name, problem=f"the zip cannot be read: {error}")
        return
    yield from _walk_zip(inner, name, left)


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
