"""The machine in words."""

import os

from d2l_ext.evidence import machine

import pytest


@pytest.fixture
def cpuinfo(tmp_path, monkeypatch):
    """Returns a function that says what Linux tells of the processor."""

    def tell(text):
        path = tmp_path / "cpuinfo"
        path.write_text(text)
        monkeypatch.setattr(machine, "CPUINFO", path)

    return tell


def test_processor_cores_threads_and_context_are_named(
    cpuinfo, monkeypatch, with_settings
):
    cpuinfo("processor\t: 0\nmodel name\t: A fast one\nflags\t: fpu\n")
    monkeypatch.setattr(machine.platform, "machine", lambda: "x86_64")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with_settings(ctx="cpu(1)")
    assert machine.describe() == (
        f"A fast one (x86_64), {os.cpu_count()} processors, OMP_NUM_THREADS "
        "3, cpu(1)"
    )


@pytest.mark.parametrize("text", ["", "processor\t: 0\nBogoMIPS\t: 50\n"])
def test_a_processor_without_a_name_is_named_by_its_kind(cpuinfo, text):
    cpuinfo(text)
    kind = f"{machine.platform.system()} {machine.platform.machine()}, "
    assert machine.describe().startswith(kind)


def test_where_there_is_no_such_file_it_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "CPUINFO", tmp_path / "none")
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert "OMP_NUM_THREADS not set" in machine.describe()
