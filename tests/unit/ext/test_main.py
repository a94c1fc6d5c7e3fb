"""The command line works, on a machine on which MXNet does not, too."""

from __future__ import annotations

import os
import subprocess
import sys

from d2l_ext import __main__, doctor

import pytest


def test_doctor_prints_the_report_and_succeeds(monkeypatch, capsys):
    lines = [doctor.Line("mxnet", "1.9.1")]
    monkeypatch.setattr(__main__, "examine", lambda: lines)
    assert __main__.main(["doctor"]) == 0
    assert capsys.readouterr().out == "   mxnet  1.9.1\nEverything works.\n"


def test_doctor_fails_if_something_does_not_work(monkeypatch, capsys):
    lines = [doctor.Line("a", "well"), doctor.Line("b", "ill", works=False)]
    monkeypatch.setattr(__main__, "examine", lambda: lines)
    assert __main__.main(["doctor"]) == 1
    assert "!! b  ill" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["docter"], []])
def test_an_unknown_command_is_refused_and_the_known_ones_listed(
    arguments, capsys
):
    with pytest.raises(SystemExit) as stopped:
        __main__.main(arguments)
    assert stopped.value.code == 2
    assert "doctor" in capsys.readouterr().err


def run_doctor(folder, **environment):
    return subprocess.run(
        [sys.executable, "-m", "d2l_ext", "doctor"],
        cwd=folder,
        env=os.environ | {"D2L_EXT_DATA": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_package_runs_as_a_command(tmp_path):
    done = run_doctor(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "training step" in done.stdout


def test_doctor_reports_an_mxnet_that_cannot_be_imported(tmp_path):
    stub = tmp_path / "stub" / "mxnet"
    stub.mkdir(parents=True)
    (stub / "__init__.py").write_text(
        'raise OSError("libquadmath.so.0: cannot open shared object file")'
    )
    done = run_doctor(tmp_path, PYTHONPATH=str(stub.parent))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "!! mxnet" in done.stdout
    assert "apt-get install libquadmath0" in done.stdout
    assert "Python" in done.stdout


def test_course_says_where_it_went(capsys):
    with pytest.raises(SystemExit) as stopped:
        __main__.main(["course", "grade", "--jobs", "2"])
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert "python -m d2l_course grade --jobs 2" in said
