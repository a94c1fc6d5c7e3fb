"""The command line: ``python -m d2l_ext doctor``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from d2l_ext.doctor import examine, render


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m d2l_ext", description="The course's package."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "doctor", help="report on this environment; fail if it is broken"
    )
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["course"]:
        parser.error(
            "the commands for instructors have moved: python -m d2l_course "
            + " ".join(arguments[1:])
        )
    parser.parse_args(arguments)
    return doctor()


def doctor() -> int:
    """Prints the environment report; returns 1 if something is broken."""
    lines = examine()
    print(render(lines))
    return 0 if all(line.works for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
