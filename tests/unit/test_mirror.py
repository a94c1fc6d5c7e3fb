"""Every module has its tests, where one looks for them."""

from __future__ import annotations

from pathlib import Path

import d2l_ext

TESTS = Path(__file__).parent
PACKAGE = Path(d2l_ext.__file__).parent

#: About the package as a whole, or about the files around it.
MIRROR_NO_MODULE = {"test_init.py", "test_mirror.py", "test_stack.py"}
#: Nothing happens in these.
NEED_NO_TEST = {
    *("__init__.py", "_version.py"),
    *("layers/__init__.py", "plotting/__init__.py"),
    *("course/__init__.py", "exercises/__init__.py"),
    *("evidence/__init__.py", "optimizers/__init__.py"),
}


def files(folder, pattern):
    return {path.relative_to(folder) for path in folder.rglob(pattern)}


def paths(names):
    return {Path(name) for name in names}


def mirrors():
    """Returns where the tests of each module are: layers/test_norm.py."""
    return {
        module.with_name(f"test_{module.stem.strip('_')}.py")
        for module in files(PACKAGE, "*.py") - paths(NEED_NO_TEST)
    }


def test_every_module_has_its_tests():
    assert mirrors() - files(TESTS, "test_*.py") == set()


def test_every_test_file_has_its_module():
    known = mirrors() | paths(MIRROR_NO_MODULE)
    assert files(TESTS, "test_*.py") - known == set()


def test_the_exceptions_are_modules():
    assert paths(NEED_NO_TEST) <= files(PACKAGE, "*.py")
