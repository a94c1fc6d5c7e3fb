"""The lanes: what is installed, what counts as a failure, what is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import lanes, processes
from tools.exercises.student import write_copies
from tools.lanes import Material, Result
from tools.notebooks import colab_command
from tools.processes import CommandError


class FakeEnvironment:
    """Records what is installed, and installs nothing."""

    wheels = Path("/wheels with spaces")
    wheel = wheels / "d2l_ext-0.1.0-py3-none-any.whl"

    def __init__(self, *installed):
        self.installed = iter(installed).__next__
        self.calls = []

    def pip(self, *arguments, **environ):
        self.calls.append((arguments, environ))

    def uv_install(self, *requirements):
        self.calls.append(requirements)


def test_the_classic_lane_installs_the_list_and_the_wheel():
    pins = {"numpy": "1.23.5", "mxnet": "1.9.1", "d2l": "1.0.3"}
    text = (lanes.ROOT / "environment.yml").read_text()
    listed = lanes.pip_list(text)
    everything = dict(line.split("==") for line in listed if "==" in line)
    assert pins.items() <= everything.items()
    environment = FakeEnvironment(everything)
    lanes.install_classic(environment)
    (requirements,) = environment.calls
    assert requirements == (*listed[:-1], environment.wheel)
    assert listed[-1] == "-e ."


def test_the_classic_lane_fails_if_a_pin_was_not_obeyed():
    environment = FakeEnvironment({"numpy": "2.4.6"})
    with pytest.raises(CommandError, match=r"numpy 1\.23\.5 to 2\.4\.6"):
        lanes.install_classic(environment)


def test_the_colab_lane_runs_the_command_of_the_cell(monkeypatch):
    monkeypatch.setenv("PIP_FIND_LINKS", "file:///mirror")
    environment = FakeEnvironment({"numpy": "2.0"}, {"numpy": "2.0"})
    lanes.install_here(environment)
    arguments, environ = environment.calls[0]
    assert list(arguments) == colab_command()
    assert arguments[0] == "install"
    assert environ == {
        "PIP_FIND_LINKS": "file:///wheels%20with%20spaces file:///mirror"
    }


@pytest.mark.parametrize(
    ("after", "message"),
    [({"numpy": "1.26"}, "numpy 2.0 to 1.26"), ({}, "numpy 2.0 to nothing")],
)
def test_the_colab_lane_fails_if_the_cell_changes_a_package(after, message):
    environment = FakeEnvironment({"numpy": "2.0"}, after | {"mxnet": "1.9.1"})
    with pytest.raises(CommandError, match=message):
        lanes.install_here(environment)


def test_the_lane_that_only_checks_installs_numpy_and_ipython():
    environment = FakeEnvironment({"numpy": "2.0", "d2l-ext": "0.1.0"})
    lanes.install_check_only(environment)
    assert environment.calls == [
        ("numpy", "ipython"),
        ("--no-deps", environment.wheel),
        lanes.PYTEST,
    ]


def test_the_lane_that_only_checks_fails_where_the_engine_is():
    environment = FakeEnvironment({"numpy": "2.0", "mxnet": "1.9.1"})
    with pytest.raises(CommandError, match="mxnet is there"):
        lanes.install_check_only(environment)


@pytest.mark.parametrize("engine", [True, False])
def test_a_lane_without_the_engine_runs_no_chapters(
    monkeypatch, tmp_path, engine
):
    ran = []
    environment = lanes.Environment(tmp_path / "python", tmp_path)
    monkeypatch.setattr(lanes, "copy_tests", lambda work, material: None)
    monkeypatch.setattr(lanes, "output", lambda *words, cwd: "elsewhere")
    monkeypatch.setattr(
        lanes, "execute", lambda python, *words, cwd: ran.append(words)
    )
    chapter = Path("chapters/one.ipynb")
    lanes.run_tests(environment, Material([chapter], tmp_path), engine)
    assert any(chapter in words for words in ran) is engine
    units = "tests/unit/" if engine else "tests/unit/check"
    assert [words[-1] for words in ran if chapter not in words] == [
        *(units, "tests/lanes")
    ]


def test_an_unknown_lane_is_refused_and_the_lanes_are_listed(capsys):
    with pytest.raises(SystemExit):
        lanes.main(["collab"])
    assert "colab-3.12, colab-3.13" in capsys.readouterr().err


def test_a_python_that_is_missing_is_named(monkeypatch, tmp_path):
    lane = lanes.Lane("future", "3.99", lanes.install_colab)
    monkeypatch.setattr(lanes, "LANES", tmp_path)
    material = Material([], tmp_path)
    result = lanes.run_lane(lane, tmp_path, material)
    assert result.outcome == "missing: no Python 3.99 was found"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("outcome", "in_ci", "expected"),
    [
        ("passed", False, False),
        ("passed", True, False),
        ("missing: no Python 3.13 was found", False, False),
        ("missing: no Python 3.13 was found", True, True),
        ("FAILED: the chapters failed", False, True),
    ],
)
def test_a_missing_python_fails_only_in_ci(outcome, in_ci, expected):
    results = [Result("classic"), Result("colab", outcome=outcome)]
    assert lanes.failed(results, in_ci) is expected


def test_the_table_has_a_row_for_each_lane():
    results = [Result("classic", "3.11.7", "1.23.5", "passed", 61.4)]
    head, row = lanes.table(results).splitlines()
    assert head.split() == ["lane", "Python", "NumPy", "seconds", "result"]
    assert row.split() == ["classic", "3.11.7", "1.23.5", "61", "passed"]


def test_the_tests_are_copied_without_the_package(tmp_path):
    chapters = lanes.all_chapters()
    assert Path("chapters/normalization/batch-norm.ipynb") in chapters
    students, work = tmp_path / "copies", tmp_path / "work"
    write_copies(lanes.ROOT / "exercises", students)
    lanes.copy_tests(work, Material(chapters, students))
    assert all((work / chapter).is_file() for chapter in chapters)
    assert (work / "tests/unit/course/test_report.py").is_file()
    assert not (work / "d2l_ext").exists()
    handed_out = {p.relative_to(students) for p in students.rglob("*.ipynb")}
    for folder in ("students", "exercises"):
        copied = (work / folder).rglob("*.ipynb")
        assert handed_out == {p.relative_to(work / folder) for p in copied}


def test_the_newest_lane_runs_every_chapter(tmp_path):
    chapters = lanes.all_chapters()
    assert lanes.MODEL in chapters
    everything, other = Material(chapters, tmp_path), Material([], tmp_path)
    found = {
        lane.name: list(everything.for_lane(lane).chapters)
        for lane in lanes.DEFAULT_LANES
    }
    assert found.pop("colab-3.13") == chapters
    assert all(others == [lanes.MODEL] for others in found.values())
    # What is asked for by name runs in each.
    assert all(other.for_lane(lane) is other for lane in lanes.DEFAULT_LANES)


def test_a_command_that_fails_says_so():
    with pytest.raises(CommandError, match="exited 3"):
        processes.execute(sys.executable, "-c", "raise SystemExit(3)")
    with pytest.raises(CommandError, match="ValueError: no"):
        processes.output(sys.executable, "-c", "raise ValueError('no')")


def test_a_command_does_not_see_the_environment_around_it(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "somewhere")
    code = "import os; print(os.environ.get('PYTHONPATH'))"
    assert processes.output(sys.executable, "-c", code) == "None"


def test_uv_that_is_nowhere_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(CommandError, match="pip install uv"):
        processes.uv()
