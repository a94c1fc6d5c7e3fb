"""Runs nbgrader's own converters on a course; this needs nbgrader."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from d2l_course.course import Course, CourseError


def convert(course: Course, converter: str, assignment: str) -> None:
    """Runs ``GenerateAssignment``, or another of nbgrader's converters.

    Parameters
    ----------
    course : Course
    converter : str
        The name of nbgrader's class.
    assignment : str

    Raises
    ------
    CourseError
        If nbgrader refuses; the message has its reason.
    """
    from nbgrader import converters  # type: ignore[import-untyped]
    from nbgrader.coursedir import (  # type: ignore[import-untyped]
        CourseDirectory,
    )

    config = course.config()
    config.CourseDirectory.assignment_id = assignment
    said: list[str] = []
    run = getattr(converters, converter)(
        coursedir=CourseDirectory(config=config),
        config=config,
        log=_logger(said),
    )
    run.force = True
    try:
        with programs_of_environment():
            run.start()
    # nbgrader raises what its preprocessors do, and logs the reason.
    except Exception as error:
        reason = next(
            (line for line in said if "Traceback" in line), str(error)
        )
        last = reason.strip().splitlines()[-1]
        raise CourseError(f"nbgrader, {converter}: {last}") from error


def _logger(said: list[str]) -> logging.Logger:
    """Returns a logger that adds errors to a list, and shows nothing."""
    logger = logging.Logger("nbgrader", logging.ERROR)
    handler = logging.Handler()
    handler.emit = (  # type: ignore[method-assign]
        lambda record: said.append(record.getMessage())
    )
    logger.addHandler(handler)
    return logger


@contextmanager
def programs_of_environment() -> Iterator[None]:
    """Lets nbgrader find alembic, where the environment is not activated."""
    before = os.environ.get("PATH", os.defpath)
    os.environ["PATH"] = os.pathsep.join(
        [os.path.dirname(sys.executable), before]
    )
    try:
        yield
    finally:
        os.environ["PATH"] = before
