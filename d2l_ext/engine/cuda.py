"""MXNet's CUDA builds, and the CUDA 11 libraries of PyPI's packages."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.metadata
import importlib.util
import os
from pathlib import Path

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
