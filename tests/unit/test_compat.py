"""MXNet imports on this NumPy, and NumPy is as it was."""

from __future__ import annotations

import ctypes
import importlib
import inspect
import os
import pathlib
import re
import shutil
import subprocess
import sys

import d2l_ext
from d2l_ext import compat
from d2l_ext.compat import MXNET_VERSION, import_mxnet

import mxnet as mx
import numpy as np
import pytest

NUMPY_VERSION = tuple(map(int, np.__version__.split(".")[:2]))

#: Compares NumPy's names with those of ``before``; submodules that NumPy
#: loads when they are first used are no change.
CHANGES = """
import sys
import numpy

def changes(before):
    now = dict(vars(numpy))
    return sorted(
        name
        for name in before.keys() | now.keys()
        if before.get(name, changes) is not now.get(name, changes)
        and now.get(name) is not sys.modules.get(f"numpy.{name}", now)
    )
"""

#: Hides modules from every finder, as if they were not installed.
HIDE = """
import sys

class Without:
    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HIDDEN:
            return None
        return self.finder.find_spec(name, path, target)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Without, sys.meta_path)
"""


@pytest.fixture
def fake_mxnet(tmp_path):
    """Returns a function that writes a package ``mxnet``: code by module."""

    def write(**modules):
        package = tmp_path / "fake" / "mxnet"
        package.mkdir(parents=True)
        for name, code in modules.items():
            (package / f"{name}.py").write_text(code)
        return package.parent

    return write


# The import, and NumPy after it


def test_numpy_imported_before_is_unchanged(run_python):
    value, error = run_python(
        CHANGES,
        """
        import json, warnings
        before = dict(vars(numpy))
        import d2l_ext
        warnings.simplefilter("ignore")  # d2l and the estimator have some.
        from mxnet.gluon.contrib import estimator
        from d2l import mxnet as d2l
        print(json.dumps([changes(before), d2l.np.ones(3).tolist()]))
        """,
    )
    assert error is None
    assert value == [[], [1, 1, 1]]


def test_numpy_imported_after_is_numpy(run_python, tmp_path):
    (tmp_path / "theirs.py").write_text(
        "import numpy as np\nhas_legacy = hasattr(np, 'PZERO')\n"
    )
    value, error = run_python(
        """
        import json, sys, d2l_ext, theirs, numpy
        names = [n for n, v in vars(numpy).items()
                 if v is not sys.modules.get(f"numpy.{n}")]
        same = theirs.np is numpy is sys.modules["numpy"]
        print(json.dumps([names, same, theirs.has_legacy]))
        """
    )
    assert error is None
    names, same, has_legacy = value
    assert same
    assert has_legacy is (NUMPY_VERSION < (2, 0))
    plain, _ = run_python(
        "import json, numpy; print(json.dumps(list(vars(numpy))))"
    )
    assert set(names) <= set(plain)


def test_numpy_is_unchanged_after_an_import_that_failed(
    run_python, fake_mxnet
):
    folder = fake_mxnet(
        __init__="import numpy\n"
        "assert numpy.float_ is numpy.float64 and numpy.int is int\n"
        "from . import base\n",
        base="import numpy\n"
        "assert numpy.PZERO == 0\n"
        "raise OSError('libgomp.so.1: cannot open shared object file')",
    )
    value, error = run_python(
        CHANGES,
        """
        import json
        before = dict(vars(numpy))
        try:
            import d2l_ext
        except ImportError as error:
            print(json.dumps([str(error), changes(before)]))
        """,
        folder=folder,
    )
    assert error is None
    message, changed = value
    assert "apt-get install libgomp1" in message
    assert changed == []


def test_mxnet_imports_without_distutils(run_python):
    value, error = run_python(
        "HIDDEN = {'distutils', '_distutils_hack'}",
        HIDE,
        """
        import json, d2l_ext, mxnet
        print(json.dumps([mxnet.__version__, "distutils" in sys.modules]))
        """,
    )
    assert error is None
    assert value == [MXNET_VERSION, False]


def test_the_package_loads_nothing_heavy_that_mxnet_does_not(run_python):
    value, error = run_python(
        f"""
        import importlib.util, json, sys
        spec = importlib.util.spec_from_file_location(
            "compat", {compat.__file__!r}
        )
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        module.import_mxnet()
        before = set(sys.modules)
        import d2l_ext
        new = {{name.partition(".")[0] for name in set(sys.modules) - before}}
        print(json.dumps(sorted(new)))
        """
    )
    assert error is None
    assert value == ["d2l_ext"]


# The stand-in for NumPy in MXNet's modules


@pytest.fixture(scope="module")
def stand_in():
    return mx.numpy.fallback.onp


def test_no_module_of_mxnet_refers_to_numpy_itself():
    names = [name for name in sys.modules if re.match(r"mxnet(\.|$)", name)]
    assert len(names) > 100
    assert not [
        f"{name}.{key}"
        for name in names
        for key, value in vars(sys.modules[name]).items()
        if value is np
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("bool", "int", "float", "object", "complex", "str"),
        *("float_", "unicode_", "PZERO", "NZERO", "PINF", "NINF"),
        *("Inf", "infty", "NaN", "NAN", "round_", "product", "cumproduct"),
        *("alltrue", "sometrue", "row_stack", "in1d", "msort", "trapz"),
        *("fv", "pmt", "nper", "ipmt", "ppmt"),
        *("pv", "rate", "irr", "npv", "mirr", "compat"),
    ],
)
def test_the_stand_in_has_each_legacy_name(stand_in, name):
    assert name in dir(stand_in)
    assert name in vars(stand_in) or name in vars(np)


def test_a_legacy_name_that_this_numpy_has_is_its_own(stand_in):
    legacy = compat.legacy_names()
    assert legacy.keys().isdisjoint(vars(np))
    assert legacy.keys() == vars(stand_in).keys() & legacy.keys()


# NumPy 2.0 to 2.3 still have some of them, and warn.
@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("in1d", ([[1, 2], [3, 4]], [2, 3]), [False, True, True, False]),
        ("msort", ([[3, 1], [2, 5]],), [[2, 1], [3, 5]]),
        ("trapz", ([1.0, 2.0, 4.0],), 4.5),
        ("round_", (2.375, 1), 2.4),
        ("product", ([2, 3, 4],), 24),
        ("cumproduct", ([2, 3, 4],), [2, 6, 24]),
        ("alltrue", ([True, False],), False),
        ("sometrue", ([True, False],), True),
        ("row_stack", (([1, 2], [3, 4]),), [[1, 2], [3, 4]]),
    ],
)
def test_a_legacy_function_does_what_it_did(
    stand_in, name, arguments, expected
):
    np.testing.assert_allclose(getattr(stand_in, name)(*arguments), expected)


def test_legacy_numbers_are_what_they_were(stand_in):
    assert np.signbit([stand_in.PZERO, stand_in.NZERO]).tolist() == [0, 1]
    assert stand_in.PINF == stand_in.Inf == stand_in.infty == np.inf
    assert -np.inf == stand_in.NINF
    assert np.isnan([stand_in.NaN, stand_in.NAN]).all()
    assert stand_in.float_ is np.float64
    assert stand_in.bool in (bool, np.bool_)


def test_the_stand_in_is_numpy_in_all_else(stand_in):
    assert stand_in.ndarray is np.ndarray
    assert stand_in.linalg is np.linalg
    assert stand_in.__name__ == "numpy"
    assert stand_in.__version__ == np.__version__
    assert set(dir(np)) <= set(dir(stand_in))
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = stand_in.no_such_name


def test_a_function_that_left_numpy_says_so_when_it_is_called():
    with pytest.raises(NotImplementedError) as refused:
        mx.np.mirr([-100.0, 60.0, 60.0], 0.1, 0.1)
    assert "mxnet.np.mirr calls numpy.mirr" in str(refused.value)
    assert f"NumPy {np.__version__} no longer has" in str(refused.value)


@pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")
def test_functions_that_fall_back_on_numpy_work():
    array = mx.np.array([1.0, 2.0, 4.0])
    assert float(mx.np.trapz(array)) == 4.5
    assert mx.np.in1d(array, mx.np.array([2.0])).tolist() == [0, 1, 0]
    padded = mx.np.pad(array.reshape(1, 3), ((0, 0), (1, 0)))
    assert padded.tolist() == [[0, 1, 2, 4]]


def test_a_module_of_mxnet_can_be_inspected():
    assert "class Dense" in inspect.getsource(mx.gluon.nn.Dense)
    assert hasattr(mx.gluon.__spec__.loader, "get_source")


# What is said when MXNet cannot be imported


def test_an_import_that_failed_earlier_asks_for_a_restart(
    run_python, fake_mxnet
):
    folder = fake_mxnet(
        __init__="from . import base\nraise AttributeError('bool')", base=""
    )
    _, error = run_python(
        """
        import contextlib
        with contextlib.suppress(AttributeError):
            import mxnet
        import d2l_ext
        """,
        folder=folder,
    )
    assert error.startswith("ImportError: mxnet was imported before d2l_ext")
    assert "Restart" in error
    assert error.endswith("import d2l_ext first.")


def test_another_version_is_refused_and_both_are_named(run_python, fake_mxnet):
    folder = fake_mxnet(__init__="__version__ = '2.0.0'")
    _, error = run_python("import d2l_ext", folder=folder)
    assert error.startswith("ImportError: d2l_ext needs mxnet 1.9.1, but ")
    assert "mxnet 2.0.0 is installed" in error
    assert error.endswith("pip install --no-deps mxnet==1.9.1")


def test_without_mxnet_the_line_that_installs_it_is_given(run_python):
    _, error = run_python("HIDDEN = {'mxnet'}", HIDE, "import d2l_ext")
    assert error.startswith("ImportError: mxnet is not installed")
    assert "pip install --no-deps mxnet==1.9.1" in error
    assert "WSL 2" in error
    assert "Docker" in error


def test_another_error_of_mxnet_is_its_own(run_python, fake_mxnet):
    folder = fake_mxnet(__init__="import no_such_module")
    _, error = run_python("import d2l_ext", folder=folder)
    assert error == "ModuleNotFoundError: No module named 'no_such_module'"


@pytest.mark.parametrize(
    ("library", "remedy"),
    [
        ("libgomp.so.1", "apt-get install libgomp1 "),
        ("libquadmath.so.0", "apt-get install libquadmath0 "),
        *(
            (library, "the book's page Installation")
            for _, library in compat.CUDA_LIBRARIES
        ),
        ("libcuda.so.1", "pip install --no-deps mxnet==1.9.1"),
    ],
)
def test_a_missing_library_is_named_with_what_installs_it(
    monkeypatch, library, remedy
):
    error = OSError(f"{library}: cannot open shared object file")
    monkeypatch.setattr(importlib, "import_module", raising(error))
    with pytest.raises(ImportError) as refused:
        import_mxnet()
    assert library in str(refused.value)
    assert remedy in str(refused.value)
    assert refused.value.__cause__ is error


@pytest.mark.parametrize(
    "message",
    ["libmxnet.so: invalid ELF header", "libfoo.so.1: cannot be executed"],
)
def test_another_library_is_not_explained_away(monkeypatch, message):
    error = OSError(message)
    monkeypatch.setattr(importlib, "import_module", raising(error))
    with pytest.raises(ImportError) as refused:
        import_mxnet()
    assert str(refused.value) == (
        f"mxnet's library could not be loaded: {message}"
    )


def raising(error):
    def function(*_args, **_kwargs):
        raise error

    return function


# MXNet later


LATER = f"""
import importlib.util, json, sys

spec = importlib.util.spec_from_file_location("compat", {compat.__file__!r})
compat = importlib.util.module_from_spec(spec)
spec.loader.exec_module(compat)
called = []
compat.import_mxnet_later(called.append)
before = "mxnet" in sys.modules
"""


def test_mxnet_later_is_the_same_as_at_once(run_python):
    value, error = run_python(
        CHANGES,
        LATER,
        """
        names = dict(vars(numpy))
        import mxnet
        from mxnet.gluon.contrib import data
        loader = type(mxnet.__spec__.loader).__name__
        print(json.dumps([before, called == [mxnet], loader, changes(names),
                          mxnet.np.ones(2).tolist()]))
        """,
    )
    assert error is None
    assert value == [False, True, "SourceFileLoader", [], [1, 1]]


def test_mxnet_later_is_refused_as_at_once(run_python, fake_mxnet):
    folder = fake_mxnet(__init__="__version__ = '2.0.0'")
    _, error = run_python(LATER, "import mxnet", folder=folder)
    assert error.startswith("ImportError: d2l_ext needs mxnet 1.9.1, but ")
    (folder / "mxnet" / "__init__.py").write_text(
        "raise OSError('libgomp.so.1: cannot open shared object file')"
    )
    _, error = run_python(LATER, "import mxnet", folder=folder)
    assert "apt-get install libgomp1" in error


def test_a_second_import_is_the_same_module():
    hooks = list(sys.meta_path)
    assert import_mxnet() is mx
    assert sys.meta_path == hooks


# CUDA libraries


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
    assert compat.cuda_build() == name


def test_the_cpu_build_is_no_cuda_build(site_packages):
    install(site_packages, "mxnet")
    assert compat.cuda_build() is None


def test_cuda_libraries_are_loaded_for_all_in_their_order(
    site_packages, monkeypatch
):
    install(site_packages, "mxnet-cu112")
    paths = [
        library_file(site_packages, *where) for where in compat.CUDA_LIBRARIES
    ]
    loaded = []
    monkeypatch.setattr(
        ctypes, "CDLL", lambda path, mode: loaded.append((path, mode))
    )
    assert compat.preload_cuda() == [path.name for path in paths]
    assert loaded == [(str(path), ctypes.RTLD_GLOBAL) for path in paths]


def test_only_libraries_that_load_are_reported(site_packages):
    install(site_packages, "mxnet-cu112")
    library_file(site_packages, "cublas", "libcublas.so.11")
    real = library_file(site_packages, "cudnn", "libcudnn.so.8")
    # Any shared library will do; NumPy brings one that needs no other.
    shutil.copy(np.random.bit_generator.__file__, real)
    assert compat.preload_cuda() == ["libcudnn.so.8"]


def test_a_cuda_build_without_the_libraries_loads_none(site_packages):
    install(site_packages, "mxnet-cu112")
    assert compat.preload_cuda() == []


def test_the_cpu_build_loads_no_cuda_library(site_packages, monkeypatch):
    library_file(site_packages, "cudnn", "libcudnn.so.8")
    monkeypatch.setattr(
        ctypes, "CDLL", raising(AssertionError("nothing needs it"))
    )
    assert compat.preload_cuda() == []


# The engine and its threads

ENGINE_VARIABLES = ("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS")

#: Prints the variables as a new process has them after the import.
ENGINE = f"""
import json, os
import d2l_ext
from mxnet import np
np.ones(3).sum().item()
print(json.dumps([os.environ.get(name) for name in {ENGINE_VARIABLES}]))
"""


@pytest.fixture
def no_engine(monkeypatch):
    """Takes away what this process has set for itself."""
    for name in ENGINE_VARIABLES:
        # Set first, so that monkeypatch puts back that it was not there.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


def test_a_cpu_computes_without_a_scheduler_on_all_cores(
    run_python, no_engine
):
    (engine, threads), _ = run_python(ENGINE)
    assert engine == "NaiveEngine"
    cores = len(getattr(os, "sched_getaffinity", lambda _: [0])(0))
    assert int(threads) == min(cores, compat.MAX_THREADS)


def test_what_the_user_has_set_stays(run_python, no_engine, monkeypatch):
    monkeypatch.setenv("MXNET_ENGINE_TYPE", "ThreadedEngine")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert run_python(ENGINE)[0] == ["ThreadedEngine", "1"]


def test_a_cuda_build_keeps_its_scheduler(
    site_packages, no_engine, monkeypatch
):
    install(site_packages, "mxnet-cu112")
    compat.choose_engine()
    assert not any(name in os.environ for name in ENGINE_VARIABLES)


def test_the_engines_line_is_not_shown(tmp_path, no_engine):
    home = pathlib.Path(d2l_ext.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", ENGINE],
        env=os.environ | {"PYTHONPATH": os.fspath(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


def test_only_the_engines_line_is_taken_out(capfd):
    with compat._without_engine_line():
        os.write(2, b"first\n[1] MXNet start using engine: X\nlast\n")
    assert capfd.readouterr().err == "first\nlast\n"


def test_workers_of_gluons_data_loader_compute(run_python, no_engine):
    total, error = run_python(
        """
        import json, warnings
        import d2l_ext
        from mxnet import gluon, np

        # The pool of threads is there before the workers are forked.
        layer = gluon.nn.Conv2D(4, 3)
        layer.initialize()
        layer(np.ones((64, 1, 28, 28))).wait_to_read()
        images = np.full((64, 28, 28, 1), 255, dtype="uint8")
        data = gluon.data.ArrayDataset(images, np.ones(64)).transform_first(
            gluon.data.vision.transforms.ToTensor()
        )
        # Python 3.12 warns of a fork beside threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        loader = gluon.data.DataLoader(data, 32, num_workers=2, timeout=30)
        total = sum(X.sum().item() for X, _ in loader)
        print(json.dumps(total))
        """
    )
    assert error is None
    assert total == 64 * 28 * 28
