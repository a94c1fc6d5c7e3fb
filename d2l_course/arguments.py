"""What ``python -m d2l_course`` understands."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from d2l_course.intake.attempts import CHOICES
from d2l_course.sandbox.base import Limits
from d2l_course.sandbox.choose import KINDS, RISK


def parser() -> argparse.ArgumentParser:
    """Returns the parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m d2l_course",
        description="Hands out, collects and grades exercises.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_new(_add(commands, "new", "make a course's folder"))
    common = _common()
    for name, text, add in (
        ("release", "make the students' copies", _add_nothing),
        ("collect", "sort what students hand in", _add_collect),
        ("grade", "grade what was collected, in a sandbox", _add_grade),
        ("feedback", "write a page for each student", _add_feedback),
        ("export", "write the points as a table", _add_export),
    ):
        add(_add(commands, name, text, common))
    return parser


def _add(
    commands: Any, name: str, text: str, *parents: argparse.ArgumentParser
) -> argparse.ArgumentParser:
    # No short forms: the risk is accepted in so many words.
    return commands.add_parser(
        name, help=text, parents=parents, allow_abbrev=False
    )


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--course",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the course's folder (default: this one)",
    )
    common.add_argument(
        "--assignment", default="", help="which, if there are several"
    )
    common.add_argument(
        "--db", default="", metavar="URL", help="another gradebook's URL"
    )
    return common


def _add_new(new: argparse.ArgumentParser) -> None:
    new.add_argument("folder", type=Path)
    new.add_argument(
        "ids", nargs="+", metavar="exercise", help="batch-norm.conv-axes"
    )
    new.add_argument(
        "--assignment", default="", help="its name (default: the chapter's)"
    )
    new.add_argument(
        "--exercises",
        type=Path,
        metavar="FOLDER",
        help="where the exercises are (default: ./exercises, or those of "
        "the checkout that d2l_course is installed from)",
    )
    new.add_argument("--db", default="", metavar="URL", help="a gradebook")


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    pass


def _add_collect(collect: argparse.ArgumentParser) -> None:
    collect.add_argument(
        "submissions",
        type=Path,
        nargs="+",
        help="a folder or a zip, as it comes; or several",
    )
    collect.add_argument(
        "--students",
        default="",
        metavar="REGEX",
        help="finds a student in a path: '(?P<student>[a-z]+)_'",
    )
    collect.add_argument(
        "--roster",
        type=Path,
        metavar="FILE",
        help="a CSV file of all students, with columns such as id, name, "
        "login, email",
    )
    collect.add_argument(
        "--attempt",
        choices=CHOICES,
        default=CHOICES[0],
        help="which of several counts (default: the newest)",
    )
    collect.add_argument(
        "--dry-run",
        action="store_true",
        help="show what is understood, and write nothing",
    )


def _add_grade(grade: argparse.ArgumentParser) -> None:
    limits = Limits()
    grade.add_argument(
        "--jobs",
        type=_positive,
        default=len(os.sched_getaffinity(0)),
        help="submissions at a time (default: one a core)",
    )
    grade.add_argument(
        "--dask", default="", metavar="ADDRESS", help="grade on a cluster"
    )
    grade.add_argument(
        "--again", action="store_true", help="also what is graded already"
    )
    for name, kind, text in (
        ("seconds", _seconds, "for a notebook"),
        ("cell_seconds", _seconds, "for a cell"),
        ("call_seconds", _seconds, "for a call of the function"),
        ("memory", _positive, "megabytes"),
    ):
        default = getattr(limits, name)
        grade.add_argument(
            f"--{name.replace('_', '-')}",
            type=kind,
            default=default,
            help=f"the limit, {text} (default: {default:g})",
        )
    grade.add_argument("--sandbox", choices=tuple(KINDS))
    grade.add_argument("--image", default="busybox", help="for Docker, Podman")
    grade.add_argument(
        RISK,
        action="store_true",
        dest="without_sandbox",
        help="run the students' code as your own",
    )


def _add_feedback(feedback: argparse.ArgumentParser) -> None:
    feedback.add_argument(
        "students", nargs="*", metavar="student", help="whose (default: all)"
    )


def _add_export(export: argparse.ArgumentParser) -> None:
    export.add_argument(
        "--to", type=Path, metavar="FILE", help="(default: ASSIGNMENT.csv)"
    )


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        message = f"{text!r} is no whole number"
        raise argparse.ArgumentTypeError(message) from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        message = f"{text!r} is no number of seconds"
        raise argparse.ArgumentTypeError(message) from None
    if not number > 0:
        raise argparse.ArgumentTypeError(f"{text} is no time")
    return number
