"""The environment report says what is there and what does not work."""

from __future__ import annotations

import importlib.metadata
import platform

import d2l_ext
from d2l_ext import config, doctor

import mxnet as mx
import numpy as np
import pytest


def line_of(text, name):
    """Returns the one line about ``name``, and whether it is marked."""
    (line,) = [line for line in text.splitlines() if line[3:].startswith(name)]
    return line, line.startswith("!!")


@pytest.fixture
def data_folder(monkeypatch):
    """Returns a function that sets the cache folder of the settings."""

    def set_folder(folder):
        settings = config.read({"D2L_EXT_DATA": str(folder)})
        monkeypatch.setattr(config, "settings", lambda: settings)

    return set_folder


def test_a_report_names_the_versions(data_folder, tmp_path):
    data_folder(tmp_path)
    text = doctor.environment_report()
    assert platform.python_version() in line_of(text, "Python")[0]
    assert d2l_ext.__version__ in line_of(text, "d2l_ext")[0]
    assert mx.__version__ in line_of(text, "mxnet")[0]
    assert np.__version__ in line_of(text, "numpy")[0]


def test_a_report_of_this_environment_marks_nothing(data_folder, tmp_path):
    data_folder(tmp_path)
    text = doctor.environment_report()
    assert "!!" not in text
    assert text.endswith("Everything works.")


def test_a_report_leaves_the_generators_as_they_are():
    d2l_ext.seed(3)
    expected = mx.np.random.uniform(size=4).tolist()
    d2l_ext.seed(3)
    doctor.environment_report()
    assert mx.np.random.uniform(size=4).tolist() == expected


def test_a_missing_package_is_marked_with_what_to_do(monkeypatch):
    def version(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", version)
    line, marked = line_of(doctor.environment_report(), "pandas")
    assert marked
    assert "pip install --no-deps pandas" in line


def test_mxnet_that_does_not_import_is_marked_and_the_rest_is_reported(
    monkeypatch,
):
    def import_mxnet():
        raise ImportError("mxnet needs the system library libgomp.so.1")

    monkeypatch.setattr(doctor, "import_mxnet", import_mxnet)
    text = doctor.environment_report()
    assert line_of(text, "mxnet") == (
        "!! mxnet          mxnet needs the system library libgomp.so.1",
        True,
    )
    assert line_of(text, "context")[0].endswith("not tried without mxnet")
    assert not line_of(text, "digits")[1]
    assert "4 of 15 lines, marked !!, need attention." in text


def test_damaged_digits_are_marked(monkeypatch):
    monkeypatch.setattr(doctor, "DIGITS_SHA256", "0" * 64)
    line, marked = line_of(doctor.environment_report(), "digits")
    assert marked
    assert "damaged" in line


def test_a_training_step_that_changes_nothing_is_marked(monkeypatch):
    monkeypatch.setattr(mx.gluon.Trainer, "step", lambda *_, **__: None)
    line, marked = line_of(doctor.environment_report(), "training step")
    assert marked
    assert "2 became 2, and not 2.5" in line


def test_a_cache_folder_is_reported_and_not_made(data_folder, tmp_path):
    folder = tmp_path / "not" / "yet"
    data_folder(folder)
    line, marked = line_of(doctor.environment_report(), "cache folder")
    assert not marked
    assert f"{folder} (writable)" in line
    assert list(tmp_path.iterdir()) == []


def test_a_cache_folder_below_a_file_is_marked(data_folder, tmp_path):
    (tmp_path / "file").touch()
    data_folder(tmp_path / "file" / "cache")
    line, marked = line_of(doctor.environment_report(), "cache folder")
    assert marked
    assert "set D2L_EXT_DATA" in line


def test_a_folder_of_the_reader_is_shortened(
    data_folder, monkeypatch, tmp_path
):
    monkeypatch.setenv("HOME", str(tmp_path))
    data_folder(tmp_path / "cache")
    line, _ = line_of(doctor.environment_report(), "cache folder")
    assert "~/cache (writable)" in line


def test_a_wrong_setting_is_marked_with_the_right_ones(monkeypatch):
    monkeypatch.setattr(
        config, "settings", lambda: config.read({"D2L_EXT_SCALE": "huge"})
    )
    line, marked = line_of(doctor.environment_report(), "settings")
    assert marked
    assert "quick, full" in line
