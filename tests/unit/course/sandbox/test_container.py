"""Containers are as closed as bubblewrap's sandbox."""

from __future__ import annotations

from pathlib import Path

from d2l_course.sandbox.base import Limits
from d2l_course.sandbox.container import TIMEOUT, Docker, Podman

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("kind", "program"), [(Docker, "docker"), (Podman, "podman")]
)
def test_containers_are_as_closed(kind, program):
    one = kind(Limits(memory=100), image="tiny")
    command = one.command("name")
    assert command[:3] == [program, "run", "--name=name"]
    for option in (
        *(
            "--network=none",
            "--read-only",
            "--cap-drop=ALL",
            f"--memory={228 << 20}",
        ),
        *("--security-opt=no-new-privileges", "--pids-limit=32", "tiny"),
    ):
        assert option in command
    # Ended also if the grader is killed, and whatever image it is.
    assert command[command.index("tiny") + 1] == TIMEOUT
    assert f"--volume={TIMEOUT}:{TIMEOUT}:ro" in command
    volumes = [word for word in command if word.startswith("--volume=")]
    assert volumes
    assert all(word.endswith(":ro") for word in volumes)
    assert one.end_command("name") == [program, "kill", "name"]
    assert one.uid() is None


def test_an_installed_package_is_covered(installed):
    command = Docker().command("name")
    assert f"--tmpfs={installed}:ro,size=4k" in command


def test_a_course_in_the_installation_is_covered(tmp_path):
    inside = Path(np.__file__).parent
    command = Docker(hidden=(inside, tmp_path)).command("name")
    assert f"--tmpfs={inside}:ro,size=4k" in command
    assert f"{tmp_path}" not in " ".join(command)
