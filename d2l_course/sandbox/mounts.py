"""Which files of this machine the worker sees, and the command that it is."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

#: All of this project that the worker runs, here and inside.
WORKER = Path(__file__).with_name("inside")
INSIDE = "/grader/inside"
#: Of the system, what a Python installation may be linked with. Programs and
#: data are left out: on a hub, what students hand in may be in /usr/local.
SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64"),
    *("/usr/local/lib", "/usr/local/lib64"),
    *("/etc/ld.so.cache", "/etc/alternatives"),
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
#: The project's packages. ``check`` has inputs and results in one of them.
_OURS = ("d2l_check", "d2l_course", "d2l_ext")
_START = (
    "import sys; sys.path += sys.argv[1:]; "
    "from inside.worker import main; main()"
)


def python(worker: Path | str) -> list[str]:
    """Returns the command that runs the worker whose folder is given.

    It is Python itself: an environment's is a link to it.
    """
    interpreter = os.path.realpath(sys.executable)
    folders = [*libraries(), os.path.dirname(worker)]
    return [interpreter, "-I", "-S", "-B", "-c", _START, *folders]


def libraries() -> list[str]:
    """Returns the folders that NumPy and what is beside it are in."""
    paths = [
        os.fspath(Path(np.__file__).parents[1]),
        *(sysconfig.get_path(name) for name in ("purelib", "platlib")),
    ]
    return list(dict.fromkeys(paths))


def mounts() -> dict[str, str]:
    """Returns where what is of this machine is inside; all is read-only."""
    prefixes = (sys.base_prefix, os.path.realpath(sys.base_prefix))
    installed = [f"{p}/{name}" for p in prefixes for name in ("lib", "lib64")]
    folders = [*SYSTEM, *installed, os.path.realpath(sys.executable)]
    wanted = [Path(path) for path in (*folders, *libraries())]
    shown = {
        os.fspath(path): os.fspath(path)
        for path in wanted
        if path.exists()
        and not any(path.is_relative_to(o) for o in wanted if o != path)
    }
    return shown | {os.fspath(WORKER): INSIDE}


def masked(mounts: Mapping[str, str], hidden: Iterable[Path]) -> list[str]:
    """Returns the folders inside mounts that are covered.

    They are what must be hidden, and that of which the worker has no use.
    """
    covered = [path.resolve() for path in (*hidden, *unneeded())]
    # A folder may be in two mounts: /lib is often a link to /usr/lib.
    roots = {i: Path(outside).resolve() for outside, i in mounts.items()}
    return [
        os.path.normpath(os.path.join(inside, path.relative_to(root)))
        for inside, root in roots.items()
        for path in dict.fromkeys(covered)
        if path.is_dir() and path.is_relative_to(root)
    ]


def unneeded() -> list[Path]:
    """Returns folders beside what is needed, of which the worker has no use.

    They are the project's own packages, and the packages of the Python that
    this environment was made with.
    """
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    others = Path(sysconfig.get_path("purelib", vars=base))
    folders = [Path(path) for path in libraries()]
    needed = any(path.is_relative_to(others) for path in folders)
    packages = [path / name for path in folders for name in _OURS]
    return packages if needed else [*packages, others]


def parents(folders: Iterable[str]) -> list[str]:
    """Returns the folders above others; each after those above it."""
    above = {
        os.fspath(parent)
        for folder in folders
        for parent in Path(folder).parents
    }
    return sorted(above - {"/", "/tmp"})
