"""Grades one student's notebook: runs it inside, judges it outside."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from d2l_ext.course.channel import Forfeit
from d2l_ext.course.sandbox import Sandbox
from d2l_ext.course.session import Session
from d2l_ext.exercises import calling, comparing, judging
from d2l_ext.exercises.cases import Cases
from d2l_ext.exercises.judging import Verdict, judge
from d2l_ext.exercises.showing import Feedback

#: Kinds of results besides those of verdicts and of forfeits.
MISSING = "missing"
UNREADABLE = "unreadable"
NOT_DEFINED = "not-defined"

#: All that is said of hidden inputs. The number of a line, the shape of a
#: result or the text of an exception could carry them out.
_HIDDEN = {
    calling.NOT_IMPLEMENTED: "raises NotImplementedError",
    calling.RAISED: "raises an exception",
    calling.MODIFIED_INPUT: "changes an argument",
    calling.TOO_SLOW: "takes too long",
    comparing.WRONG_TYPE: "returns a wrong type",
    comparing.WRONG_SHAPE: "returns a wrong shape",
    comparing.NOT_FINITE: "returns NaN or infinity",
    comparing.WRONG: "returns a wrong value",
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
    problem, message : str
        If there is nothing to run: the kind of result, and why.
    shown, hidden : Cases
        The inputs whose failures the feedback shows, and those that it does
        not.
    """

    notebook: str
    shown: Cases
    hidden: Cases
    code: Sequence[str] | None = None
    problem: str = ""
    message: str = ""

    def running(self, code: Sequence[str]) -> Task:
        """Returns the task with code to run."""
        return replace(self, code=code)

    def without(self, problem: str, message: str) -> Task:
        """Returns the task with the reason why there is no code."""
        return replace(self, problem=problem, message=message)


@dataclass(frozen=True)
class Result:
    """What a notebook is worth, and why.

    Attributes
    ----------
    notebook : str
        Its name.
    kind : str
        A verdict's or a forfeit's kind, or one of this module.
    message : str
        What happened, for the student.
    right : bool
        Whether it gets its points. There is no other way to get them.
    name : str
        The misconception, if it is one.
    html, text : str
        The box that the student sees.
    errors : tuple of str
        What the notebook's cells raised.
    seconds : float
    """

    notebook: str
    kind: str
    message: str
    right: bool = False
    name: str = ""
    html: str = ""
    text: str = ""
    errors: tuple[str, ...] = ()
    seconds: float = 0.0


def grade_submission(tasks: Sequence[Task], sandbox: Sandbox) -> list[Result]:
    """Grades all notebooks of one student, each in a sandbox of its own.

    Raises
    ------
    SandboxError
        If a sandbox does not start; this is not the student's fault.
    """
    return [grade_notebook(task, sandbox) for task in tasks]


def grade_notebook(task: Task, sandbox: Sandbox) -> Result:
    """Grades one notebook; see :func:`grade_submission`."""
    start = time.monotonic()
    errors: list[str] = []
    try:
        if task.code is None:
            raise Forfeit(task.problem, task.message)
        with Session(sandbox) as session:
            errors += session.run(task.code, task.shown.function)
            verdict = _judge(task, session)
        kind = verdict.kind
    except Forfeit as error:
        verdict, kind = _stopped(error), error.kind
    except LookupError as error:
        verdict = Verdict(calling.NOT_IMPLEMENTED, str(error.args[0]))
        kind = NOT_DEFINED
    box = Feedback(task.shown, verdict)
    return Result(
        notebook=task.notebook,
        kind=kind,
        message=printable(verdict.message),
        right=kind == judging.RIGHT,
        name=verdict.name,
        html=printable(box.to_html()),
        text=printable(str(box)),
        errors=tuple(map(printable, errors)),
        seconds=time.monotonic() - start,
    )


def _stopped(error: Forfeit) -> Verdict:
    """Returns how a notebook is shown that was not judged to its end."""
    written = error.kind not in (MISSING, UNREADABLE)
    kind = calling.TOO_SLOW if written else calling.NOT_IMPLEMENTED
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
    if hidden.kind == judging.MISCONCEPTION:
        return replace(hidden, example=None)
    return Verdict(
        hidden.kind,
        "Your function is right on the inputs that are shown, and on others "
        f"it {_HIDDEN[hidden.kind]}: it must be right on all.",
    )


def printable(text: str) -> str:
    """Returns a student's text as any file takes it, without control codes."""
    # What no UTF-8 stands for, in a file's name say, gets a backslash.
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
