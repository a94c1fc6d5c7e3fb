"""Without a sandbox there is Python alone."""

from __future__ import annotations

import os
import sys

from d2l_course.sandbox.unconfined import Unconfined


def test_without_a_sandbox_there_is_python_alone():
    command = Unconfined().command("name")
    assert command[0] == os.path.realpath(sys.executable)
    assert {"-I", "-S"} <= set(command)
    assert Unconfined().end_command("name") == []
    assert Unconfined().uid() is None
