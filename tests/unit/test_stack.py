"""The files that name versions agree with each other."""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import d2l_ext
from d2l_ext.engine.wheel import MXNET_VERSION

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tools.notebooks import colab_command

if sys.version_info >= (3, 11):
    import tomllib
else:
    # What pytest itself reads pyproject.toml with.
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.10", "3.11", "3.12", "3.13")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def named(requirements):
    """Returns the specifiers of requirements, by the packages' names."""
    parsed = map(Requirement, requirements)
    return {canonicalize_name(one.name): one.specifier for one in parsed}


def lowest(specifiers):
    """Returns the version of ``==`` or ``>=``: the lowest one allowed."""
    (version,) = (s.version for s in specifiers if s.operator in ("==", ">="))
    return version


def pinned(specifiers):
    (specifier,) = specifiers
    assert specifier.operator == "=="
    return specifier.version


PYPROJECT = tomllib.loads(read("pyproject.toml"))
PROJECT = PYPROJECT["project"]
GROUPS = PYPROJECT["dependency-groups"]
DEPENDENCIES = named(PROJECT["dependencies"])
#: The browser tests belong to the main lane alone.
TOOLS = named(GROUPS["book"] + GROUPS["test"])
del TOOLS["playwright"]
COLAB = named(word for word in colab_command() if "==" in word)


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load(read("environment.yml"))["dependencies"]


@pytest.fixture(scope="module")
def classic(environment):
    """Returns what environment.yml has pip install, this checkout aside."""
    return named(line for line in environment[-1]["pip"] if line != "-e .")


# The classic lane


def test_the_classic_lane_installs_this_checkout(environment):
    assert "-e ." in environment[-1]["pip"]


def test_the_classic_lane_leaves_all_but_python_to_pip(environment):
    assert environment[:-1] == ["python=3.11", "pip"]


@pytest.mark.parametrize("name", sorted(DEPENDENCIES))
def test_the_classic_lane_has_each_dependency(classic, name):
    assert DEPENDENCIES[name].contains(lowest(classic[name]))


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_the_classic_lane_builds_and_tests_with_the_same_tools(classic, name):
    assert TOOLS[name].contains(lowest(classic[name]))


def test_the_classic_lane_has_what_d2l_pins(classic):
    pins = named(importlib.metadata.requires("d2l"))
    assert {name: str(classic.get(name)) for name in pins} == {
        name: str(specifiers) for name, specifiers in pins.items()
    }


# One version each


def test_mxnet_has_one_version(classic):
    gpu = named(PROJECT["optional-dependencies"]["gpu"])
    for specifiers in (
        DEPENDENCIES["mxnet"],
        gpu["mxnet-cu112"],
        classic["mxnet"],
        COLAB["mxnet"],
    ):
        assert pinned(specifiers) == MXNET_VERSION


def test_d2l_has_one_version(classic):
    version = pinned(DEPENDENCIES["d2l"])
    assert pinned(classic["d2l"]) == pinned(COLAB["d2l"]) == version


def test_this_package_has_one_version():
    assert pinned(COLAB["d2l-ext"]) == d2l_ext.__version__
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["version"] == d2l_ext.__version__
    assert f"## [{d2l_ext.__version__}]" in read("CHANGELOG.md")


# The Colab cell and the texts that repeat it


def test_the_colab_cell_changes_nothing_that_is_installed():
    assert set(COLAB) == {"mxnet", "d2l", "d2l-ext"}
    assert "--no-deps" in colab_command()


@pytest.mark.parametrize(
    "name", ["README.md", "chapters/reference/installation.ipynb"]
)
def test_a_text_that_tells_how_to_install_says_what_colab_does(name):
    words = [word for word in colab_command() if word != "-q"]
    assert f"pip {' '.join(words)}" in read(name)


# Python


def test_every_lane_has_a_python_that_the_package_allows(environment):
    allowed = SpecifierSet(PROJECT["requires-python"])
    assert all(allowed.contains(version) for version in PYTHONS)
    assert not allowed.contains("3.14")
    assert environment[0].removeprefix("python=") in PYTHONS


def test_ci_runs_on_each_python():
    workflow = yaml.safe_load(read(".github/workflows/test.yml"))
    test, lanes = workflow["jobs"]["test"], workflow["jobs"]["lanes"]
    assert test["strategy"]["matrix"]["python"] == list(PYTHONS)
    setup = next(step["with"] for step in lanes["steps"] if "with" in step)
    assert sorted(setup["python-version"].split()) == sorted(PYTHONS)
