"""MXNet imports on this NumPy, and NumPy is as it was."""

from __future__ import annotations

import importlib
import inspect
import pathlib
import re
import sys

from d2l_ext.engine.cuda import CUDA_LIBRARIES
from d2l_ext.engine.wheel import MXNET_VERSION, import_mxnet

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
        import d2l_ext
        try:
            import mxnet
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
        """
        import json, sys, d2l_ext
        print(json.dumps([
            module.__file__ for name, module in sys.modules.items()
            if name.partition(".")[0] == "d2l_ext"
        ]))
        """
    )
    assert error is None
    imported = {
        match[1]
        for file in value
        for match in re.finditer(
            r"^(?:import|from) (\w+)",
            pathlib.Path(file).read_text("utf-8"),
            re.MULTILINE,
        )
    }
    assert imported - sys.stdlib_module_names == {"d2l_ext", "numpy"}


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
        import mxnet
        """,
        folder=folder,
    )
    assert error.startswith("ImportError: mxnet was imported before d2l_ext")
    assert "Restart" in error
    assert error.endswith("import d2l_ext first.")


def test_another_version_is_refused_and_both_are_named(run_python, fake_mxnet):
    folder = fake_mxnet(__init__="__version__ = '2.0.0'")
    _, error = run_python("import d2l_ext, mxnet", folder=folder)
    assert error.startswith("ImportError: d2l_ext needs mxnet 1.9.1, but ")
    assert "mxnet 2.0.0 is installed" in error
    assert error.endswith("pip install --no-deps mxnet==1.9.1")


def test_without_mxnet_the_line_that_installs_it_is_given(run_python):
    _, error = run_python("HIDDEN = {'mxnet'}", HIDE, "import d2l_ext, mxnet")
    assert error.startswith("ImportError: mxnet is not installed")
    assert "pip install --no-deps mxnet==1.9.1" in error
    assert "WSL 2" in error
    assert "Docker" in error


def test_another_error_of_mxnet_is_its_own(run_python, fake_mxnet):
    folder = fake_mxnet(__init__="import no_such_module")
    _, error = run_python("import d2l_ext, mxnet", folder=folder)
    assert error == "ImportError: No module named 'no_such_module'"


@pytest.mark.parametrize(
    "use",
    [
        "import mxnet",
        "import mxnet; import mxnet",
        "from mxnet import gluon",
        "d2l_ext.fit",
        "from d2l_ext import layers",
        "d2l_ext.engine.wheel.import_mxnet()",
    ],
)
def test_whatever_needs_mxnet_says_what_to_do(run_python, fake_mxnet, use):
    folder = fake_mxnet(
        __init__="from . import base",
        base="raise OSError('libgomp.so.1: cannot open shared object file')",
    )
    _, error = run_python("import d2l_ext", use, folder=folder)
    assert error.startswith("ImportError: mxnet needs the system library")
    assert "apt-get install libgomp1" in error


def test_what_does_not_need_mxnet_works_without_it(run_python):
    value, error = run_python(
        "HIDDEN = {'mxnet'}",
        HIDE,
        """
        import json, d2l_ext
        print(json.dumps([d2l_ext.__version__, d2l_ext.settings().scale]))
        """,
    )
    assert error is None
    assert value[1] == "quick"


@pytest.mark.parametrize(
    ("library", "remedy"),
    [
        ("libgomp.so.1", "apt-get install libgomp1 "),
        ("libquadmath.so.0", "apt-get install libquadmath0 "),
        *(
            (library, "the book's page Installation")
            for _, library in CUDA_LIBRARIES
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


def test_a_second_import_is_the_same_module():
    hooks = list(sys.meta_path)
    assert import_mxnet() is mx
    assert sys.meta_path == hooks
