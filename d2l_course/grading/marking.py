"""Grades one student's notebook: runs it inside, judges it outside."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from d2l_check.box import Feedback
from d2l_check.cases import Cases
from d2l_check.judge import Verdict, judge
from d2l_check.outcome import Kind
from d2l_course.result import Result, printable
from d2l_course.sandbox.base import Sandbox
from d2l_course.sandbox.channel import Forfeit
from d2l_course.sandbox.session import Session

#: Kinds of results besides those of verdicts and of forfeits.

#: All that is said of hidden inputs. The number of a line, the shape of a
#: result or the text of an exception could carry them out.
_HIDDEN = {
    Kind.NOT_IMPLEMENTED: "raises NotImplementedError",
    Kind.RAISED: "raises an exception",
    Kind.MODIFIED_INPUT: "changes an argument",
    Kind.TOO_SLOW: "takes too long",
    Kind.WRONG_TYPE: "returns a wrong type",
    Kind.WRONG_SHAPE: "returns a wrong shape",
    Kind.NOT_FINITE: "returns NaN or infinity",
    Kind.WRONG: "returns a wrong value",
}


@dataclass(frozen=True)
class Task:
    """A notebook to grade, as data that can be sent to another machine.

    Attributes
    ----------
    notebook : str
        Its name.
    code : sequence of str or None
        Its code cells; None if there is nothing to run.
    problem : Kind or None
    message : str
        If there is nothing to run: the kind of result, and why.
    shown, hidden : Cases
        The inputs whose failures the feedback shows, and those that it does
        not.
    earlier : sequence of sequences of str
        The code cells of attempts that count if this one is not right.
    """

    notebook: str
    shown: Cases
    hidden: Cases
    code: Sequence[str] | None = None
    problem: Kind | None = None
    message: str = ""
    earlier: Sequence[Sequence[str]] = ()

    def running(self, code: Sequence[str]) -> Task:
        """Returns the task with code to run."""
        return replace(self, code=code, problem=None, message="")

    def without(self, problem: Kind, message: str) -> Task:
        """Returns the task with the reason why there is no code."""
        return replace(self, problem=problem, message=message)


def grade_submission(tasks: Sequence[Task], sandbox: Sandbox) -> list[Result]:
    """Grades all notebooks of one student, each in a sandbox of its own.

    Raises
    ------
    SandboxError
        If a sandbox does not start; this is not the student's fault.
    """
    return [_grade_attempts(task, sandbox) for task in tasks]


def _grade_attempts(task: Task, sandbox: Sandbox) -> Result:
    """Returns the result of the newest attempt that is right, if any is."""
    newest = grade_notebook(task, sandbox)
    if newest.right:
        return newest
    for number, code in enumerate(task.earlier, start=1):
        result = grade_notebook(task.running(code), sandbox)
        if result.right:
            return replace(result, earlier=number)
    return newest


def grade_notebook(task: Task, sandbox: Sandbox) -> Result:
    """Grades one notebook; see :func:`grade_submission`."""
    start = time.monotonic()
    errors: list[str] = []
    try:
        if task.problem is not None:
            raise Forfeit(task.problem, task.message)
        with Session(sandbox) as session:
            errors += session.run(task.code or (), task.shown.function)
            verdict = _judge(task, session)
        kind = verdict.kind
    except Forfeit as error:
        verdict, kind = _stopped(error), error.kind
    except LookupError as error:
        verdict = Verdict(Kind.NOT_IMPLEMENTED, str(error.args[0]))
        kind = Kind.NOT_DEFINED
    box = Feedback(task.shown, verdict)
    return Result(
        notebook=task.notebook,
        kind=kind,
        message=printable(verdict.message),
        right=kind == Kind.RIGHT,
        name=verdict.name,
        html=printable(box.to_html()),
        text=printable(str(box)),
        errors=tuple(map(printable, errors)),
        seconds=time.monotonic() - start,
    )


def _stopped(error: Forfeit) -> Verdict:
    """Returns how a notebook is shown that was not judged to its end."""
    written = error.kind not in (Kind.MISSING, Kind.UNREADABLE)
    kind = Kind.TOO_SLOW if written else Kind.NOT_IMPLEMENTED
    return Verdict(kind, str(error))


def _judge(task: Task, session: Session) -> Verdict:
    """Judges on inputs that may be shown, and then on the hidden ones."""
    call = partial(session.call, task.shown.function)
    verdict = judge(task.shown, call)
    if not verdict.right:
        return verdict
    hidden = judge(task.hidden, call)
    if hidden.right:
        return replace(
            verdict, message="Your function is right on all inputs."
        )
    if hidden.kind == Kind.MISCONCEPTION:
        return replace(hidden, example=None)
    return Verdict(
        hidden.kind,
        "Your function is right on the inputs that are shown, and on others "
        f"it {_HIDDEN[hidden.kind]}: it must be right on all.",
    )
