"""What keeps a course safe from others; this needs no nbgrader."""

from __future__ import annotations

from typing import Any

from d2l_course.course import Course, CourseError
from d2l_course.files import make_private, write_atomically

_FILE = "nbgrader_config.py"
_FILTERS = {
    "markdown2html": "d2l_course.nbgrader.sanitize.safe_markdown2html",
    "strip_files_prefix": "d2l_course.nbgrader.sanitize.unchanged",
    "highlight_code": "d2l_course.nbgrader.sanitize.safe_code",
    "clean_html": "d2l_course.nbgrader.sanitize.safe_html",
}
#: The end of the settings of each course.
PROTECTION = "\n".join(
    (
        "# Who opens Formgrader must not run what a student wrote.",
        "c.TemplateExporter.filters.update(",
        "    {",
        *(f'        "{name}": "{to}",' for name, to in _FILTERS.items()),
        "    }",
        ")",
        "c.HTMLExporter.sanitize_html = True",
        "",
    )
)


def protect(course: Course) -> bool:
    """Completes the settings of a course that an earlier version made.

    Returns
    -------
    bool
        Whether they had to be.

    Raises
    ------
    CourseError
        If other settings stand against it; the message says what to write.
    """
    if _is_protected(course.config()):
        return False
    path = course.root / _FILE
    before = path.read_text("utf-8")
    write_atomically(path, f"{before.rstrip()}\n{PROTECTION}")
    if _is_protected(course.config()):
        return True
    write_atomically(path, before)
    raise CourseError(
        f"{path} lets Formgrader run what students write. Take out what it "
        f"says of filters, and write at its end:\n{PROTECTION}"
    )


def close(course: Course) -> None:
    """Closes a course to other users of the machine.

    Pages of feedback stay as they are, because nbgrader hands them out with
    the rights that they have: only the way to them is closed.
    """
    group = bool(course.config().CourseDirectory.get("groupshared"))
    make_private(course.root, "feedback", group)


def _is_protected(config: Any) -> bool:
    if "filters" in config.HTMLExporter:
        # These would be taken, and no others.
        return False
    filters = config.TemplateExporter.get("filters", {})
    if not isinstance(filters, dict):
        # What `update` leaves where there was nothing before.
        filters = filters.get_value({})
    return _FILTERS.items() <= filters.items() and bool(
        config.HTMLExporter.get("sanitize_html")
    )
