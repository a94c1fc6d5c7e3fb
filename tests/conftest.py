"""What all tests share: a quiet process, one seed, and settings of their own.

``d2l_ext`` is imported first, so that a test module may import MXNet wherever
the alphabet puts it.
"""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

# Read by Matplotlib and tqdm when they are imported, here and in subprocesses.
os.environ |= {"MPLBACKEND": "agg", "TQDM_DISABLE": "1", "CI": "1"}

import d2l_ext  # isort: skip

from d2l_ext.config import settings
from d2l_ext.engine.device import why_no_gpu

import pytest

VARIABLES = ("D2L_EXT_CTX", "D2L_EXT_SEED", "D2L_EXT_SCALE", "D2L_EXT_DATA")


def _forget_settings():
    settings.cache_clear()
    why_no_gpu.cache_clear()


@pytest.fixture(autouse=True)
def _isolated(monkeypatch):
    """Starts each test with the default settings and seed 0."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    _forget_settings()
    d2l_ext.seed(0)
    yield
    _forget_settings()
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def with_settings(monkeypatch):
    """Returns a function that changes settings until the test ends.

    ``with_settings(scale="full", seed=3)`` sets ``D2L_EXT_SCALE`` and
    ``D2L_EXT_SEED`` and has ``settings()`` read them again.
    """

    def change(**values):
        for name, value in values.items():
            monkeypatch.setenv(f"D2L_EXT_{name.upper()}", str(value))
        _forget_settings()

    return change


@pytest.fixture
def run_python(tmp_path):
    """Returns a function that runs code in a process of its own.

    ``run_python(*pieces, folder=None)`` runs pieces of code, one after the
    other, with the tests' own ``d2l_ext``, and finds modules in ``folder``
    before all others. It returns ``(value, error)``: what was printed, read
    as JSON, and the last line of the error if there was one.
    """
    home = Path(d2l_ext.__file__).parents[1]

    def run(*pieces, folder=None):
        path = os.pathsep.join(map(str, filter(None, (folder, home))))
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
