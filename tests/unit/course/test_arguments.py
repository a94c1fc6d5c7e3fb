"""What the command line understands."""

from __future__ import annotations

import re
from pathlib import Path

from d2l_course.arguments import RISK, parser
from d2l_course.sandbox.base import Limits

import pytest


def parse(*arguments):
    return parser().parse_args(arguments)


def error(capsys, *arguments):
    """Returns what is said about arguments that are wrong."""
    with pytest.raises(SystemExit) as caught:
        parse(*arguments)
    assert caught.value.code == 2
    return capsys.readouterr().err


def test_a_new_course_takes_its_folder_and_exercises():
    options = parse("new", "course", "a.b", "c.d", "--assignment", "hw1")
    assert (options.folder, options.ids) == (Path("course"), ["a.b", "c.d"])
    assert (options.assignment, options.exercises) == ("hw1", None)


@pytest.mark.parametrize("command", ["release", "grade", "feedback", "export"])
def test_each_command_works_here_on_the_only_assignment(command):
    options = parse(command)
    assert (options.command, options.course) == (command, Path())
    assert (options.assignment, options.db) == ("", "")
    options = parse(command, "--course", "c", "--assignment", "a")
    assert (options.course, options.assignment) == (Path("c"), "a")


def test_grading_keeps_the_sandboxs_limits_and_is_careful():
    options, limits = parse("grade"), Limits()
    for name in ("seconds", "cell_seconds", "call_seconds", "memory"):
        assert getattr(options, name) == getattr(limits, name)
    assert options.without_sandbox is False
    assert options.again is False
    assert options.sandbox is None
    assert options.jobs >= 1


def test_grading_without_a_sandbox_takes_the_whole_option(capsys):
    assert parse("grade", RISK).without_sandbox is True
    assert "risk" in RISK
    shorter = RISK.removesuffix("-risk")
    assert shorter in error(capsys, "grade", shorter)


def test_limits_are_the_graders():
    options = parse("grade", "--cell-seconds", "0.5", "--memory", "99")
    assert (options.cell_seconds, options.memory) == (0.5, 99)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--jobs", "0"), ("--jobs", "-1"), ("--jobs", "two")),
        *(("--memory", "0"), ("--memory", "1.5")),
        *(("--seconds", "0"), ("--call-seconds", "-1")),
        *(("--cell-seconds", "nan"), ("--seconds", "long")),
        ("--sandbox", "none"),
    ],
)
def test_a_limit_that_is_none_is_refused(capsys, option, value):
    said = error(capsys, "grade", f"{option}={value}")
    assert f"argument {option}" in said
    assert value in said
    assert "_" not in said.partition("error:")[2]


@pytest.mark.parametrize(
    "arguments", [(), ("new", "course"), ("collect",), ("mark",)]
)
def test_what_is_missing_or_unknown_is_told(capsys, arguments):
    assert "usage: python -m d2l_course" in error(capsys, *arguments)


def test_collecting_takes_a_folder_and_a_pattern():
    options = parse("collect", "all.zip", "--students", "(?P<student>x)")
    assert options.submissions == [Path("all.zip")]
    assert options.students == "(?P<student>x)"
    assert (options.roster, options.dry_run) == (None, False)
    assert options.attempt == "newest"


def test_collecting_takes_several_zips_and_a_roster():
    options = parse("collect", "a.zip", "b.zip", "--roster", "all.csv")
    assert options.submissions == [Path("a.zip"), Path("b.zip")]
    assert options.roster == Path("all.csv")
    options = parse("collect", "a", "--attempt", "first", "--dry-run")
    assert (options.attempt, options.dry_run) == ("first", True)


def test_an_attempt_that_is_none_is_refused(capsys):
    said = error(capsys, "collect", "a", "--attempt", "last")
    assert "argument --attempt" in said


def test_feedback_is_for_all_or_for_some():
    assert parse("feedback").students == []
    assert parse("feedback", "jane", "zoe").students == ["jane", "zoe"]


@pytest.mark.parametrize("command", [(), ("grade",), ("new",), ("collect",)])
def test_help_has_a_word_on_each_option(capsys, command):
    with pytest.raises(SystemExit) as caught:
        parse(*command, "--help")
    assert caught.value.code == 0
    said = capsys.readouterr().out
    # An option without help is followed by another one, or by nothing.
    assert not re.search(r"\n  --[\w-]+( [A-Z]+)?\n(  -|\n|$)", said)
