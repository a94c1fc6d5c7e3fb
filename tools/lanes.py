"""Runs tests, chapters and students' notebooks in each lane: ``make lanes``.

Each lane is a fresh environment below ``.lanes/`` with the wheel of this
checkout. The tests run on copies, away from the checkout, so that ``d2l_ext``
is what a reader has installed and not what lies next to the tests.

The lane ``here`` makes no environment: it runs the Colab cell's command with
the Python that runs this script, in Colab's own image, say. Not a default.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.notebooks import colab_command
from tools.processes import CommandError, execute, output, uv

ROOT = Path(__file__).resolve().parent.parent
LANES = ROOT / ".lanes"

#: What Colab has that the course needs, in today's versions.
PREINSTALLED = (
    *("ipykernel", "ipython", "matplotlib", "numpy", "pandas", "pooch"),
    *("pyyaml", "requests", "scikit-learn", "scipy", "tqdm"),
)
PYTEST = ("pytest", "pytest-randomly", "pytest-timeout")
TEST_TOOLS = (*PYTEST, "hypothesis", "nbval==0.11.0", "nbformat", "ipykernel")


class NoInterpreter(CommandError):
    """The Python of a lane is not on this machine."""


@dataclass(frozen=True)
class Environment:
    """A Python that packages are installed for and tests run with."""

    python: Path
    wheels: Path

    def pip(self, *arguments: str, **environ: str) -> None:
        """Runs this Python's own pip."""
        execute(self.python, "-m", "pip", *arguments, environ=environ)

    def uv_install(self, *requirements: str | Path) -> None:
        """Installs with uv, whose cache all lanes share."""
        install = ("pip", "install", "--quiet", "--python", self.python)
        # Elsewhere: pyproject.toml overrides d2l's pins, for uv alone.
        elsewhere = Path(tempfile.gettempdir())
        execute(uv(), *install, *requirements, cwd=elsewhere)

    @property
    def wheel(self) -> Path:
        """The wheel of this checkout."""
        (wheel,) = self.wheels.glob("d2l_ext-*.whl")
        return wheel

    def installed(self) -> dict[str, str]:
        """Returns the version of each installed package, as pip sees it."""
        pip = (self.python, "-m", "pip", "list", "--format", "json")
        listed = json.loads(output(*pip, "--disable-pip-version-check"))
        return {package["name"]: package["version"] for package in listed}


@dataclass(frozen=True)
class Lane:
    """A name, a version of Python, and how the lane is installed.

    Without the engine only ``d2l_check`` and the students' notebooks are
    tested. Every chapter runs on the newest versions, which readers get; on
    the others, besides all unit tests, the first one, the model of all.
    """

    name: str
    python: str
    install: Callable[[Environment], None]
    engine: bool = True
    all_chapters: bool = False


@dataclass
class Result:
    """A row of the table."""

    lane: str
    python: str = ""
    numpy: str = ""
    outcome: str = "passed"
    seconds: float = 0.0


def install_classic(environment: Environment) -> None:
    """Installs environment.yml's own list, the wheel for ``-e .``."""
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    requirements = pip_list(text)
    requirements.remove("-e .")
    environment.uv_install(*requirements, environment.wheel)
    pins = dict(line.split("==") for line in requirements if "==" in line)
    changes = changed(pins, environment.installed())
    if changes:
        raise CommandError(f"not what was pinned: {', '.join(changes)}")


def pip_list(text: str) -> list[str]:
    """Returns the entries below ``pip:`` in an environment.yml."""
    _, _, after = text.partition("- pip:\n")
    return re.findall(r"^ +- (.+)$", after, flags=re.MULTILINE)


def install_locked(environment: Environment) -> None:
    """Installs what uv.lock has, and the wheel."""
    sync = ("sync", "--quiet", "--frozen", "--no-install-project")
    groups = ("--no-default-groups", "--group", "book", "--group", "test")
    folder = os.fspath(environment.python.parent.parent)
    environ = {"UV_PROJECT_ENVIRONMENT": folder}
    execute(uv(), *sync, *groups, cwd=ROOT, environ=environ)
    environment.uv_install("--no-deps", environment.wheel)


def install_colab(environment: Environment) -> None:
    """Installs what Colab has, and then runs the Colab cell's command."""
    environment.uv_install("--upgrade", *PREINSTALLED)
    install_here(environment)


def install_here(environment: Environment) -> None:
    """Runs the Colab cell's command; what was there must stay as it was."""
    before = environment.installed()
    folders = os.environ.get("PIP_FIND_LINKS", "")
    links = f"{environment.wheels.as_uri()} {folders}".strip()
    environment.pip(*colab_command(), PIP_FIND_LINKS=links)
    changes = changed(before, environment.installed())
    if changes:
        raise CommandError(f"the Colab cell changed {', '.join(changes)}")
    environment.pip("install", "--quiet", *TEST_TOOLS)


def install_check_only(environment: Environment) -> None:
    """Installs what ``d2l_check`` needs, and nothing of all the rest."""
    environment.uv_install("numpy", "ipython")
    environment.uv_install("--no-deps", environment.wheel)
    unneeded = {"mxnet", "d2l", "matplotlib", "pandas", "nbgrader"}
    for name in sorted(unneeded & environment.installed().keys()):
        raise CommandError(f"{name} is there, which checking must not need")
    environment.uv_install(*PYTEST)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Returns the packages of ``before`` that are not so any more."""
    return [
        f"{name} {version} to {after.get(name, 'nothing')}"
        for name, version in before.items()
        if after.get(name) != version
    ]


#: Runs chapters under nbval, in the environment whose Python runs it; and the
#: files that this takes.
RUNNER = ("-m", "tools.run_chapters")
RUNNER_FILES = ("tools/run_chapters.py", "tools/side_by_side.py")

HERE = Lane("here", "", install_here, all_chapters=True)
DEFAULT_LANES = (
    Lane("main-3.10", "3.10", install_locked),
    Lane("classic", "3.11", install_classic),
    Lane("colab-3.12", "3.12", install_colab),
    Lane("colab-3.13", "3.13", install_colab, all_chapters=True),
    Lane("check-only", "3.13", install_check_only, engine=False),
)


#: The chapter that the others are modeled on.
MODEL = Path("chapters", "normalization", "batch-norm.ipynb")


def all_chapters() -> list[Path]:
    """Returns every chapter, relative to the checkout."""
    found = ROOT.glob("chapters/*/*.ipynb")
    return sorted(path.relative_to(ROOT) for path in found)


@dataclass(frozen=True)
class Material:
    """What is tested in each lane: chapters, and students' notebooks."""

    chapters: Sequence[Path]
    students: Path

    def for_lane(self, lane: Lane) -> Material:
        """Returns what is tested in a lane, of what was asked for."""
        if lane.all_chapters or MODEL not in self.chapters:
            return self
        return Material([MODEL], self.students)


def run_lane(lane: Lane, wheels: Path, material: Material) -> Result:
    """Installs a lane and runs the tests in it."""
    print(f"\n== {lane.name} ==", flush=True)
    result, start = Result(lane.name, lane.python), time.monotonic()
    try:
        environment = Environment(make_environment(lane), wheels)
        lane.install(environment)
        result.python = version_of(environment, "platform.python_version()")
        result.numpy = version_of(
            environment, "__import__('numpy').__version__"
        )
        run_tests(environment, material.for_lane(lane), lane.engine)
    except NoInterpreter as error:
        result.outcome = f"missing: {error}"
    except CommandError as error:
        result.outcome = f"FAILED: {error}"
    result.seconds = time.monotonic() - start
    return result


def make_environment(lane: Lane) -> Path:
    """Returns the Python of a fresh environment for the lane."""
    if lane is HERE:
        return Path(sys.executable)
    try:
        python = output(uv(), "python", "find", "--no-project", lane.python)
    except CommandError as error:
        raise NoInterpreter(f"no Python {lane.python} was found") from error
    folder = LANES / lane.name
    venv = ("venv", "--quiet", "--clear", "--seed", "--python", python)
    execute(uv(), *venv, folder)
    return folder / "bin" / "python"


def version_of(environment: Environment, expression: str) -> str:
    """Returns what a Python expression gives in the environment."""
    code = f"import platform; print({expression})"
    return output(environment.python, "-c", code)


def run_tests(
    environment: Environment, material: Material, engine: bool
) -> None:
    """Runs the tests, the chapters and the exercises on copies of them."""
    pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
    chapters = (*RUNNER, "--contexts", "cpu", *material.chapters)
    parts: dict[str, Sequence[str | Path]] = {
        "the unit tests": (*pytest, f"tests/unit/{'' if engine else 'check'}"),
        **({"the chapters": chapters} if engine else {}),
        "the students' notebooks": (*pytest, "tests/lanes"),
    }
    with tempfile.TemporaryDirectory(prefix="d2l-ext-lane-") as folder:
        work = Path(folder)
        copy_tests(work, material)
        where = "import d2l_check; print(d2l_check.__file__)"
        file = output(environment.python, "-c", where, cwd=work)
        if Path(file).is_relative_to(ROOT / "d2l_check"):
            raise CommandError(f"the tests would not run the wheel but {file}")
        failures = []
        for name, arguments in parts.items():
            try:
                execute(environment.python, *arguments, cwd=work)
            except CommandError:
                failures.append(name)
    if failures:
        raise CommandError(f"{' and '.join(failures)} failed")


def copy_tests(work: Path, material: Material) -> None:
    """Copies what the tests in a lane need, and not the package."""
    # test_stack.py is about the checkout's files, not about a lane.
    ignored = shutil.ignore_patterns("__pycache__", "test_stack.py")
    folders = ("data", "helpers", "unit", "lanes")
    for name in (*(f"tests/{folder}" for folder in folders), "exercises"):
        shutil.copytree(ROOT / name, work / name, ignore=ignored)
    shutil.copytree(material.students, work / "students")
    files = ("pyproject.toml", "tests/conftest.py", *RUNNER_FILES)
    for file in (*files, *material.chapters):
        (work / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, work / file)


def table(results: Iterable[Result]) -> str:
    """Returns the results as a table."""
    row = "{:12} {:8} {:8} {:>8}  {}"
    lines = [row.format("lane", "Python", "NumPy", "seconds", "result")]
    lines += [
        row.format(r.lane, r.python, r.numpy, f"{r.seconds:.0f}", r.outcome)
        for r in results
    ]
    return "\n".join(lines)


def failed(results: Iterable[Result], in_ci: bool) -> bool:
    """Whether a lane failed; a missing Python is a failure only in CI."""
    return any(
        result.outcome != "passed"
        and (in_ci or not result.outcome.startswith("missing"))
        for result in results
    )


def build_wheel() -> Path:
    """Builds the wheel of this checkout and returns its folder."""
    folder = LANES / "wheels"
    shutil.rmtree(folder, ignore_errors=True)
    execute(uv(), "build", "--quiet", "--wheel", "--out-dir", folder, ROOT)
    return folder


def write_students() -> Path:
    """Writes the notebooks that students get and returns their folder."""
    folder = LANES / "students"
    shutil.rmtree(folder, ignore_errors=True)
    # Needs nbgrader: in a process of its own, as Colab's image has none.
    command = ("-m", "tools.exercises", "students", folder)
    execute(sys.executable, *command, cwd=ROOT)
    return folder


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the lanes and returns the exit status."""
    lanes = {lane.name: lane for lane in (*DEFAULT_LANES, HERE)}
    parser = argparse.ArgumentParser(
        prog="python -m tools.lanes", description=__doc__
    )
    parser.add_argument(
        "lanes", nargs="*", metavar="lane", help=", ".join(lanes)
    )
    parser.add_argument(
        "--wheels", type=Path, help="a folder with the wheel, already built"
    )
    parser.add_argument(
        "--students",
        type=Path,
        help="a folder with the students' notebooks, already written",
    )
    parser.add_argument(
        "--chapter",
        type=Path,
        action="append",
        dest="chapters",
        help="only this one; may be given several times",
    )
    arguments = parser.parse_args(argv)
    unknown = sorted(set(arguments.lanes) - lanes.keys())
    if unknown:
        parser.error(f"unknown lane {unknown[0]}; use {', '.join(lanes)}")
    chosen = [lanes[name] for name in arguments.lanes] or DEFAULT_LANES
    wheels = arguments.wheels or build_wheel()
    material = Material(
        arguments.chapters or all_chapters(),
        arguments.students or write_students(),
    )
    results = [run_lane(lane, wheels.resolve(), material) for lane in chosen]
    print(f"\n{table(results)}")
    return int(failed(results, in_ci=bool(os.environ.get("CI"))))


if __name__ == "__main__":
    sys.exit(main())
