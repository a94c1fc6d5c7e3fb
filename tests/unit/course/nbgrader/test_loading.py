"""A gradebook is there without a Jupyter server."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytest.importorskip("nbgrader")

_CODE = """
import sys
from d2l_course.nbgrader.loading import load_api
api = load_api()
assert api is load_api()
assert api.Gradebook.__module__ == "nbgrader.api"
for name in ("nbgrader.server_extensions", "jupyter_server", "rfc3987_syntax"):
    assert name not in sys.modules, name
from nbgrader.converters import GenerateAssignment
"""


def test_no_server_is_loaded_and_the_rest_is_found():
    command = [sys.executable, "-c", _CODE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
