"""MXNet computes on a CPU with the scheduler and threads that pay there."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys

import d2l_ext
from d2l_ext.engine import threads

import pytest

ENGINE_VARIABLES = (
    *("MXNET_ENGINE_TYPE", "OMP_NUM_THREADS"),
    *("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"),
)

#: Prints the variables as a new process has them after the import.
ENGINE = f"""
import json, os
import d2l_ext
from mxnet import np
np.ones(3).sum().item()
print(json.dumps([os.environ.get(name) for name in {ENGINE_VARIABLES}]))
"""


@pytest.fixture
def no_engine(monkeypatch):
    """Takes away what this process has set for itself."""
    for name in ENGINE_VARIABLES:
        # Set first, so that monkeypatch puts back that it was not there.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setattr(threads, "chosen", {})


def test_a_cpu_computes_without_a_scheduler_on_all_cores(
    run_python, no_engine
):
    (engine, count, policy, spins), _ = run_python(ENGINE)
    assert engine == "NaiveEngine"
    assert int(count) == min(threads.usable_cores(), threads.MAX_THREADS)
    assert (policy, int(spins)) == (None, threads.SPIN_COUNT)


@pytest.mark.parametrize(
    "own",
    [
        ("ThreadedEngine", "1", "active", None),
        ("NaiveEngine", "3", "passive", "7"),
    ],
)
def test_what_the_user_has_set_stays(run_python, no_engine, monkeypatch, own):
    for name, value in zip(ENGINE_VARIABLES, own, strict=True):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert run_python(ENGINE)[0] == list(own)


def test_a_number_of_spins_that_the_user_has_set_stays(no_engine, monkeypatch):
    monkeypatch.setenv("GOMP_SPINCOUNT", "7")
    threads.choose_engine()
    assert os.environ["GOMP_SPINCOUNT"] == "7"
    assert set(threads.chosen) == {"MXNET_ENGINE_TYPE", "OMP_NUM_THREADS"}


@pytest.mark.parametrize(
    ("quota", "expected"),
    [
        ("max 100000\n", 8),
        ("1600000 100000\n", 8),
        ("250000 100000\n", 2),
        ("50000 100000\n", 1),
        (None, 8),
    ],
)
def test_a_containers_share_bounds_the_cores(
    tmp_path, monkeypatch, quota, expected
):
    path = tmp_path / "cpu.max"
    if quota is not None:
        path.write_text(quota)
    monkeypatch.setattr(
        os, "sched_getaffinity", lambda _: range(8), raising=False
    )
    assert threads.usable_cores(path) == expected


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="binds to cores on Linux"
)
def test_a_process_bound_to_a_core_computes_with_one_thread(
    run_python, no_engine
):
    bind = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])"
    (_, count, *_), _ = run_python(bind, ENGINE)
    assert count == "1"


def test_a_cuda_build_keeps_its_scheduler(no_engine, monkeypatch):
    monkeypatch.setattr(threads, "cuda_build", lambda: "mxnet-cu112")
    threads.choose_engine()
    assert not any(name in os.environ for name in ENGINE_VARIABLES)


def test_the_engines_line_is_not_shown(tmp_path, no_engine):
    home = pathlib.Path(d2l_ext.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", ENGINE],
        env=os.environ | {"PYTHONPATH": os.fspath(home)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


def test_only_the_engines_line_is_taken_out(capfd):
    with threads.without_engine_line():
        os.write(2, b"first\n[1] MXNet start using engine: X\nlast\n")
    assert capfd.readouterr().err == "first\nlast\n"


def test_workers_of_gluons_data_loader_compute(run_python, no_engine):
    total, error = run_python(
        """
        import json, warnings
        import d2l_ext
        from mxnet import gluon, np

        # The pool of threads is there before the workers are forked.
        layer = gluon.nn.Conv2D(4, 3)
        layer.initialize()
        layer(np.ones((64, 1, 28, 28))).wait_to_read()
        images = np.full((64, 28, 28, 1), 255, dtype="uint8")
        data = gluon.data.ArrayDataset(images, np.ones(64)).transform_first(
            gluon.data.vision.transforms.ToTensor()
        )
        # Python 3.12 warns of a fork beside threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        loader = gluon.data.DataLoader(data, 32, num_workers=2, timeout=30)
        total = sum(X.sum().item() for X, _ in loader)
        print(json.dumps(total))
        """
    )
    assert error is None
    assert total == 64 * 28 * 28
