"""Bubblewrap shares nothing but what is mounted."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from d2l_course.sandbox import bubblewrap, mounts
from d2l_course.sandbox.bubblewrap import Bubblewrap
from d2l_course.sandbox.session import Session

import numpy as np
import pytest

needs_bubblewrap = pytest.mark.skipif(
    not shutil.which("bwrap"), reason="bubblewrap is not installed"
)


def pairs(command, option):
    return [command[n + 1] for n, word in enumerate(command) if word == option]


def test_it_shares_nothing(monkeypatch):
    monkeypatch.setattr(bubblewrap.os, "geteuid", lambda: 1000)
    command = Bubblewrap().command("name")
    for option in (
        *("--unshare-all", "--die-with-parent", "--new-session"),
        *("--clearenv", "--remount-ro"),
    ):
        assert option in command
    assert "--share-net" not in command
    assert "--bind" not in command
    assert "--cap-add" not in command


def test_for_root_the_namespaces_are_the_same_and_the_user_is_nobody(
    monkeypatch,
):
    monkeypatch.setattr(bubblewrap.os, "geteuid", lambda: 0)
    command = Bubblewrap().command("name")
    for name in ("pid", "net", "ipc", "uts"):
        assert f"--unshare-{name}" in command
    assert pairs(command, "--cap-add") == ["CAP_SETUID", "CAP_SETGID"]
    uids = {Bubblewrap().uid() for _ in range(10)}
    assert len(uids) == 10
    assert min(uids) >= 1_000_000_000


def test_only_python_and_the_system_are_mounted():
    mounted = pairs(Bubblewrap().command("name"), "--ro-bind")
    prefixes = {sys.base_prefix, os.path.realpath(sys.base_prefix)}
    python = {
        os.path.realpath(sys.executable),
        *(
            f"{prefix}/{lib}"
            for prefix in prefixes
            for lib in ("lib", "lib64")
        ),
    }
    site = os.fspath(Path(np.__file__).parents[1])
    worker = os.fspath(mounts.WORKER)
    shown = {*mounts.SYSTEM, *mounts.libraries(), worker}
    assert set(mounted) <= shown | python
    assert worker in mounted
    assert any(Path(site).is_relative_to(path) for path in mounted)
    # On a hub, /usr/local/share has what all students hand in.
    for folder in (
        Path.home(),
        "/usr",
        "/usr/local",
        "/usr/share",
        "/usr/bin",
    ):
        assert os.fspath(folder) not in mounted


def test_nothing_can_be_written(installed):
    command = Bubblewrap(hidden=(installed,)).command("name")
    in_memory = {*pairs(command, "--tmpfs"), "/"}
    assert len(in_memory) > 2
    assert set(pairs(command, "--remount-ro")) == in_memory


READ = """
def read(path):
    try:
        return open(path).read()
    except OSError as error:
        return type(error).__name__
"""


@needs_bubblewrap
def test_an_installed_package_is_covered_but_for_the_worker(installed):
    beside = installed.with_name("beside.py")
    beside.write_text("# can be read")
    with Session(Bubblewrap()) as session:
        session.run([READ], "read")

        def read(path):
            return session.call("read", (os.fspath(path),)).value

        assert read(beside) == "# can be read"
        answers = installed / "_files" / "answers.npz"
        assert read(answers) == "FileNotFoundError"
        assert "def encode" in read(f"{mounts.INSIDE}/wire.py")
        for name in ("session", "base", "mounts"):
            for folder in ("/grader", mounts.INSIDE):
                path = f"{folder}/{name}.py"
                assert read(path) == "FileNotFoundError"


MAKE = """
import os, tempfile

def make(folder):
    made = []
    for way in (os.mkdir, os.mkfifo, lambda path: os.symlink("x", path),
                lambda path: open(path, "w").close()):
        try:
            way(f"{folder}/d2l")
        except OSError:
            continue
        made.append(way)
    return len(made)
"""


@needs_bubblewrap
def test_no_name_is_made_anywhere(installed):
    with Session(Bubblewrap()) as session:
        session.run([MAKE], "make")
        for folder in ("/tmp", "/", "/grader", os.fspath(installed), "/dev"):
            assert session.call("make", (folder,)).value == 0


def test_a_course_in_the_installation_is_covered(tmp_path):
    inside = Path(np.__file__).parent
    hidden = Bubblewrap(hidden=(inside, tmp_path)).command("name")
    assert f"--tmpfs {inside}" in " ".join(hidden)
    assert f"{tmp_path}" not in " ".join(hidden)


def test_python_may_be_below_tmp(monkeypatch):
    monkeypatch.setattr(mounts, "unneeded", list)
    monkeypatch.setattr(mounts.sys, "base_prefix", "/tmp/python")
    monkeypatch.setattr(mounts, "libraries", lambda: ["/tmp/python/numpy"])
    monkeypatch.setattr(mounts.Path, "exists", lambda path: True)
    command = Bubblewrap().command("name")
    assert command.index("/tmp") < command.index("/tmp/python")
