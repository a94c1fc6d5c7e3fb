"""The sandbox shows the Python installation, and nothing else."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from d2l_ext.course import sandbox
from d2l_ext.course.sandbox import (
    BUBBLEWRAP,
    DOCKER,
    NONE,
    PODMAN,
    Limits,
    Sandbox,
)
from d2l_ext.course.session import Session

import numpy as np
import pytest

needs_bubblewrap = pytest.mark.skipif(
    not shutil.which("bwrap"), reason="bubblewrap is not installed"
)


def pairs(command, option):
    return [command[n + 1] for n, word in enumerate(command) if word == option]


def test_bubblewrap_shares_nothing(monkeypatch):
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 1000)
    command = Sandbox().command("name")
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
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 0)
    command = Sandbox().command("name")
    for name in ("pid", "net", "ipc", "uts"):
        assert f"--unshare-{name}" in command
    assert pairs(command, "--cap-add") == ["CAP_SETUID", "CAP_SETGID"]
    uids = {Sandbox().uid() for _ in range(10)}
    assert len(uids) == 10
    assert min(uids) >= 1_000_000_000


def test_only_python_and_the_system_are_mounted():
    mounted = pairs(Sandbox().command("name"), "--ro-bind")
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
    course = Path(sandbox.__file__).parent
    worker = {f"{course / name}.py" for name in sandbox._MODULES}
    system = set(sandbox._SYSTEM)
    assert set(mounted) <= system | python | {*sandbox._libraries(), *worker}
    assert worker <= set(mounted)
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


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Returns the package's folder where it is installed from a wheel."""
    package = tmp_path / "site-packages" / "d2l_ext"
    (package / "_files").mkdir(parents=True)
    (package / "_files" / "answers.npz").write_text("inputs and results")
    libraries = [*sandbox._libraries(), os.fspath(package.parent)]
    monkeypatch.setattr(sandbox, "_libraries", lambda: libraries)
    return package


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
    with Session(Sandbox()) as session:
        session.run([READ], "read")

        def read(path):
            return session.call("read", (os.fspath(path),)).value

        assert read(beside) == "# can be read"
        answers = installed / "_files" / "answers.npz"
        assert read(answers) == "FileNotFoundError"
        assert "def encode" in read("/grader/course/wire.py")
        for name in ("marking", "sandbox", "collect"):
            assert read(f"/grader/course/{name}.py") == "FileNotFoundError"


def test_containers_cover_it_too(installed):
    command = Sandbox(DOCKER).command("name")
    assert f"--tmpfs={installed}:size=4k" in command


def test_what_is_in_two_mounts_is_covered_in_both(tmp_path):
    for name in ("usr/lib", "course"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    hidden = tmp_path / "usr" / "lib" / "course"
    hidden.mkdir()
    mounts = {
        os.fspath(tmp_path / name): f"/{name}" for name in ("lib", "usr/lib")
    }
    covered = Sandbox(hidden=(hidden, tmp_path / "course"))._masked(mounts)
    assert covered == ["/lib/course", "/usr/lib/course"]


def test_packages_of_another_environment_are_covered(monkeypatch, tmp_path):
    base = Path(
        sandbox.sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
    )
    mine = tmp_path / "site-packages"
    monkeypatch.setattr(sandbox, "_libraries", lambda: [os.fspath(mine)])
    assert sandbox._unneeded() == [mine / "d2l_ext", base]
    monkeypatch.setattr(sandbox, "_libraries", lambda: [os.fspath(base)])
    assert sandbox._unneeded() == [base / "d2l_ext"]


def test_a_course_in_the_installation_is_covered(tmp_path):
    inside = Path(np.__file__).parent
    for kind in (BUBBLEWRAP, DOCKER):
        hidden = Sandbox(kind, hidden=(inside, tmp_path)).command("name")
        text = " ".join(hidden)
        assert f"--tmpfs {inside}" in text or f"--tmpfs={inside}" in text
        assert f"{tmp_path}" not in text


@pytest.mark.parametrize("kind", [DOCKER, PODMAN])
def test_containers_are_as_closed(kind):
    one = Sandbox(kind, Limits(memory=100), image="tiny")
    command = one.command("name")
    assert command[:3] == [kind, "run", "--name=name"]
    for option in (
        *("--network=none", "--read-only", "--cap-drop=ALL", "--memory=228m"),
        *("--security-opt=no-new-privileges", "--pids-limit=32", "tiny"),
    ):
        assert option in command
    # Ended also if the grader is killed, and whatever image it is.
    assert command[command.index("tiny") + 1] == sandbox._TIMEOUT
    assert f"--volume={sandbox._TIMEOUT}:{sandbox._TIMEOUT}:ro" in command
    volumes = [word for word in command if word.startswith("--volume=")]
    assert volumes
    assert all(word.endswith(":ro") for word in volumes)
    assert one.end_command("name") == [kind, "kill", "name"]
    assert one.uid() is None


def test_without_a_sandbox_there_is_python_alone():
    command = Sandbox(NONE).command("name")
    assert command[0] == os.path.realpath(sys.executable)
    assert {"-I", "-S"} <= set(command)
    assert Sandbox(NONE).end_command("name") == []


def test_no_mount_is_inside_another():
    # Outside, an installed worker is inside the folder of all packages.
    paths = [Path(path) for path in sandbox._mounts().values()]
    for path in paths:
        assert not [o for o in paths if o != path and path.is_relative_to(o)]


def test_folders_above_mounts_can_be_passed_by_anyone():
    assert sandbox._parents(["/a/b/c"])[-3:] != []
    parents = sandbox._parents(["/a/b/c", "/a/d"])
    assert parents.index("/a") < parents.index("/a/b")
    assert not {"/", "/tmp"} & set(sandbox._parents(["/tmp/a/b"]))
    assert "/a/b/c" not in parents


def test_limits_are_what_the_kernel_counts_in():
    limits = Limits(seconds=7, memory=2).of_resources()
    assert limits["AS"] == 2 * 2**20
    assert limits["CPU"] >= 7
    assert limits["CORE"] == 0


def test_python_may_be_below_tmp(monkeypatch):
    monkeypatch.setattr(sandbox, "_unneeded", list)
    monkeypatch.setattr(sandbox.sys, "base_prefix", "/tmp/python")
    monkeypatch.setattr(sandbox, "_libraries", lambda: ["/tmp/python/numpy"])
    monkeypatch.setattr(sandbox.Path, "exists", lambda path: True)
    command = Sandbox().command("name")
    assert command.index("/tmp") < command.index("/tmp/python")
