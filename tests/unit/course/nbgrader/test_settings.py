"""A course's settings keep Formgrader safe, also an old course's."""

from __future__ import annotations

from d2l_course.course import CourseError
from d2l_course.nbgrader.settings import PROTECTION, close, protect

import pytest
from small_course import make_course

#: What an earlier version wrote.
BEFORE = """\
c.TemplateExporter.filters = {
    "markdown2html": "d2l_ext.course.sanitizing.safe_markdown2html",
}
"""


@pytest.fixture
def course(tmp_path):
    return make_course(tmp_path)


@pytest.fixture
def settings(course):
    return course.root / "nbgrader_config.py"


def filters(course):
    found = course.config().TemplateExporter.filters
    return found if isinstance(found, dict) else found.get_value({})


def test_a_new_course_is_protected(course, settings):
    before = settings.read_text()
    assert not protect(course)
    assert settings.read_text() == before
    assert filters(course)["strip_files_prefix"].endswith(".unchanged")
    assert course.config().HTMLExporter.sanitize_html


@pytest.mark.parametrize("old", [BEFORE, "", "c.HTMLExporter.theme = 'x'\n"])
def test_an_old_course_is_mended_once(course, settings, old):
    text = settings.read_text().replace(PROTECTION, old)
    settings.write_text(text)
    assert protect(course)
    assert not protect(course)
    assert settings.read_text() == f"{text.rstrip()}\n{PROTECTION}"
    assert filters(course)["markdown2html"].startswith("d2l_course.")


def test_filters_of_the_instructors_own_stay(course, settings):
    text = settings.read_text().replace(PROTECTION, "")
    settings.write_text(text + "c.TemplateExporter.filters = {'own': 'a.b'}\n")
    assert protect(course)
    assert filters(course)["own"] == "a.b"


def test_what_cannot_be_mended_is_said_and_left(course, settings):
    text = settings.read_text() + "c.HTMLExporter.filters = {'own': 'a.b'}\n"
    settings.write_text(text)
    with pytest.raises(CourseError, match="write at its end:") as caught:
        protect(course)
    assert PROTECTION in str(caught.value)
    assert settings.read_text() == text


def test_a_new_course_is_closed_to_other_users(course):
    assert course.root.stat().st_mode & 0o777 == 0o700
    files = [path for path in course.root.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_an_old_course_is_closed_but_for_its_group_if_it_has_one(
    course, settings
):
    course.root.chmod(0o777)
    close(course)
    assert course.root.stat().st_mode & 0o777 == 0o700
    settings.write_text(
        settings.read_text() + "c.CourseDirectory.groupshared = True\n"
    )
    course.root.chmod(0o777)
    close(course)
    assert course.root.stat().st_mode & 0o777 == 0o770
