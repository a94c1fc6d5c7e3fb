"""The worker sees the Python installation, and nothing else."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from d2l_course.sandbox import mounts
from d2l_course.sandbox.mounts import masked, parents, unneeded


def test_what_is_in_two_mounts_is_covered_in_both(tmp_path):
    for name in ("usr/lib", "course"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "lib").symlink_to("usr/lib")
    hidden = tmp_path / "usr" / "lib" / "course"
    hidden.mkdir()
    shown = {
        os.fspath(tmp_path / name): f"/{name}" for name in ("lib", "usr/lib")
    }
    covered = masked(shown, (hidden, tmp_path / "course"))
    assert covered == ["/lib/course", "/usr/lib/course"]


def test_packages_of_another_environment_are_covered(monkeypatch, tmp_path):
    base = Path(
        mounts.sysconfig.get_path("purelib", vars={"base": sys.base_prefix})
    )
    mine = tmp_path / "site-packages"
    monkeypatch.setattr(mounts, "libraries", lambda: [os.fspath(mine)])
    ours = [mine / name for name in ("d2l_check", "d2l_course", "d2l_ext")]
    assert unneeded() == [*ours, base]
    monkeypatch.setattr(mounts, "libraries", lambda: [os.fspath(base)])
    assert unneeded() == [base / path.name for path in ours]


def test_no_mount_is_inside_another():
    # Outside, an installed worker is inside the folder of all packages.
    paths = [Path(path) for path in mounts.mounts().values()]
    for path in paths:
        assert not [o for o in paths if o != path and path.is_relative_to(o)]


def test_folders_above_mounts_come_from_the_top():
    above = parents(["/a/b/c", "/a/d"])
    assert above == ["/a", "/a/b"]
    assert not {"/", "/tmp"} & set(parents(["/tmp/a/b"]))
