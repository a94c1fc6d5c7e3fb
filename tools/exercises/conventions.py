"""The rules for source notebooks and for the material beside them."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from d2l_check.cases import make_cases, size
from d2l_check.source import Exercise, ExerciseError, stub

import numpy as np
from nbgrader.nbgraderformat import ValidationError

from tools.exercises import template
from tools.exercises.corners import gaps
from tools.exercises.separation import confused
from tools.exercises.student import student_copy
from tools.notebooks import rules
from tools.notebooks.reading import Cell, Finding, Notebook, load

FEWEST_CASES = 6
MOST_NUMBERS = 400
FEWEST_WRONG = 3
#: In each of so many draws the inputs must tell the wrong answers apart.
SEEDS = range(20)

_HEADING = re.compile(r"^#{1,4} +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """An exercise and the headings of its chapter, the title first."""

    exercise: Exercise
    headings: tuple[str, ...]

    @cached_property
    def notebook(self) -> Notebook:
        return Notebook.read(self.exercise.notebook)

    @cached_property
    def cells(self) -> Mapping[str, Cell]:
        return {cell.id: cell for cell in self.notebook.cells}

    def find(self, place: str, message: str) -> Finding:
        """Returns a finding about a cell, or about the material."""
        return Finding(self.exercise.notebook, place, message)


def headings_of(chapter: Path) -> tuple[str, ...]:
    """Returns the headings of a chapter, the title first."""
    cells = Notebook.read(chapter).cells
    texts = [cell.source for cell in cells if cell.is_markdown]
    return tuple(h for text in texts for h in _HEADING.findall(text))


def check_source(source: Source) -> list[Finding]:
    """Returns what is to be mended in one exercise."""
    findings = [
        finding
        for rule in _NOTEBOOK_RULES
        for finding in rule(source.notebook)
    ]
    if tuple(source.cells) != template.CELLS:
        message = f"the cells must be {', '.join(template.CELLS)}"
        return [*findings, source.find("", message)]
    return findings + [f for rule in RULES for f in rule(source)]


def common_cells_are_the_templates(source: Source) -> Iterator[Finding]:
    """All but the statement and the answer is as the template has it."""
    exercise = source.exercise
    text = template.notebook(
        exercise.id,
        exercise.function,
        exercise.points,
        *(source.cells[name].source for name in template.OWN),
    )
    for cell in load(text).cells:
        own = source.cells[cell.id].node
        if cell.source != own.source:
            yield source.find(cell.id, f"must be:\n{cell.source}")
        if cell.metadata != own.metadata:
            yield source.find(cell.id, f"metadata must be {cell.metadata}")


def the_answer_is_one_function(source: Source) -> Iterator[Finding]:
    """The answer's cell defines the function, with a docstring; no more."""
    cell, function = source.cells["answer"], source.exercise.function
    body = cell.tree.body if cell.tree else []
    names = [getattr(node, "name", "") for node in body]
    if names != [function] or not isinstance(body[0], ast.FunctionDef):
        yield source.find("answer", f"must define {function} and no more")
    elif not ast.get_docstring(body[0]):
        yield source.find("answer", f"{function} has no docstring")


def the_solution_can_be_cleared(source: Source) -> Iterator[Finding]:
    """Nbgrader puts the stub in place of the solution, and of all of it."""
    function = source.exercise.function
    try:
        text = student_copy(source.notebook.text, function)
    except (RuntimeError, ValidationError) as error:
        yield source.find("", f"nbgrader: {error}")
        return
    cells = {cell.id: cell.source for cell in load(text).cells}
    tree = ast.parse(cells["answer"]).body[0]
    left = ast.unparse(getattr(tree, "body", [])[1:])
    if left != ast.unparse(ast.parse(stub(function))):
        yield source.find(
            "answer",
            f"all after the docstring belongs between {template.BEGIN!r} and "
            f"{template.END!r}",
        )


def the_statement_says_what_to_write(source: Source) -> Iterator[Finding]:
    """A title, the signature, and the chapter that the exercise belongs to."""
    exercise, text = source.exercise, source.cells["statement"].source
    signature = f"`{exercise.function}({', '.join(exercise.parameters)})`"
    if not text.startswith("# "):
        yield source.find("statement", "needs a title: # Title")
    for needed in (signature, exercise.chapter):
        if needed not in text:
            yield source.find("statement", f"does not name {needed}")


def hints_lead_into_the_chapter(source: Source) -> Iterator[Finding]:
    """Each wrong answer has a sentence, and a heading of the chapter."""
    exercise = source.exercise
    if exercise.chapter != source.headings[0]:
        yield source.find("", f"CHAPTER must be {source.headings[0]!r}")
    if len(exercise.wrong) < FEWEST_WRONG:
        yield source.find("", f"needs {FEWEST_WRONG} wrong answers or more")
    for name, wrong in exercise.wrong.items():
        if not rules.is_word_id(name):
            yield source.find(name, "the name is not words joined by hyphens")
        if wrong.see not in source.headings:
            yield source.find(name, f"no heading {wrong.see!r} in the chapter")
        if not re.fullmatch(r"You .*[.?]", wrong.message):
            yield source.find(name, "the message is not: You ... .")


def parameters_are_all_that_they_may_be(source: Source) -> Iterator[Finding]:
    """Each corner of what a parameter may be has a case, in every draw."""
    exercise = source.exercise
    if (*exercise.may_be,) != exercise.parameters:
        message = f"must say it of {', '.join(exercise.parameters)}"
        yield source.find("MAY_BE", message)
        return
    found = {
        sentence: seed
        for seed in SEEDS
        for sentence in gaps(
            exercise.may_be, [*exercise.cases(np.random.default_rng(seed))]
        )
    }
    for sentence, seed in found.items():
        yield source.find("MAY_BE", f"with seed {seed} {sentence}")


def inputs_tell_answers_apart(source: Source) -> Iterator[Finding]:
    """There are enough inputs, few numbers, and no two answers alike."""
    for seed in SEEDS:
        try:
            cases = make_cases(source.exercise, np.random.default_rng(seed))
        except ExerciseError as error:
            yield source.find("", str(error))
            return
        if len(cases) < FEWEST_CASES:
            yield source.find("", f"needs {FEWEST_CASES} cases or more")
            return
        if size(cases) > MOST_NUMBERS:
            message = f"{size(cases)} numbers in the cases; at most "
            yield source.find("", f"{message}{MOST_NUMBERS}")
        for sentence in confused(cases):
            yield source.find("", f"with seed {seed} {sentence}")


_NOTEBOOK_RULES: tuple[Callable[[Notebook], Iterator[Finding]], ...] = (
    rules.is_clean,
    rules.ids_are_words,
    rules.code_is_python,
    rules.code_is_short,
    rules.tags_are_known,
    rules.first_cells_are_fixed,
)
RULES: tuple[Callable[[Source], Iterator[Finding]], ...] = (
    common_cells_are_the_templates,
    the_answer_is_one_function,
    the_solution_can_be_cleared,
    the_statement_says_what_to_write,
    hints_lead_into_the_chapter,
    parameters_are_all_that_they_may_be,
    inputs_tell_answers_apart,
)
