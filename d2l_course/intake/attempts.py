"""Tells which of a student's files is the newest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from d2l_course.intake.names import attempt_in, copies_in, date_in
from d2l_course.intake.platforms import Named

#: Which of several attempts counts; the best is known when all are graded.
BEST = "best"
CHOICES = ("newest", "first", BEST)


@dataclass(frozen=True, order=True)
class Attempt:
    """What is known of when a file was handed in; a later one is larger.

    Attributes
    ----------
    date : str
        14 digits; empty if there is none.
    number : int
        The platform's; 0 if there is none.
    copy : int
        The number behind the name of a file that was there already.
    """

    date: str = ""
    number: int = 0
    copy: int = 0

    def __str__(self) -> str:
        day, time = self.date[:8], self.date[8:]
        parts = (
            f"{day[:4]}-{day[4:6]}-{day[6:]} {time[:2]}:{time[2:4]}",
            f"no. {self.number}",
            f"({self.copy})",
        )
        known = (self.date, self.number, self.copy)
        return " ".join(p for p, k in zip(parts, known, strict=True) if k)


def attempt_of(
    path: PurePosixPath, named: Named, words: Iterable[str] = ()
) -> Attempt:
    """Returns the attempt that a path tells; the platform comes first."""
    return Attempt(
        named.date or date_in(path),
        named.attempt or attempt_in(path),
        copies_in(path, words),
    )
