"""An earlier name of :mod:`d2l_course.nbgrader.sanitize`."""

from d2l_course.nbgrader.sanitize import safe_markdown2html

__all__ = ["safe_markdown2html"]
