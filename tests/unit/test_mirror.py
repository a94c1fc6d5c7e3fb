"""Every module has its tests, where one looks for them."""

from __future__ import annotations

from pathlib import Path

import d2l_ext

import pytest

TESTS = Path(__file__).parent
PACKAGES = Path(d2l_ext.__file__).parents[1]

#: Where the tests of each package are.
MIRRORS = {"d2l_ext": "ext"}
#: About a package as a whole.
MIRROR_NO_MODULE = {Path("test_init.py")}
#: Nothing happens in it.
NEEDS_NO_TEST = "_version.py"


def files(folder, pattern):
    return {path.relative_to(folder) for path in folder.rglob(pattern)}


def mirrors(package):
    """Returns where the tests of each module are: layers/test_norm.py."""
    return {
        module.with_name(f"test_{module.stem.strip('_')}.py")
        for module in files(PACKAGES / package, "*.py")
        if module.name not in ("__init__.py", NEEDS_NO_TEST)
    }


@pytest.mark.parametrize(("package", "tests"), MIRRORS.items())
def test_every_module_has_its_tests(package, tests):
    assert mirrors(package) - files(TESTS / tests, "test_*.py") == set()


@pytest.mark.parametrize(("package", "tests"), MIRRORS.items())
def test_every_test_file_has_its_module(package, tests):
    known = mirrors(package) | MIRROR_NO_MODULE
    assert files(TESTS / tests, "test_*.py") - known == set()
