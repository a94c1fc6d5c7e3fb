"""No submission gets points that it did not earn, or does any harm."""

from __future__ import annotations

import contextlib
import csv
import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import d2l_course
from d2l_check.answers import load
from d2l_course import cli

import psutil
import pytest
import submitting

ROOT = Path(d2l_course.__file__).parents[1]
SECRET = "a-secret-of-the-instructor"
LIMITS = (
    *("--jobs", "4", "--seconds", "8", "--cell-seconds", "2"),
    *("--call-seconds", "3", "--memory", "500"),
)
RESULTS = {name: found for name, (found, _) in submitting.sources().items()}
RESULTS |= {name: found for name, (found, _) in submitting.ODD.items()}
#: The names of the files that the submissions write wherever they can.
WRITTEN = {
    *("d2l-written-by-a-student", "disk"),
    *("results.json", "ada.json", "conv-axes.json", "grades.csv"),
}
RIGHT = [name for name, result in RESULTS.items() if result == "right"]

pytestmark = [
    pytest.mark.skipif(
        sys.platform != "linux", reason="the sandboxes are Linux's"
    ),
    # All submissions are graded before the first test: minutes, if busy.
    pytest.mark.timeout(1500),
]


def course(folder, command, *arguments):
    options = [] if command == "new" else ["--course", str(folder)]
    return cli.main([command, *options, *map(str, arguments)])


def new_course(folder):
    """Makes a course with one exercise that is released."""
    exercises = ROOT / "exercises"
    new = ("new", folder, "batch-norm.conv-axes", "--exercises", exercises)
    assert course(folder, *new) == 0
    assert course(folder, "release") == 0
    return folder / "release" / "batch-norm" / submitting.NOTEBOOK


def table(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def left_by_students():
    """Returns what submissions have written where others write, too."""
    return {
        path
        for folder in ("/", "/tmp", "/var/tmp", "/dev/shm")
        for path in Path(folder).glob("*")
        if path.name in WRITTEN or path.name.isdigit()
    }


def workers():
    """Returns the processes below this one that grade, by their ids."""
    found = set()
    for process in psutil.Process().children(recursive=True):
        # Those that end meanwhile are none.
        with contextlib.suppress(psutil.Error):
            if "inside.worker" in " ".join(process.cmdline()):
                found.add(process.pid)
    return found


@pytest.fixture(scope="module", autouse=True)
def _parent_of_orphans():
    """Makes this process the parent of what its children leave behind."""
    prctl, set_child_subreaper = ctypes.CDLL(None).prctl, 36
    prctl(set_child_subreaper, 1, 0, 0, 0)
    yield
    prctl(set_child_subreaper, 0, 0, 0, 0)


@pytest.fixture(scope="module")
def graded_and_left(tmp_path_factory):
    """Returns a graded course's folder, and what was left outside of it."""
    folder = tmp_path_factory.mktemp("course") / "course"
    release = new_course(folder)
    submissions = folder.parent / "submissions"
    submitting.write_sources(submissions, release)
    submitting.write_odd(submissions, release)
    own = tmp_path_factory.mktemp("own")
    folders = [own / name for name in ("here", "home", "temporary")]
    for path in folders:
        path.mkdir()
    here, home, temporary = folders
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("D2L_TEST_SECRET", SECRET)
        patch.chdir(here)
        patch.setenv("HOME", str(home))
        patch.setenv("TMPDIR", str(temporary))
        patch.setattr(tempfile, "tempdir", None)
        before = left_by_students()
        assert course(folder, "collect", submissions) == 0
        assert course(folder, "grade", *LIMITS) == 0
        files = left_by_students() - before
        files |= {path for each in folders for path in each.iterdir()}
    assert course(folder, "feedback") == 0
    assert course(folder, "export") == 0
    return folder, (files, workers())


@pytest.fixture(scope="module")
def graded(graded_and_left):
    return graded_and_left[0]


@pytest.fixture(scope="module")
def report(graded):
    rows = table(graded / "reports" / "batch-norm-graded.csv")
    return {row["student"]: row for row in rows}


def test_there_are_many_hostile_submissions():
    assert len(RESULTS) >= 60


@pytest.mark.parametrize("name", [n for n, found in RESULTS.items() if found])
def test_each_submission_is_found_out_and_named(name, report):
    assert report[name]["result"] == RESULTS[name], report[name]


@pytest.mark.parametrize("name", [n for n, f in RESULTS.items() if not f])
def test_what_cannot_be_graded_is_named_when_it_is_collected(name, graded):
    rows = table(graded / "reports" / "batch-norm-collected.csv")
    assert name not in os.listdir(graded / "submitted")
    assert [row["taken"] for row in rows if name in row["file"]] == ["no"]


def test_only_right_answers_get_points(graded):
    scores = {
        row["student"]: (float(row["score"]), float(row["max_score"]))
        for row in table(graded / "batch-norm.csv")
    }
    points = {name: (2.0 * (name in RIGHT), 2.0) for name in scores}
    assert scores == points
    assert set(RIGHT) < set(scores)


def test_no_submission_finds_what_it_looks_for(graded, report):
    pages = [
        path.read_text("utf-8").partition("<main>")[2]
        for path in graded.glob("feedback/*/*/*.html")
    ]
    assert len(pages) == len(report)
    told = [row["message"] + row["errors in cells"] for row in report.values()]
    assert [text for text in told if SECRET in text] == []
    # What the code says of itself is in a page, but no more than that.
    assert [
        text for text in told if "FOUND" in text and "script" not in text
    ] == []
    assert [page for page in pages if SECRET in page] == []


def test_the_environment_inside_says_nothing_of_the_machine(report):
    told = report["reading-the-environment"]["message"]
    assert "'HOME': '/tmp'" in told
    assert "'sandbox', False)" in told


def test_hidden_inputs_do_not_come_back(graded):
    # It lets ten calls pass: those of the inputs that are shown.
    assert len(load("batch-norm.conv-axes")) <= 10
    name = "carrying-hidden-inputs-out"
    text = (graded / "results" / "batch-norm" / f"{name}.json").read_text()
    assert "FOUND" not in text
    assert "on others it raises an exception" in text


def test_feedback_runs_nothing_of_a_student(graded):
    for path in graded.glob("feedback/*/*/*.html"):
        page = path.read_text("utf-8")
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page


def test_no_process_and_no_file_is_left(graded_and_left):
    _, left = graded_and_left
    assert left == (set(), set())


@pytest.fixture
def slow_course(tmp_path):
    """Returns a course in which each of twelve submissions takes a while."""
    folder = tmp_path / "course"
    release = new_course(folder)
    answer = ["import time\ntime.sleep(0.4)", submitting.RIGHT]
    raw = submitting.notebook(release, answer)
    for number in range(12):
        name = f"student-{number:02}"
        path = folder / "submitted" / name / "batch-norm" / release.name
        submitting.write(path, raw)
    return folder


def wait_until(condition, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


def ledgers(folder):
    """Returns the time of writing of each result that is there."""
    paths = (folder / "results" / "batch-norm").glob("[!.]*.json")
    return {path.stem: path.stat().st_mtime_ns for path in paths}


def test_a_grader_that_is_killed_goes_on_where_it_was(slow_course, capsys):
    command = [sys.executable, "-m", "d2l_course", "grade"]
    with subprocess.Popen(
        [*command, "--course", str(slow_course), "--jobs", "2"],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as grader:
        wait_until(lambda: len(ledgers(slow_course)) >= 4)
        grader.send_signal(signal.SIGKILL)
    wait_until(lambda: not workers())
    first = ledgers(slow_course)
    assert 4 <= len(first) < 12
    assert course(slow_course, "grade", "--jobs", "4") == 0
    said = capsys.readouterr().out
    assert f"12 submissions, {len(first)} of them graded before" in said
    # One at most was graded, but the gradebook did not have it yet.
    again = {
        n for n, t in ledgers(slow_course).items() if first.get(n, t) != t
    }
    assert len(again) <= 1
    assert len(ledgers(slow_course)) == 12
    with sqlite3.connect(slow_course / "gradebook.db") as gradebook:
        scores = gradebook.execute("SELECT auto_score FROM grade").fetchall()
    gradebook.close()
    assert scores == [(2.0,)] * 12
    assert not list(slow_course.rglob(".*.part"))
