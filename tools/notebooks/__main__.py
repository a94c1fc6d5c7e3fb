"""The command line of the cleaner and the check."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.notebooks import check, cleaner
from tools.notebooks.reading import Course

ROOT = Path(__file__).resolve().parents[2]


def main(argv: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Runs ``clean`` or ``check`` and returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.notebooks", description=__doc__
    )
    parser.add_argument("command", choices=("clean", "check"))
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        help="notebooks; by default all of chapters/",
    )
    arguments = parser.parse_args(argv)
    course = Course(root)
    files = [path.absolute() for path in arguments.files] or course.paths
    if arguments.command == "clean":
        return _clean(files)
    return _check(course, files)


def _clean(files: Sequence[Path]) -> int:
    for path in files:
        if cleaner.clean_file(path):
            print(f"cleaned {path}")
    return 0


def _check(course: Course, files: Sequence[Path]) -> int:
    findings = check.check(course, files)
    for finding in findings:
        print(finding)
    if not findings:
        print(f"{len(files)} notebooks, no findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
