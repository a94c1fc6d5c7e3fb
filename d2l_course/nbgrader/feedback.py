"""Writes each student's feedback as HTML, with nbgrader's converter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from d2l_course.course import Course, CourseError
from d2l_course.nbgrader.convert import convert

#: What nbgrader's page lacks on a telephone.
_HEAD = """\
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
.anchor-link { display: none; }
.panel-heading::after { content: ""; display: table; clear: both; }
.highlight { overflow-x: auto; }
.d2l-check pre { border: none; padding: 0 0 .4em; }
.rendered_html td { padding-right: .8em; vertical-align: baseline; }
@media (max-width: 600px) {
  body { padding: 0; }
  .prompt { display: none; }
  .container, .panel-body { padding: 6px; }
  .d2l-check th { display: block; }
  .d2l-check td { display: block; }
}
</style>
</head>"""


def write_feedback(
    course: Course, assignment: str, students: Iterable[str]
) -> Iterator[tuple[str, list[Path]]]:
    """Writes and yields each student's pages, one for each notebook.

    Raises
    ------
    CourseError
        At the end, if nbgrader refused somebody's; the message names them.
    """
    refused = []
    for student in students:
        try:
            convert(course, "GenerateFeedback", assignment, student)
        except CourseError as error:
            refused.append(f"no feedback for {student}: {error}")
            continue
        folder = course.path("feedback", student, assignment)
        pages = sorted(folder.glob("*.html"))
        for page in pages:
            text = page.read_text("utf-8")
            page.write_text(text.replace("</head>", _HEAD, 1), "utf-8")
        yield student, pages
    if refused:
        raise CourseError("\n".join(refused))
