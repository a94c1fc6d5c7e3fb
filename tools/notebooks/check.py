"""Runs every rule over the notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tools.notebooks import rules
from tools.notebooks.claims import claims_are_consistent
from tools.notebooks.clocks import gates_read_no_clock
from tools.notebooks.figures import figures_are_described, images_have_alt_text
from tools.notebooks.names import names_are_defined_once
from tools.notebooks.reading import Course, Finding, NotANotebook, Notebook

#: Rules for one notebook.
NOTEBOOK_RULES: tuple[Callable[[Notebook], Iterator[Finding]], ...] = (
    rules.is_clean,
    rules.ids_are_words,
    rules.code_is_python,
    rules.code_is_short,
    rules.tags_are_known,
    rules.kept_outputs_are_compared,
    rules.first_cells_are_fixed,
    figures_are_described,
    images_have_alt_text,
)
#: Rules for all the chapters together.
COURSE_RULES: tuple[
    Callable[[Course, Sequence[Notebook]], Iterator[Finding]], ...
] = (
    claims_are_consistent,
    gates_read_no_clock,
    names_are_defined_once,
)


def check(course: Course, files: Sequence[Path]) -> list[Finding]:
    """Returns what is to be mended in ``files`` and in the whole course.

    Rules for one notebook look at ``files`` alone. Those for the course
    always look at every chapter: whether a claim is used twice does not show
    in the one chapter that changed.
    """
    findings: list[Finding] = []
    for notebook in _read(files, findings):
        for rule in NOTEBOOK_RULES:
            findings += rule(notebook)
    unreadable: list[Finding] = []
    chapters = list(_read(course.paths, unreadable))
    findings += (found for found in unreadable if found.path not in files)
    for course_rule in COURSE_RULES:
        findings += course_rule(course, chapters)
    return findings


def _read(
    files: Sequence[Path], findings: list[Finding]
) -> Iterator[Notebook]:
    for path in files:
        try:
            yield Notebook.read(path)
        except NotANotebook as error:
            findings.append(Finding(path, "", str(error)))
