"""Writes files that are there as a whole, and that nobody else reads."""

from __future__ import annotations

import errno
import os
import stat
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


def make_private(folder: Path, leave: str, group: bool = False) -> None:
    """Closes a folder and the files in it to other users of the machine.

    Parameters
    ----------
    folder : Path
    leave : str
        The name of a folder in it, in which nothing is changed.
    group : bool
        Whether to leave it to its group, which grades the course together.
    """
    closed = 0o007 if group else 0o077
    for root, folders, names in os.walk(folder):
        if Path(root) == folder and leave in folders:
            folders.remove(leave)
        # The folder first: then nobody gets at what is in it.
        for path in (root, *(os.path.join(root, name) for name in names)):
            # What is gone, or somebody else's, is not ours to close.
            with suppress(FileNotFoundError, PermissionError):
                mode = os.lstat(path).st_mode
                if not stat.S_ISLNK(mode) and mode & closed:
                    os.chmod(path, stat.S_IMODE(mode) & ~closed)
