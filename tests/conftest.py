"""What all tests share: a quiet process, and code in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from importlib.util import find_spec
from pathlib import Path

import pytest

# Read by Matplotlib and tqdm when they are imported, here and in subprocesses.
os.environ |= {"MPLBACKEND": "agg", "TQDM_DISABLE": "1", "CI": "1"}

#: Where the packages are that are tested: the checkout, or an installed wheel.
PACKAGES = Path(find_spec("d2l_check").origin).parents[1]


@pytest.fixture
def run_python(tmp_path):
    """Returns a function that runs code in a process of its own.

    ``run_python(*pieces, folder=None)`` runs pieces of code, one after the
    other, with the tests' own packages, and finds modules in ``folder``
    before all others. It returns ``(value, error)``: what was printed, read
    as JSON, and the last line of the error if there was one.
    """

    def run(*pieces, folder=None):
        path = os.pathsep.join(map(str, filter(None, (folder, PACKAGES))))
        code = "\n".join(map(textwrap.dedent, pieces))
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return None, done.stderr.strip().splitlines()[-1]
        return json.loads(done.stdout), None

    return run
