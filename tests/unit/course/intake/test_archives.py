"""All files are found, and nothing is unpacked to a disk."""

from __future__ import annotations

import errno
import io
import os
import tracemalloc
import zipfile
from contextlib import suppress
from pathlib import Path

from d2l_course.course import CourseError
from d2l_course.intake import archives
from d2l_course.intake.archives import walk

import pytest
from mangling import MANY, many_mangled


def packed(**files):
    """Returns a zip; a name's double underscore stands for a slash."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/"), data)
    return stream.getvalue()


def found(paths):
    return {
        str(file.path): file.problem or file.read() for file in walk(paths)
    }


def test_a_folder_with_zips_in_it(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.ipynb").write_bytes(b"1")
    inner = packed(y=b"2", deep__z=b"3")
    (tmp_path / "b.ZIP").write_bytes(packed(**{"inner.zip": inner}))
    assert found([tmp_path]) == {
        "a/x.ipynb": b"1",
        "b.ZIP/inner.zip/y": b"2",
        "b.ZIP/inner.zip/deep/z": b"3",
    }


def test_a_zip_is_read_like_a_folder(tmp_path):
    path = tmp_path / "all.zip"
    path.write_bytes(packed(ada__x=b"1", **{".DS_Store": b""}))
    assert found([path]) == {"ada/x": b"1"}


def test_names_in_a_zip_lead_nowhere(tmp_path):
    path = tmp_path / "all.zip"
    path.write_bytes(
        packed(**{"../../x": b"1", "/etc/y": b"2", "..\\z": b"3"})
    )
    assert found([path]) == {"x": b"1", "etc/y": b"2", "z": b"3"}
    assert os.listdir(tmp_path) == ["all.zip"]


def test_links_and_pipes_are_named_and_left(tmp_path):
    (tmp_path / "link").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    assert found([tmp_path]) == {
        "link": "it is a link",
        "pipe": "it is no regular file",
    }


def test_a_link_to_a_folder_is_not_followed(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "x").write_text("x")
    (tmp_path / "in" / "link").symlink_to(tmp_path / "secret")
    assert found([tmp_path / "in"]) == {"link": "it is a link"}


def test_large_files_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 10)
    (tmp_path / "x").write_bytes(bytes(11))
    (tmp_path / "y.zip").write_bytes(packed(z=bytes(11)))
    assert set(found([tmp_path])) == {"x", "y.zip/z"}
    assert all(
        "it has more than" in text for text in found([tmp_path]).values()
    )


def test_a_students_zip_unpacks_to_so_much_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "_MOST_UNPACKED", 100)
    bomb = packed(a=bytes(60), b=bytes(60))
    (tmp_path / "ada.zip").write_bytes(bomb)
    assert found([tmp_path]) == {"ada.zip": "the zip unpacks to too much"}
    # The instructor's own has a whole class in it.
    assert set(found([tmp_path / "ada.zip"])) == {"a", "b"}


def test_zips_in_zips_end_somewhere(tmp_path):
    data = b"x"
    for _ in range(10):
        data = packed(**{"more.zip": data})
    (tmp_path / "deep.zip").write_bytes(data)
    ((name, _),) = found([tmp_path]).items()
    assert name.count("more.zip") == 3


@pytest.mark.parametrize("data", [b"PK\3\4" + bytes(100), b"", b"no zip"])
def test_a_broken_zip_is_named(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    assert found([tmp_path])["x.zip"].startswith("the zip cannot be read")


def test_a_damaged_member_is_an_error_of_its_own(tmp_path):
    data = packed(x=b"some text that is long enough", y=b"2")
    broken = data.replace(data[31:36], b"!!!!!", 1)
    (tmp_path / "x.zip").write_bytes(broken)
    files = {str(file.path): file for file in walk([tmp_path])}
    assert set(files) == {"x.zip/x", "x.zip/y"}
    for file in walk([tmp_path]):
        if file.path.name == "x":
            with pytest.raises(OSError, match="it cannot be read"):
                file.read()
        else:
            assert file.read() == b"2"


def test_what_is_neither_folder_nor_zip_is_refused(tmp_path):
    (tmp_path / "x").write_text("x")
    for name in ("x", "nothing"):
        with pytest.raises(CourseError, match="neither a folder nor a zip"):
            found([tmp_path / name])


def test_two_slashes_do_not_hide_whose_zip_it_is(tmp_path):
    (tmp_path / "ada.zip").write_bytes(packed(**{"//zoe/x": b"1"}))
    assert found([tmp_path]) == {"ada.zip/zoe/x": b"1"}


def test_a_zip_that_lies_about_its_sizes_is_not_unpacked(tmp_path):
    data = bytearray(packed(x=bytes(100 << 20)))
    at = data.find(b"PK\1\2")
    data[at + 24 : at + 28] = data[22:26] = (10).to_bytes(4, "little")
    (tmp_path / "x.zip").write_bytes(data)
    tracemalloc.start()
    try:
        for file in walk([tmp_path]):
            with pytest.raises(OSError, match="it cannot be read"):
                file.read()
        assert tracemalloc.get_traced_memory()[1] < 10 << 20
    finally:
        tracemalloc.stop()


def test_a_damaged_stream_is_an_error_of_its_own(tmp_path):
    data = bytearray(packed(x=b"x" * 5000))
    data[31:35] = b"\xff" * 4
    (tmp_path / "x.zip").write_bytes(data)
    for file in walk([tmp_path]):
        with pytest.raises(OSError, match="it cannot be read"):
            file.read()


def test_zips_in_zips_unpack_to_so_much_together(tmp_path, monkeypatch):
    # The largest of the zips is below it.
    monkeypatch.setattr(archives, "_MOST_UNPACKED", 4000)
    inner = packed(a=bytes(200))
    bomb = packed(**{f"{n}.zip": inner for n in range(9)})
    (tmp_path / "ada.zip").write_bytes(packed(**{"bomb.zip": bomb}))
    for submissions in (tmp_path, zipped(tmp_path)):
        names = found([submissions])
        assert "the zip unpacks to too much" in names.values()
        assert sum(name.endswith("a") for name in names) < 9


def test_a_students_zip_has_so_many_files_and_no_more(tmp_path):
    many = {str(n): b"" for n in range(archives._MOST_MEMBERS + 1)}
    (tmp_path / "ada.zip").write_bytes(packed(**many))
    assert found([tmp_path]) == {"ada.zip": "the zip unpacks to too much"}
    assert len(found([tmp_path / "ada.zip"])) == len(many)


@pytest.mark.parametrize("name", ["", "\0", "\0x.ipynb", "/", "//", ".."])
def test_a_member_without_a_name_stops_no_other(tmp_path, name):
    # zipfile cuts a name at a NUL, and does not write an empty one.
    data = packed(AAAAAAAA=b"1", y=b"2")
    raw = name.encode().ljust(8, b"\0") if name else b"\0" * 8
    (tmp_path / "ada.zip").write_bytes(data.replace(b"AAAAAAAA", raw))
    (tmp_path / "bob.zip").write_bytes(packed(x=b"3"))
    names = found([tmp_path])
    assert names["ada.zip/y"] == b"2"
    assert names["bob.zip/x"] == b"3"


def test_what_zipfile_raises_is_a_files_problem(tmp_path, monkeypatch):
    (tmp_path / "ada.zip").write_bytes(packed(x=b"1"))
    (tmp_path / "y").write_bytes(b"2")

    def fail(_):
        raise IndexError("string index out of range")

    monkeypatch.setattr(zipfile.ZipFile, "infolist", fail)
    names = found([tmp_path])
    assert names["ada.zip"].startswith("the zip cannot be read: string index")
    assert names["y"] == b"2"


@pytest.mark.parametrize("name", ["ada.zip", "ada"])
def test_what_may_not_be_read_is_a_files_problem(tmp_path, monkeypatch, name):
    # The owner of the machine may read everything, so the refusal is ours.
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "x").write_bytes(b"1")
    (tmp_path / "ada.zip").write_bytes(packed(x=b"1"))
    (tmp_path / "bob.zip").write_bytes(packed(x=b"3"))
    for method in ("open", "iterdir"):
        refuse(monkeypatch, method, tmp_path / name)
    names = found([tmp_path])
    assert names[name] == "it cannot be read: Permission denied"
    assert names["bob.zip/x"] == b"3"


def refuse(monkeypatch, method, refused):
    whole = getattr(Path, method)

    def open_or_refuse(path, *args, **options):
        if path == refused:
            raise PermissionError(errno.EACCES, "Permission denied")
        return whole(path, *args, **options)

    monkeypatch.setattr(Path, method, open_or_refuse)


def test_the_instructors_zip_that_may_not_be_read_is_an_error(
    tmp_path, monkeypatch
):
    (tmp_path / "all.zip").write_bytes(packed(x=b"1"))
    refuse(monkeypatch, "open", tmp_path / "all.zip")
    with pytest.raises(CourseError, match="cannot be read: Permission"):
        found([tmp_path / "all.zip"])


def test_no_spoiled_zip_stops_the_others(tmp_path):
    data = packed(x=b"1" * 40, d__y=b"2", **{"z.zip": packed(w=b"3" * 9)})
    for number, broken in enumerate(many_mangled(data)):
        (tmp_path / f"{number:05}.zip").write_bytes(broken)
    (tmp_path / "whole.zip").write_bytes(packed(x=b"1"))
    tops = set()
    for file in walk([tmp_path]):
        tops.add(file.path.parts[0])
        if not file.problem:
            with suppress(OSError):
                last = file.read()
    assert len(tops) > MANY // 2
    assert last == b"1"


def test_names_without_a_mark_may_be_utf_8_all_the_same(tmp_path):
    data = bytearray(packed(**{"José.ipynb": b"1"}))
    for at in (6, data.find(b"PK\1\2") + 8):
        data[at + 1] &= 0xF7
    (tmp_path / "all.zip").write_bytes(data)
    assert found([tmp_path / "all.zip"]) == {"José.ipynb": b"1"}


def outers(paths, students=()):
    return {str(file.place.outer) for file in walk(paths, students)}


def test_what_is_in_a_students_zip_the_student_named(tmp_path):
    (tmp_path / "hw").mkdir()
    path = tmp_path / "hw" / "ada.zip"
    path.write_bytes(packed(bob__x=b"1", **{"zoe.zip": packed(x=b"2")}))
    assert outers([tmp_path]) == {"hw/ada.zip"}
    assert outers([path]) == {"bob/x", "zoe.zip"}
    assert outers([path], students=["ada"]) == {"ada.zip"}
    assert outers([path, path]) == {"ada.zip"}


def test_parts_of_a_download_are_one(tmp_path):
    parts = [tmp_path / f"Week 3-20241105T103000Z-00{n}.zip" for n in (1, 2)]
    for part, name in zip(parts, ("ada", "bob"), strict=True):
        part.write_bytes(packed(**{f"Week 3/{name}": b"1"}))
    for submissions in (parts, [tmp_path]):
        assert outers(submissions) == {"Week 3/ada", "Week 3/bob"}
    # One that lies among others' is a student's.
    (tmp_path / "ada.zip").write_bytes(packed(x=b"1"))
    assert len(outers([tmp_path])) == 3


def zipped(folder):
    """Returns a zip of all that is in a folder."""
    names = {path.name: path.read_bytes() for path in folder.iterdir()}
    path = folder.with_name(f"{folder.name}.zip")
    path.write_bytes(packed(**names))
    return path
