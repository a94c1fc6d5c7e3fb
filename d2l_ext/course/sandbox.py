"""Starts the worker where a student's code can do no harm.

Bubblewrap gives it a file system of its own with the Python installation in
it, read-only, and a small /tmp in memory; no network, no other processes, no
environment. Docker and Podman do the same from the same list of folders.
"""

from __future__ import annotations

import os
import secrets
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

BUBBLEWRAP = "bubblewrap"
DOCKER = "docker"
PODMAN = "podman"
NONE = "none"

#: Where the worker's modules are inside.
_INSIDE = "/grader"
_MEGABYTE = 1 << 20
_TEMPORARY = 64 * _MEGABYTE
#: The modules of the worker, which import nothing else of the package.
_MODULES = ("__init__", "confinement", "wire", "worker")
#: Of the system, what a Python installation may be linked with. Programs and
#: data are left out: on a hub, what students hand in may be in /usr/local.
_SYSTEM = (
    *("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64"),
    *("/usr/local/lib", "/usr/local/lib64"),
    *("/etc/ld.so.cache", "/etc/alternatives"),
)
#: Ends a container that its grader cannot end.
_TIMEOUT = "/usr/bin/timeout"
_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_ENVIRONMENT = {
    "HOME": "/tmp",
    "PATH": "/usr/bin",
    "LC_ALL": "C.UTF-8",
    "MPLBACKEND": "agg",
    # A processor for each submission, and no memory set aside for threads.
    "MALLOC_ARENA_MAX": "2",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
#: Becomes the worker without importing the package, whose MXNet it needs not.
_START = (
    "import sys, types; "
    "package = sys.modules['d2l_ext'] = types.ModuleType('d2l_ext'); "
    "package.__path__ = [sys.argv[1]]; sys.path += sys.argv[2:]; "
    "from d2l_ext.course.worker import main; main()"
)
_HOST = "sandbox"
_SHARE_NOTHING = ["--unshare-all"]
#: Root needs no user namespace; the worker becomes another user.
_AS_ROOT = [
    *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"),
    *("--unshare-cgroup-try", "--cap-drop", "ALL"),
    *("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"),
]
_CONTAINED = [
    *("--rm", "--interactive", "--network=none", "--read-only"),
    *("--tmpfs=/tmp:size=64m,mode=1777", "--workdir=/tmp"),
    *("--cap-drop=ALL", "--security-opt=no-new-privileges"),
    *("--user=65534:65534", "--pids-limit=32", f"--hostname={_HOST}"),
]


class SandboxError(RuntimeError):
    """Says why there is no sandbox, or that it did not start or hold."""


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    seconds, cell_seconds, call_seconds : float
        Of the whole notebook, of each of its cells and of each call.
    memory : int
        In megabytes.
    """

    seconds: float = 60.0
    cell_seconds: float = 20.0
    call_seconds: float = 5.0
    memory: int = 1024

    def of_resources(self) -> dict[str, int]:
        """Returns the limits that the kernel keeps, as RLIMIT names them."""
        return {
            "AS": self.memory * _MEGABYTE,
            "CPU": int(self.seconds) + 2,
            "FSIZE": 16 * _MEGABYTE,
            "NOFILE": 64,
            "NPROC": 32,
            "CORE": 0,
        }


@dataclass(frozen=True)
class Sandbox:
    """A way to start the worker.

    Attributes
    ----------
    kind : str
        ``BUBBLEWRAP``, ``DOCKER``, ``PODMAN`` or ``NONE``.
    limits : Limits
    hidden : tuple of Path
        Folders that must not be seen, even if they are among what is shown.
    image : str
        The image for Docker and Podman. All that runs is mounted into it.
    """

    kind: str = BUBBLEWRAP
    limits: Limits = field(default_factory=Limits)
    hidden: tuple[Path, ...] = ()
    image: str = "busybox"

    def command(self, name: str) -> list[str]:
        """Returns the command that starts the worker.

        ``name`` is that of the container, if there is one.
        """
        package = _INSIDE
        around: list[str] = []
        if self.kind == BUBBLEWRAP:
            around = self._bubblewrap()
        elif self.kind == NONE:
            package = os.fspath(Path(__file__).parents[1])
        else:
            around = self._container(name)
        return [*around, *_python(), package, *_libraries()]

    def end_command(self, name: str) -> list[str]:
        """Returns the command that ends a container; for others, none."""
        container = self.kind in (DOCKER, PODMAN)
        return [self.kind, "kill", name] if container else []

    def uid(self) -> int | None:
        """Returns the user that the worker becomes: nobody else is it.

        The kernel does not count the processes of root, so a grader that is
        root starts the worker as root, which drops all rights itself.
        """
        if self.kind != BUBBLEWRAP or os.geteuid() != 0:
            return None
        return 1_000_000_000 + secrets.randbelow(1_000_000_000)

    def _bubblewrap(self) -> list[str]:
        mounts = _mounts()
        options = ["bwrap", "--die-with-parent", "--new-session", "--clearenv"]
        options += _SHARE_NOTHING if self.uid() is None else _AS_ROOT
        options += ["--hostname", _HOST]
        for name, value in _ENVIRONMENT.items():
            options += ["--setenv", name, value]
        # First, for Python may be below /tmp.
        options += ["--perms", "1777", "--size", str(_TEMPORARY)]
        options += ["--tmpfs", "/tmp"]
        for folder in _parents(mounts.values()):
            options += ["--perms", "0755", "--dir", folder]
        for outside, inside in mounts.items():
            options += ["--ro-bind", outside, inside]
        for device in _DEVICES:
            options += ["--dev-bind", device, device]
        for folder in self._masked(mounts):
            options += ["--size", "4096", "--tmpfs", folder]
        return [*options, "--remount-ro", "/", "--chdir", "/tmp", "--"]

    def _container(self, name: str) -> list[str]:
        mounts = _mounts() | {_TIMEOUT: _TIMEOUT}
        options = [self.kind, "run", f"--name={name}", *_CONTAINED]
        options += [f"--memory={self.limits.memory + 128}m"]
        for name, value in _ENVIRONMENT.items():
            options += [f"--env={name}={value}"]
        for outside, inside in mounts.items():
            options += [f"--volume={outside}:{inside}:ro"]
        options += [f"--tmpfs={path}:size=4k" for path in self._masked(mounts)]
        # The container would outlive a grader that is killed.
        seconds = f"{self.limits.seconds + 30:g}"
        return [*options, self.image, _TIMEOUT, "-sKILL", seconds]

    def _masked(self, mounts: Mapping[str, str]) -> list[str]:
        """Returns the folders inside mounts that are covered."""
        hidden = [path.resolve() for path in (*self.hidden, *_unneeded())]
        # A folder may be in two mounts: /lib is often a link to /usr/lib.
        roots = {i: Path(outside).resolve() for outside, i in mounts.items()}
        return [
            os.path.normpath(os.path.join(inside, path.relative_to(root)))
            for inside, root in roots.items()
            for path in dict.fromkeys(hidden)
            if path.is_dir() and path.is_relative_to(root)
        ]


def _mounts() -> dict[str, str]:
    """Returns where what is of this machine is inside; all is read-only."""
    prefixes = (sys.base_prefix, os.path.realpath(sys.base_prefix))
    python = [f"{p}/{name}" for p in prefixes for name in ("lib", "lib64")]
    folders = [*_SYSTEM, *python, os.path.realpath(sys.executable)]
    wanted = [Path(path) for path in (*folders, *_libraries())]
    mounts = {
        os.fspath(path): os.fspath(path)
        for path in wanted
        if path.exists()
        and not any(path.is_relative_to(o) for o in wanted if o != path)
    }
    worker = [Path(__file__).with_name(f"{name}.py") for name in _MODULES]
    return mounts | {
        os.fspath(path): f"{_INSIDE}/course/{path.name}" for path in worker
    }


def _unneeded() -> list[Path]:
    """Returns folders beside what is needed, of which the worker has no use.

    They are this package, with the inputs and results that ``check`` has, and
    the packages of the Python that this environment was made with.
    """
    base = {"base": sys.base_prefix, "platbase": sys.base_exec_prefix}
    others = Path(sysconfig.get_path("purelib", vars=base))
    libraries = [Path(path) for path in _libraries()]
    needed = any(path.is_relative_to(others) for path in libraries)
    packages = [path / "d2l_ext" for path in libraries]
    return packages if needed else [*packages, others]


def _libraries() -> list[str]:
    """Returns the folders that NumPy and what is beside it are in."""
    paths = [
        os.fspath(Path(np.__file__).parents[1]),
        *(sysconfig.get_path(name) for name in ("purelib", "platlib")),
    ]
    return list(dict.fromkeys(paths))


def _python() -> list[str]:
    """Returns Python itself: an environment's is a link to it."""
    return [os.path.realpath(sys.executable), "-I", "-S", "-B", "-c", _START]


def _parents(folders: Iterable[str]) -> list[str]:
    """Returns the folders above others; each after those above it.

    Bubblewrap would make them for root alone.
    """
    parents = {
        os.fspath(parent)
        for folder in [*folders, *_DEVICES]
        for parent in Path(folder).parents
    }
    return sorted(parents - {"/", "/tmp"})
