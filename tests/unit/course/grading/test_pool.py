"""Submissions are graded here, or on a cluster, in the same way."""

from __future__ import annotations

import sys

from d2l_check.cases import make_cases
from d2l_course.course import CourseError
from d2l_course.grading import pool
from d2l_course.grading.marking import Task, grade_submission
from d2l_course.grading.pool import open_workers
from d2l_course.sandbox.base import SandboxError
from d2l_course.sandbox.bubblewrap import Bubblewrap

import numpy as np
import pytest
from small_course import ASSIGNMENT, RIGHT, UNBOXED


@pytest.fixture
def tasks(course_to_copy):
    (exercise,) = course_to_copy.exercises(ASSIGNMENT).values()
    cases = make_cases(exercise, np.random.default_rng(0))
    return [Task("double-it", cases, cases, [RIGHT])]


def test_this_machine_has_as_many_threads_as_jobs(tasks):
    with open_workers([UNBOXED], jobs=3, dask="") as opened:
        executor, width, sandbox = opened
        assert width == 3
        (result,) = executor.submit(grade_submission, tasks, sandbox).result()
    assert result.right


@pytest.fixture
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=2,
        processes=False,
        dashboard_address=None,
    ) as cluster:
        yield cluster


@pytest.mark.filterwarnings("default")
def test_a_cluster_grades_by_its_address(cluster, tasks):
    address = cluster.scheduler_address
    with open_workers([UNBOXED], 1, address) as opened:
        executor, width, sandbox = opened
        assert width == 4
        (result,) = executor.submit(grade_submission, tasks, sandbox).result()
    assert result.right


@pytest.mark.filterwarnings("default")
def test_a_sandbox_must_work_on_every_machine(cluster, monkeypatch):
    monkeypatch.setattr(pool, "why_not", lambda sandbox: "is broken")
    address = cluster.scheduler_address
    with (
        pytest.raises(SandboxError, match=r"bubblewrap on .*: is broken"),
        open_workers([Bubblewrap()], 1, address),
    ):
        pass


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_is_not_there_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(pool, "_PATIENCE", 0.5)
    with (
        pytest.raises(CourseError, match="no Dask scheduler at tcp://127"),
        open_workers([UNBOXED], 1, "tcp://127.0.0.1:9"),
    ):
        pass


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(CourseError, match="pip install distributed"),
        open_workers([UNBOXED], 1, "tcp://somewhere:1"),
    ):
        pass
