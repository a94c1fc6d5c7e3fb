"""Runs commands in surroundings of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

#: What would lead a command back to the environment that this runs in.
DROPPED = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "UV_PYTHON")


class CommandError(Exception):
    """Why a command failed, in one line."""


def execute(
    *command: str | Path,
    cwd: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Runs a command and shows what it prints.

    Raises
    ------
    CommandError
        If the command fails.
    """
    words = [os.fspath(word) for word in command]
    done = subprocess.run(
        words, cwd=cwd, env=surroundings() | dict(environ or {}), check=False
    )
    if done.returncode:
        raise CommandError(f"{' '.join(words[1:4])} exited {done.returncode}")


def output(*command: str | Path, cwd: Path | None = None) -> str:
    """Returns what a command prints.

    Raises
    ------
    CommandError
        If the command fails; with the last line of its complaint.
    """
    words = [os.fspath(word) for word in command]
    done = subprocess.run(
        words,
        cwd=cwd,
        env=surroundings(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        complaint = done.stderr.strip().splitlines()
        raise CommandError(complaint[-1] if complaint else f"{words} failed")
    return done.stdout.strip()


def surroundings() -> dict[str, str]:
    """Returns the environment variables for a command.

    pyenv shows the versions of Python that PYENV_VERSION names: all of them,
    unless it is set.
    """
    environ = {k: v for k, v in os.environ.items() if k not in DROPPED}
    if shutil.which("pyenv") and "PYENV_VERSION" not in environ:
        listed = subprocess.run(
            ["pyenv", "versions", "--bare"],
            capture_output=True,
            text=True,
            check=False,
        )
        environ["PYENV_VERSION"] = ":".join(listed.stdout.split())
    # The kernel of the environment, and not one that the user installed.
    return environ | {"JUPYTER_PREFER_ENV_PATH": "1"}


def uv() -> str:
    """Returns the path of uv: next to this Python, or on the PATH.

    Raises
    ------
    CommandError
        If it is at neither place.
    """
    here = os.fspath(Path(sys.executable).parent)
    path = os.pathsep.join((here, os.environ.get("PATH", os.defpath)))
    found = shutil.which("uv", path=path)
    if found is None:
        raise CommandError("uv was not found; run: pip install uv")
    return found
