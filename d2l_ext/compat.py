r"""Lets MXNet 1.9.1, the last release, import on today's Python and NumPy.

MXNet refers to names that NumPy 1.24 and 2.0 removed (``np.bool``,
``np.PZERO``, …), most of them while its modules are being imported.
:func:`import_mxnet` therefore

1. gives NumPy the missing names for as long as a module of MXNet executes,
2. replaces, in the namespace of that module, each reference to NumPy by a
   stand-in module that keeps these names and delegates everything else,
3. takes the names away from NumPy again, so that ``vars(numpy)`` is what the
   user had before.

A hook on the import system does this for modules that MXNet imports later,
too (``mxnet.gluon.contrib``, ``mxnet.contrib.onnx``). A stand-in in
``sys.modules['numpy']`` would be simpler, but SciPy recurses on it.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import re
import sys
import tempfile
import threading
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy

MXNET_VERSION = "1.9.1"

#: Where the CUDA 11 libraries lie in PyPI's ``nvidia-*-cu11`` packages, in an
#: order in which each finds those that it depends on already loaded.
CUDA_LIBRARIES = (
    ("cuda_runtime", "libcudart.so.11.0"),
    ("cuda_nvrtc", "libnvrtc.so.11.2"),
    ("nvtx", "libnvToolsExt.so.1"),
    ("cublas", "libcublasLt.so.11"),
    ("cublas", "libcublas.so.11"),
    ("cufft", "libcufft.so.10"),
    ("curand", "libcurand.so.10"),
    ("cusparse", "libcusparse.so.11"),
    ("cusolver", "libcusolver.so.11"),
    ("cudnn", "libcudnn.so.8"),
    ("nccl", "libnccl.so.2"),
)

#: System libraries that the wheel needs, with the Debian package of each.
SYSTEM_LIBRARIES = {
    "libgomp.so.1": "libgomp1",
    "libquadmath.so.0": "libquadmath0",
}

#: Functions that left NumPy for a package of their own.
_FINANCIAL = (
    *("fv", "pmt", "nper", "ipmt", "ppmt"),
    *("pv", "rate", "irr", "npv", "mirr"),
)


def _not_in_numpy(name: str) -> Callable[..., Any]:
    def removed(*_args: Any, **_kwargs: Any) -> Any:
        raise NotImplementedError(
            f"mxnet.np.{name} calls numpy.{name}, which NumPy "
            f"{numpy.__version__} no longer has"
        )

    removed.__name__ = name
    return removed


def legacy_names() -> dict[str, Any]:
    """Returns the names that MXNet 1.9.1 expects and this NumPy lacks.

    Aliases map to what NumPy's release notes give as their replacement.
    Functions that left NumPy without one (the financial ones) map to a
    function that raises ``NotImplementedError``.
    """
    inf, nan = float("inf"), float("nan")
    names: dict[str, Any] = {
        name: getattr(builtins, name)
        for name in ("bool", "int", "float", "object", "complex", "str")
    }
    names |= {"PZERO": 0.0, "NZERO": -0.0, "PINF": inf, "NINF": -inf}
    names |= {"Inf": inf, "infty": inf, "NaN": nan, "NAN": nan}
    names |= {"float_": numpy.float64, "unicode_": numpy.str_}
    names |= {
        "round_": numpy.round,
        "product": numpy.prod,
        "cumproduct": numpy.cumprod,
        "alltrue": numpy.all,
        "sometrue": numpy.any,
        "row_stack": numpy.vstack,
        "in1d": lambda a, b, **kwargs: numpy.isin(numpy.ravel(a), b, **kwargs),
        "msort": lambda a: numpy.sort(a, axis=0),
        "compat": types.SimpleNamespace(basestring=str),
    }
    if hasattr(numpy, "trapezoid"):
        names["trapz"] = numpy.trapezoid
    names |= {name: _not_in_numpy(name) for name in _FINANCIAL}
    return {
        name: value for name, value in names.items() if name not in vars(numpy)
    }


class _Version(tuple):
    """The little of distutils' versions that MXNet compares with."""

    def __new__(cls, version: str) -> _Version:
        numbers = re.findall(r"\d+", version)
        return super().__new__(cls, (int(number) for number in numbers))


def _distutils_stand_in() -> dict[str, types.ModuleType]:
    """Returns modules to stand in for distutils, gone since Python 3.12."""
    if importlib.util.find_spec("distutils") is not None:
        return {}
    package = types.ModuleType("distutils")
    package.__path__ = []
    version = types.ModuleType("distutils.version")
    vars(version).update(LooseVersion=_Version, StrictVersion=_Version)
    return {"distutils": package, "distutils.version": version}


class _NumpyStandIn(types.ModuleType):
    """A module that has the legacy names and delegates the rest to NumPy."""

    def __init__(self, names: dict[str, Any]) -> None:
        super().__init__("numpy", numpy.__doc__)
        self.__dict__.update(names)

    def __getattr__(self, name: str) -> Any:
        return getattr(numpy, name)

    def __dir__(self) -> list[str]:
        return sorted({*dir(numpy), *self.__dict__})


class _Loader(importlib.abc.Loader):
    """Executes one module of MXNet with the legacy names in place."""

    def __init__(self, loader: importlib.abc.Loader, hook: _Finder) -> None:
        self._loader, self._hook = loader, hook

    def create_module(self, spec: Any) -> types.ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        # Whoever looks at the module later (inspect, pickle) needs the
        # loader that knows the file.
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        with self._hook.legacy_numpy():
            self._loader.exec_module(module)
        for name, value in list(vars(module).items()):
            if value is numpy:
                setattr(module, name, self._hook.stand_in)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds MXNet's modules, and no others, for :class:`_Loader`."""

    def __init__(self) -> None:
        self._names = legacy_names()
        self._modules = _distutils_stand_in()
        self._depth = 0
        self._lock = threading.RLock()
        self.stand_in = _NumpyStandIn(self._names)

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "mxnet" and not fullname.startswith("mxnet."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self)
        return spec

    @contextlib.contextmanager
    def legacy_numpy(self) -> Iterator[None]:
        """Keeps the legacy names in NumPy until the outermost exit."""
        with self._lock, warnings.catch_warnings():
            # Invalid escapes in docstrings, pkg_resources, numpy.core: the
            # archived MXNet will not mend them and a reader cannot.
            warnings.simplefilter("ignore")
            if self._depth == 0:
                vars(numpy).update(self._names)
                sys.modules.update(self._modules)
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0:
                    for name in self._names:
                        vars(numpy).pop(name, None)
                    for name in self._modules:
                        sys.modules.pop(name, None)


def import_mxnet() -> types.ModuleType:
    """Imports MXNet 1.9.1, on any NumPy from 1.23 on, and returns it.

    Raises
    ------
    ImportError
        If an earlier ``import mxnet`` failed in this process, if MXNet is
        missing or of another version, or if a system library is missing.
        The message says what to do.
    """
    is_first = "mxnet" not in sys.modules
    if is_first:
        _prepare()
    try:
        mxnet = importlib.import_module("mxnet")
    except OSError as error:
        raise ImportError(_explain_missing_library(str(error))) from error
    _check_version(mxnet)
    if is_first:
        _start_engine(mxnet)
    return mxnet


def import_mxnet_later(then: Callable[[types.ModuleType], None]) -> None:
    """Leaves MXNet to the first ``import mxnet``, which then works, too.

    Parameters
    ----------
    then : callable
        Is called with MXNet after that import.
    """
    if "mxnet" not in sys.modules:
        sys.meta_path.insert(0, _LaterFinder(then))


class _LaterFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Does for one ``import mxnet`` what :func:`import_mxnet` does."""

    def __init__(self, then: Callable[[types.ModuleType], None]) -> None:
        self._then = then

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "mxnet":
            return None
        sys.meta_path.remove(self)
        _prepare()
        spec = importlib.util.find_spec(fullname)
        if spec is not None and spec.loader is not None:
            self._loader, spec.loader = spec.loader, self
        return spec

    def create_module(self, spec: Any) -> types.ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        try:
            self._loader.exec_module(module)
        except OSError as error:
            raise ImportError(_explain_missing_library(str(error))) from error
        _check_version(module)
        _start_engine(module)
        self._then(module)


def _prepare() -> None:
    """Does what comes before the first import of MXNet."""
    if any(name.startswith("mxnet.") for name in sys.modules):
        raise ImportError(
            "mxnet was imported before d2l_ext in this process and "
            "failed, and what is left of it cannot be repaired. Restart "
            "Python (in a notebook: restart the kernel) and import "
            "d2l_ext first."
        )
    _check_installed()
    preload_cuda()
    choose_engine()
    if not any(isinstance(hook, _Finder) for hook in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _check_version(mxnet: types.ModuleType) -> None:
    if mxnet.__version__ != MXNET_VERSION:
        raise ImportError(
            f"d2l_ext needs mxnet {MXNET_VERSION}, but mxnet "
            f"{mxnet.__version__} is installed. Install it with: "
            f"pip install --no-deps mxnet=={MXNET_VERSION}"
        )


def _check_installed() -> None:
    if importlib.util.find_spec("mxnet") is None:
        raise ImportError(
            "mxnet is not installed. Install it with: "
            f"pip install --no-deps mxnet=={MXNET_VERSION} (wheels exist for "
            "Linux and for macOS on Intel; on Windows use WSL 2, on Apple "
            "silicon use Docker)"
        )


def _explain_missing_library(message: str) -> str:
    for library, package in SYSTEM_LIBRARIES.items():
        if library in message:
            return (
                f"mxnet needs the system library {library}, which this "
                "machine lacks. Install it with: "
                f"apt-get install {package} (Debian, Ubuntu), or the "
                "package of your system that holds it."
            )
    stems = {library.split(".so")[0] for _, library in CUDA_LIBRARIES}
    if any(f"{stem}.so" in message for stem in (*stems, "libcuda")):
        return (
            f"mxnet's CUDA build could not be loaded ({message}). Install "
            "the CUDA 11 libraries as the book's page Installation says, or "
            "the CPU build with: pip install --no-deps "
            f"mxnet=={MXNET_VERSION}"
        )
    return f"mxnet's library could not be loaded: {message}"


#: More threads than this do not help networks as small as the book's.
MAX_THREADS = 4


def choose_engine() -> None:
    """Sets how MXNet computes on a CPU, unless the user has set it.

    MXNet's default is a scheduler in a thread of its own and half as many
    OpenMP threads as there are cores. On few cores these get in each other's
    way; on two cores, without the scheduler and with a thread a core, LeNet
    and ResNet-20 train about 1.5 times as fast, and an error is raised by the
    line that causes it. A GPU needs the scheduler, so a CUDA build keeps it.
    """
    if cuda_build() is not None:
        return
    if hasattr(os, "sched_getaffinity"):
        num_cores = len(os.sched_getaffinity(0))
    else:
        num_cores = os.cpu_count() or 1
    os.environ.setdefault("MXNET_ENGINE_TYPE", "NaiveEngine")
    os.environ.setdefault("OMP_NUM_THREADS", str(min(num_cores, MAX_THREADS)))


def _start_engine(mxnet: types.ModuleType) -> None:
    with _without_engine_line():
        mxnet.nd.waitall()
    if hasattr(os, "register_at_fork"):
        # A process that is forked (a worker of Gluon's DataLoader) has OpenMP
        # threads that never answer, unless it computes with one.
        set_threads = mxnet.base._LIB.MXSetNumOMPThreads
        os.register_at_fork(after_in_child=lambda: set_threads(1))


@contextlib.contextmanager
def _without_engine_line() -> Iterator[None]:
    """Takes the line that names the engine out of what MXNet prints.

    The library writes it to the file descriptor of standard error, past
    Python; whatever else is written meanwhile is written afterwards.
    """
    sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        stderr = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(stderr, 2)
            caught.seek(0)
            for line in caught:
                if b"MXNet start using engine" not in line:
                    os.write(2, line)
            os.close(stderr)


def cuda_build() -> str | None:
    """Returns the name of the installed CUDA build of MXNet, or ``None``."""
    for name in ("mxnet-cu112", "mxnet-cu117"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            importlib.metadata.version(name)
            return name
    return None


def preload_cuda() -> list[str]:
    """Loads the CUDA 11 libraries of PyPI's packages, if there are any.

    The libraries lie outside the loader's search path; once loaded into the
    process, MXNet's CUDA build finds them by name.

    Returns
    -------
    list of str
        The names of the libraries that were loaded.
    """
    if cuda_build() is None:
        return []
    spec = importlib.util.find_spec("nvidia")
    folders = list(spec.submodule_search_locations or []) if spec else []
    loaded = []
    for package, library in CUDA_LIBRARIES:
        for folder in folders:
            path = Path(folder, package, "lib", library)
            if path.is_file():
                # A library that will not load is named by MXNet's own error.
                with contextlib.suppress(OSError):
                    ctypes.CDLL(os.fspath(path), mode=ctypes.RTLD_GLOBAL)
                    loaded.append(library)
    return loaded
