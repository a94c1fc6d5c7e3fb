"""A file is there as a whole, or as it was before."""

from __future__ import annotations

import errno
import os

from d2l_course.course import CourseError
from d2l_course.files import make_private, write_atomically

import pytest


def test_a_file_is_written_with_its_folder_for_its_owner_alone(tmp_path):
    path = tmp_path / "a" / "b.json"
    write_atomically(path, "é")
    assert path.read_text("utf-8") == "é"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_stays_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "one"
    write_atomically(path, "old")

    def full(_):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
@pytest.mark.parametrize("number", ["ENOSPC", "EROFS", "EACCES", "EDQUOT"])
def test_a_disk_that_takes_nothing_is_a_sentence(
    tmp_path, monkeypatch, number, step
):
    path = tmp_path / "one"
    write_atomically(path, b"old")
    code = getattr(errno, number)

    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(CourseError, match=os.strerror(code)) as caught:
        write_atomically(path, "new")
    assert str(caught.value).startswith(f"{path} cannot be written")
    monkeypatch.undo()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_an_interrupted_writer_left_is_in_nobodys_way(tmp_path):
    (tmp_path / ".one.part").write_text("a long half of a file")
    write_atomically(tmp_path / "one", "new")
    assert (tmp_path / "one").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("group", "folder_mode", "file_mode"),
    [(False, 0o700, 0o600), (True, 0o770, 0o660)],
)
def test_what_is_private_is_closed_to_others(
    tmp_path, group, folder_mode, file_mode
):
    root = tmp_path / "course"
    (root / "a" / "b").mkdir(parents=True)
    (root / "left").mkdir()
    outside = tmp_path / "outside"
    outside.touch()
    (root / "link").symlink_to(outside)
    for path in (root / "one", root / "a" / "b" / "two", root / "left" / "x"):
        path.touch()
    for path in (outside, root, *root.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    make_private(root, "left", group)
    for name in ("", "a", "a/b"):
        assert (root / name).stat().st_mode & 0o777 == folder_mode
    for name in ("one", "a/b/two"):
        assert (root / name).stat().st_mode & 0o777 == file_mode
    assert outside.stat().st_mode & 0o777 == 0o666
    assert (root / "left" / "x").stat().st_mode & 0o777 == 0o666
