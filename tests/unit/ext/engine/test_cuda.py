"""A CUDA build is known, and finds the libraries of PyPI's packages."""

from __future__ import annotations

import ctypes
import importlib
import shutil
import sys

from d2l_ext.engine import cuda

import numpy as np
import pytest


def raising(error):
    def function(*_args, **_kwargs):
        raise error

    return function


@pytest.fixture
def site_packages(tmp_path, monkeypatch):
    """Returns the only folder that packages are looked for in."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "nvidia", raising=False)
    importlib.invalidate_caches()
    return tmp_path


def install(folder, name):
    info = folder / f"{name.replace('-', '_')}-1.9.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.9.1\n"
    )


def library_file(folder, package, library):
    path = folder / "nvidia" / package / "lib" / library
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("no library")
    return path


@pytest.mark.parametrize("name", ["mxnet-cu112", "mxnet-cu117"])
def test_a_cuda_build_is_known_by_its_name(site_packages, name):
    install(site_packages, name)
    assert cuda.cuda_build() == name


def test_the_cpu_build_is_no_cuda_build(site_packages):
    install(site_packages, "mxnet")
    assert cuda.cuda_build() is None


def test_cuda_libraries_are_loaded_for_all_in_their_order(
    site_packages, monkeypatch
):
    install(site_packages, "mxnet-cu112")
    paths = [
        library_file(site_packages, *where) for where in cuda.CUDA_LIBRARIES
    ]
    loaded = []
    monkeypatch.setattr(
        ctypes, "CDLL", lambda path, mode: loaded.append((path, mode))
    )
    assert cuda.preload_cuda() == [path.name for path in paths]
    assert loaded == [(str(path), ctypes.RTLD_GLOBAL) for path in paths]


def test_only_libraries_that_load_are_reported(site_packages):
    install(site_packages, "mxnet-cu112")
    library_file(site_packages, "cublas", "libcublas.so.11")
    real = library_file(site_packages, "cudnn", "libcudnn.so.8")
    # Any shared library will do; NumPy brings one that needs no other.
    shutil.copy(np.random.bit_generator.__file__, real)
    assert cuda.preload_cuda() == ["libcudnn.so.8"]


def test_a_cuda_build_without_the_libraries_loads_none(site_packages):
    install(site_packages, "mxnet-cu112")
    assert cuda.preload_cuda() == []


def test_the_cpu_build_loads_no_cuda_library(site_packages, monkeypatch):
    library_file(site_packages, "cudnn", "libcudnn.so.8")
    monkeypatch.setattr(
        ctypes, "CDLL", raising(AssertionError("nothing needs it"))
    )
    assert cuda.preload_cuda() == []
