"""The one cleaner and the one check of the course's notebooks.

``python -m tools.notebooks clean [files]`` writes notebooks in the one form
that is committed; ``python -m tools.notebooks check [files]`` prints a line
for each finding and fails if there is one.
"""

import shlex

#: The first code cell of every notebook, written once: here.
#: ``clean`` copies it into the cells with the id ``colab-install``.
COLAB_CELL = """\
import sys

if "google.colab" in sys.modules:
    %pip install -q --no-deps mxnet==1.9.1 d2l==1.0.3 d2l-ext==0.1.0"""


def colab_command() -> list[str]:
    """Returns what the Colab cell gives to pip, ``install`` first."""
    line = COLAB_CELL.splitlines()[-1].strip()
    return shlex.split(line.removeprefix("%pip"))
