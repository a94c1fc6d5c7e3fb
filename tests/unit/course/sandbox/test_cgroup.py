"""A sandbox is in a group of its own, where the system offers one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from d2l_course.sandbox import cgroup
from d2l_course.sandbox.bubblewrap import Bubblewrap
from d2l_course.sandbox.session import Session

import pytest


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Returns a function that makes a system's groups, as plain folders."""
    root = tmp_path / "cgroup"

    def make(own, *with_memory):
        (tmp_path / "own").write_text(f"4:memory:/other\n0::/{own}\n")
        for folder in (root / own, *(root / own).parents):
            if folder.is_relative_to(root):
                folder.mkdir(parents=True, exist_ok=True)
                name = folder.relative_to(root).as_posix()
                given = "cpu memory\n" if name in with_memory else "cpu\n"
                (folder / "cgroup.subtree_control").write_text(given)
                (folder / "cgroup.procs").touch()
        return root

    monkeypatch.setattr(cgroup, "ROOT", root)
    monkeypatch.setattr(cgroup, "_OWN", tmp_path / "own")
    return make


def test_the_nearest_group_is_taken_that_limits_memory(system):
    root = system("user/app/shell", ".", "user", "user/app")
    assert cgroup.parent() == root / "user/app"


def test_the_root_may_be_the_one(system):
    root = system("", ".")
    assert cgroup.parent() == root


@pytest.mark.parametrize("own", ["", "user/app"])
def test_where_no_group_limits_memory_there_is_none(system, own):
    system(own)
    assert cgroup.parent() is None


def test_a_group_that_others_own_is_not_taken(system, monkeypatch):
    root = system("user/app", ".", "user")

    def access(path, mode):
        return not Path(path).is_relative_to(root / "user")

    monkeypatch.setattr(cgroup.os, "access", access)
    assert cgroup.parent() == root


def test_without_control_groups_there_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(cgroup, "_OWN", tmp_path / "missing")
    assert cgroup.parent() is None


def test_a_command_runs_in_its_group(tmp_path):
    group = tmp_path / "group"
    command = cgroup.entering(group, 1000, ["echo", "a b", "$0"])
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout == "a b $0\n"
    assert (group / "memory.max").read_text() == "1000\n"
    assert (group / "cgroup.procs").read_text() == "0\n"


def test_a_command_runs_without_a_group_where_none_can_be_made(tmp_path):
    command = cgroup.entering(tmp_path / "no" / "group", 1, ["echo", "x"])
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("x\n", "")


def test_a_group_is_removed(tmp_path):
    group = tmp_path / "group"
    group.mkdir()
    subprocess.run(cgroup.leaving(group), check=True)
    assert not group.exists()


def test_bubblewrap_is_in_a_group_that_is_removed_after_it(system):
    root = system("", ".")
    box = Bubblewrap()
    command, end = box.command("d2l-x"), box.end_command("d2l-x")
    assert os.fspath(root / "d2l-x") in command
    assert os.fspath(root / "d2l-x") in end
    assert str((box.limits.memory + 128) << 20) in command
    system("")
    assert box.command("d2l-x")[0] == "bwrap"
    assert box.end_command("d2l-x") == []


@pytest.mark.skipif(
    cgroup.parent() is None or not shutil.which("bwrap"),
    reason="the system offers no group with a limit on memory",
)
def test_a_sandbox_is_in_its_group_and_the_group_is_gone_after_it():
    with Session(Bubblewrap()) as session:
        groups = Path(f"/proc/{session._process.pid}/cgroup").read_text()
        assert session._name in groups
        group = cgroup.parent() / session._name
        assert group.is_dir()
    assert not group.exists()
