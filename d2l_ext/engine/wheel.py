r"""Lets MXNet 1.9.1, the last release, import on today's Python and NumPy.

MXNet refers to names that NumPy 1.24 and 2.0 removed (``np.bool``,
``np.PZERO``, …), most of them while its modules are being imported.
:func:`import_mxnet` therefore

1. gives NumPy the missing names for as long as a module of MXNet executes,
2. replaces, in the namespace of that module, each reference to NumPy by a
   stand-in module that keeps these names and delegates everything else,
3. takes the names away from NumPy again, so that ``vars(numpy)`` is what the
   user had before,
4. mends, in the few modules that need it, what NumPy 2 does otherwise
   (the module ``mends``).

A hook on the import system does this for modules that MXNet imports later,
too (``mxnet.gluon.contrib``, ``mxnet.contrib.onnx``). A stand-in in
``sys.modules['numpy']`` would be simpler, but SciPy recurses on it.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
import types
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

from d2l_ext.engine.cuda import CUDA_LIBRARIES, preload_cuda
from d2l_ext.engine.legacy import (
    NumpyStandIn,
    distutils_stand_in,
    legacy_names,
)
from d2l_ext.engine.mends import mend
from d2l_ext.engine.threads import choose_engine, start_engine

import numpy

MXNET_VERSION = "1.9.1"

#: System libraries that the wheel needs, with the Debian package of each.
SYSTEM_LIBRARIES = {
    "libgomp.so.1": "libgomp1",
    "libquadmath.so.0": "libquadmath0",
}


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
        mend(module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds MXNet's modules, and no others, for :class:`_Loader`."""

    def __init__(self) -> None:
        self._names = legacy_names()
        self._modules = distutils_stand_in()
        self._depth = 0
        self._lock = threading.RLock()
        self.stand_in = NumpyStandIn(self._names)

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
        The message says what to do, and later imports of MXNet raise it, too.
    """
    is_first = "mxnet" not in sys.modules
    try:
        if is_first:
            _prepare()
        mxnet = _import()
    except ImportError as error:
        if is_first:
            _refuse(str(error))
        raise
    if is_first:
        start_engine(mxnet)
    return mxnet


def _import() -> types.ModuleType:
    try:
        mxnet = importlib.import_module("mxnet")
    except OSError as error:
        raise ImportError(_explain_missing_library(str(error))) from error
    _check_version(mxnet)
    return mxnet


class _Refusal(importlib.abc.MetaPathFinder):
    """Says at each later ``import mxnet`` why the first one failed.

    MXNet itself would say something else then: parts of it are loaded.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> None:
        if fullname == "mxnet":
            raise ImportError(self.reason)


def _refuse(reason: str) -> None:
    sys.modules.pop("mxnet", None)
    if not any(isinstance(hook, _Refusal) for hook in sys.meta_path):
        sys.meta_path.insert(0, _Refusal(reason))


def _prepare() -> None:
    """Does what comes before the first import of MXNet."""
    for hook in sys.meta_path:
        if isinstance(hook, _Refusal):
            raise ImportError(hook.reason)
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
