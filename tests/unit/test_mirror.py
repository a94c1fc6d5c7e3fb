"""Every module has its tests, where one looks for them."""

from __future__ import annotations

from pathlib import Path

import d2l_check

import pytest

TESTS = Path(__file__).parent
PACKAGES = Path(d2l_check.__file__).parents[1]

#: Where the tests of each package are.
MIRRORS = {"d2l_ext": "ext", "d2l_check": "check", "d2l_course": "course"}
#: About a package as a whole.
MIRROR_NO_MODULE = {Path("test_aliases.py"), Path("test_init.py")}
#: Nothing happens in these.
NEED_NO_TEST = {
    *("d2l_ext/_version.py", "d2l_course/__main__.py"),
    *("d2l_ext/course/stubs.py", "d2l_ext/course/sanitizing.py"),
    "d2l_ext/exercises/material.py",
}


def files(folder, pattern):
    return {path.relative_to(folder) for path in folder.rglob(pattern)}


def mirrors(package):
    """Returns where the tests of each module are: layers/test_norm.py."""
    return {
        module.with_name(f"test_{module.stem.strip('_')}.py")
        for module in files(PACKAGES / package, "*.py")
        if module.name != "__init__.py"
        and f"{package}/{module.as_posix()}" not in NEED_NO_TEST
    }


@pytest.mark.parametrize(("package", "tests"), MIRRORS.items())
def test_every_module_has_its_tests(package, tests):
    assert mirrors(package) - files(TESTS / tests, "test_*.py") == set()


@pytest.mark.parametrize(("package", "tests"), MIRRORS.items())
def test_every_test_file_has_its_module(package, tests):
    known = mirrors(package) | MIRROR_NO_MODULE
    assert files(TESTS / tests, "test_*.py") - known == set()
