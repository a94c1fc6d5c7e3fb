"""Finished measurements, kept as soon as they are finished."""

from __future__ import annotations

import fcntl
import json
import os
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tools.evidence.book import Book, EvidenceError

OK, FAILED, TIMEOUT = "ok", "failed", "timeout"
STATUSES = (OK, FAILED, TIMEOUT)


@dataclass(frozen=True)
class Run:
    """One claim, measured once or in vain.

    Attributes
    ----------
    claim, chapter, budget : str
    seed : int
    status : str
        One of ``STATUSES``.
    error : str
        Why it failed, in a line.
    values : dict of str to float
        By arm; empty if it failed.
    numbers : dict
        The numbers of the claim's box.
    declared : str
        The digest of the claim's declaration.
    cells, modules : dict of str to str
        The digests of what it depended on.
    settings : dict of str to str
        What it was made with.
    seconds : float
        Of the processor, for the cells that the claim needs.
    """

    claim: str
    chapter: str
    budget: str
    seed: int
    status: str
    error: str
    values: dict[str, float]
    numbers: dict[str, Any]
    declared: str
    cells: dict[str, str]
    modules: dict[str, str]
    settings: dict[str, str]
    seconds: float

    def is_current(self, book: Book) -> bool:
        """Whether it measured the claim as the book has it now."""
        claim = book.claims.get(self.claim)
        return (
            claim is not None
            and claim.declared == self.declared
            and list(claim.cells.values()) == list(self.cells.values())
            and book.are_current(self.modules)
        )


def keep(folder: Path, runs: Sequence[Run]) -> None:
    """Keeps the runs of one task, all or none."""
    first = runs[0]
    name = f"{first.chapter}.{first.budget}.{first.seed}.{uuid.uuid4().hex}"
    text = json.dumps([asdict(run) for run in runs], indent=1)
    write(folder / "finished" / f"{name}.json", text)


def write(path: Path, text: str) -> None:
    """Writes a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read(folder: Path) -> list[Run]:
    """Returns the runs that were kept, the oldest first.

    Raises
    ------
    EvidenceError
        If a file is damaged; it names the file and the line.
    """
    runs: list[Run] = []
    paths = [*(folder / "finished").glob("[!.]*.json")]
    for path in sorted(paths, key=lambda path: path.stat().st_mtime_ns):
        try:
            records = json.loads(path.read_text(encoding="utf-8"))
            runs += [Run(**record) for record in records]
        except ValueError as error:
            line = getattr(error, "lineno", 1)
            raise _damaged(path, line, str(error)) from error
        except TypeError as error:
            raise _damaged(path, 1, str(error)) from error
    return runs


def _damaged(path: Path, line: int, reason: str) -> EvidenceError:
    return EvidenceError(
        f"{path}:{line}: damaged ({reason}); nothing was changed. Remove the "
        "file, and what it kept is measured anew"
    )


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps a folder to this process, as long as it lives.

    Raises
    ------
    EvidenceError
        If another process has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise EvidenceError(
                f"another run (process {file.read().strip()}) measures in "
                f"{folder}; wait for it, or end it"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
