"""Writes files that are there as a whole, or as they were before."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from d2l_course.course import CourseError

#: What is wrong with the disk, and not with the one file.
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Writes a file that is there as a whole, or as it was before.

    Raises
    ------
    CourseError
        If the disk is full, or nothing may be written there.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, data)
    except OSError as error:
        if error.errno not in DISK:
            raise
        raise CourseError(
            f"{path} cannot be written: {error.strerror}; what was there is "
            "as it was"
        ) from error


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        # What is written here is for the instructor alone.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise
